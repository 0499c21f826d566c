"""uv.lock, poetry.lock, pdm.lock: what the tool would refuse when told not to change the lock."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping

from placid.base.yamltext import Span
from placid.formats.lockfiles.blocks import blocks, locked_blocks
from placid.formats.lockfiles.model import Stale, Wanted
from placid.formats.lockfiles.pyproject import PyProject, canonical
from placid.formats.tomltext import Table, array, read_toml, table

_CONTENT_HASH = re.compile(r"^content-hash = \"([0-9a-f]{64})\"", re.MULTILINE)
_OWN = re.compile(r"^source = \{ (?:virtual|editable|directory) = \"([^\"\n]*)\"", re.MULTILINE)


def stale_uv(project: PyProject, lock: str, folder: str) -> Iterator[Stale]:
    """Against the metadata that uv keeps of each package of the workspace, by its folder."""
    entry = _member(lock, folder)
    if entry is None or "dependencies" in array(project.toml.get("project", "dynamic")):
        return
    metadata = table(entry.get("metadata"))
    sources = {canonical(name) for name in project.toml.table("tool", "uv", "sources")}
    kept = _kept(array(metadata.get("requires-dist")))
    for name, group in table(metadata.get("requires-dev")).items():
        kept.setdefault(name, []).extend(_kept(array(group)).get("", []))
        for other, ranges in _kept(array(group)).items():
            kept.setdefault(other, []).extend(ranges)
    own = canonical(project.name)
    for wanted in project.wanted:
        if wanted.name not in kept and wanted.name != own:
            yield Stale(f"{wanted.name} is not in it", wanted.span, True)
        elif wanted.name not in sources and _differs(wanted, kept.get(wanted.name, [])):
            have = " or ".join(sorted(set(kept[wanted.name]))) or "any version"
            what = f"{wanted.name} is {wanted.range or 'any version'} here and {have} in it"
            yield Stale(what, wanted.span, True)


def _member(lock: str, folder: str) -> Table | None:
    """The block of the package in `folder`, parsed."""
    for block in blocks(lock):
        found = _OWN.search(block)
        if found and found[1].removeprefix("./").strip("/") in {folder, folder or "."}:
            toml = read_toml(block)
            parts = array(toml.root.get("package")) if toml else []
            return table(parts[0]) if parts else None
    return None


def _kept(entries: list[object]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entry in map(table, entries):
        name = canonical(str(entry.get("name", "")))
        found.setdefault(name, []).append(str(entry.get("specifier", "")))
    return found


def _differs(wanted: Wanted, kept: list[str]) -> bool:
    """Only where one requirement meets one or more of the same name, none of them like it."""
    return bool(kept) and _parts(wanted.range) not in [_parts(each) for each in kept]


def _parts(specifier: str) -> list[str]:
    """uv writes `>=1,<2` in its own order and without spaces."""
    return sorted("".join(part.split()) for part in specifier.split(",") if part.strip())


def stale_poetry(project: PyProject, lock: str) -> Iterator[Stale]:
    """Names that are not in it; else the hash that Poetry keeps of what it read."""
    missing = list(_missing(project, lock))
    yield from missing
    kept = _CONTENT_HASH.search(lock)
    if not missing and kept and kept[1] not in _poetry_hashes(project.toml.root):
        yield Stale("pyproject.toml has changed since it was written", Span(0, 0), False)


def stale_pdm(project: PyProject, lock: str) -> Iterator[Stale]:
    """Names that are not in it."""
    yield from _missing(project, lock)


def _missing(project: PyProject, lock: str) -> Iterator[Stale]:
    names = {canonical(each.name) for each in locked_blocks(lock)} | {canonical(project.name)}
    for wanted in project.wanted:
        if wanted.group != "optional" and wanted.name not in names:
            yield Stale(f"{wanted.name} is not in it", wanted.span, True)


_LEGACY = ("dependencies", "source", "extras", "dev-dependencies")
_PROJECT = ("requires-python", "dependencies", "optional-dependencies")


def _poetry_hashes(root: Mapping[str, object]) -> set[str]:
    """By the rules of Poetry 1.0, 1.2, 2.0 and 2.3."""
    poetry, project = table(table(root.get("tool")).get("poetry")), table(root.get("project"))
    oldest: dict[str, object] = {key: poetry.get(key) for key in _LEGACY}
    legacy = oldest | ({"group": poetry["group"]} if poetry.get("group") is not None else {})
    present = {key: value for key, value in legacy.items() if value is not None}
    standard = {key: project[key] for key in _PROJECT if project.get(key) is not None}
    found = [oldest, legacy]
    for groups in (None, root.get("dependency-groups")):
        content: dict[str, object] = {"project": standard} if standard else {}
        if groups:
            content["dependency-groups"] = groups
        if content:
            found.append(content | {"tool": {"poetry": present}})
    return {_hash(each) for each in found}


def _hash(content: Mapping[str, object]) -> str:
    try:
        text = json.dumps(content, sort_keys=True)
    except (TypeError, ValueError):
        return ""
    return hashlib.sha256(text.encode()).hexdigest()
