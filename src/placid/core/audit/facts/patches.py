"""What the kustomizations of a repository change in objects that are written elsewhere.

A base is not what is deployed: an overlay may add the probe or the limit that the base leaves out.
A patch is kept as text, with the kind and name that it is for ("" for any).
"""

from __future__ import annotations

import posixpath
import re
from typing import NamedTuple

from placid.base.yamltext import Mapping, Scalar
from placid.core.audit.facts.objects import KUSTOMIZATIONS, patch_files
from placid.core.audit.facts.yamlfiles import documents
from placid.core.audit.model import Repository, fact
from placid.formats.manifests.object import Object
from placid.formats.manifests.reading import items, mappings, word

_KIND = re.compile(r"^kind:[ \t]*[\"']?(\w+)", re.MULTILINE)
_NAME = re.compile(r"^[ \t]+name:[ \t]*[\"']?([\w.-]+)", re.MULTILINE)
_PLAIN = re.compile(r"[a-z0-9-]+")
_PATTERN = "*"
_DOCUMENT = re.compile(r"^---.*$", re.MULTILINE)


class Patch(NamedTuple):
    """A patch and what it is for; name may be a regular expression."""

    kind: str
    name: str
    text: str


def set_elsewhere(repository: Repository, each: Object, *words: str) -> bool:
    """Whether a patch that may be for this object has one of these words."""
    known = patches(repository)
    if not known:
        return False
    return any(
        one in text
        for kind in ("", each.kind)
        for name in ("", _PATTERN, each.name)
        for text in known.get((kind, name), ())
        for one in words
    )


@fact
def patches(repository: Repository) -> dict[tuple[str, str], tuple[str, ...]]:
    """The text of every patch of every kustomization, by the kind and name that it is for.

    The name is "" for any; all that are no plain names are under one key.
    """
    found: dict[tuple[str, str], set[str]] = {}
    for path in kustomizations(repository):
        for each in documents(repository, path):
            roots = _patches(repository, path, each.root) if isinstance(each.root, Mapping) else []
            for one in roots:
                name = one.name if not one.name or _PLAIN.fullmatch(one.name) else _PATTERN
                found.setdefault((one.kind, name), set()).add(one.text)
    return {key: tuple(sorted(texts)) for key, texts in found.items()}


@fact
def image_names(repository: Repository) -> frozenset[str]:
    """The images that kustomizations give a tag or digest or another name."""
    return frozenset(
        word(each, "name")
        for path in kustomizations(repository)
        if "images" in (repository.text(path) or "")
        for document in documents(repository, path)
        for each in mappings(document.root, "images")
    )


@fact
def kustomizations(repository: Repository) -> tuple[str, ...]:
    """The paths of all kustomizations."""
    return tuple(each for each in repository.paths if posixpath.basename(each) in KUSTOMIZATIONS)


def _patches(repository: Repository, path: str, root: Mapping) -> list[Patch]:
    folder = posixpath.dirname(path)
    found: list[Patch] = []
    for key in ("patches", "patchesStrategicMerge", "patchesJson6902"):
        for each in items(root, key):
            if isinstance(each, Scalar) and "\n" in each.text:
                found += _split(each.text, "", "")
            elif isinstance(each, Mapping):
                kind, name = word(each, "target", "kind"), word(each, "target", "name")
                where = posixpath.normpath(posixpath.join(folder, word(each, "path")))
                text = word(each, "patch") or repository.text(where) or ""
                found += _split(text, kind, name)
    for name in patch_files(repository, path):
        found += _split(repository.text(name) or "", "", "")
    return found


def _split(text: str, kind: str, name: str) -> list[Patch]:
    return [
        Patch(kind or _first(_KIND, part), name or ("" if kind else _first(_NAME, part)), part)
        for part in _DOCUMENT.split(text)
        if part.strip()
    ]


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""
