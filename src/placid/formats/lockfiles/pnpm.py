"""pnpm-lock.yaml: what `--frozen-lockfile` would refuse, which is any other specifier.

Only what stands before `packages:` is read as YAML; the rest may be megabytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from placid.base.yamltext import Document, Node, Scalar, compose_all
from placid.base.yamltext import Mapping as YamlMapping
from placid.formats.lockfiles.model import Locked, Stale
from placid.formats.lockfiles.packagejson import Package, at, overridden_name, pairs
from placid.formats.lockfiles.specifiers import compared

_PACKAGE = re.compile(r"^  '?/?((?:@[^/@\s]+/)?[^/@\s]+)[@/]([0-9][^('\s:_]*)", re.MULTILINE)
_GROUPS = ("dependencies", "devDependencies", "optionalDependencies")


@dataclass(frozen=True, slots=True)
class PnpmLock:
    """The specifiers of each folder, "" for the root."""

    specifiers: Mapping[str, Mapping[str, str]]
    overridden: frozenset[str]
    hooked: bool
    text: str

    def locked(self) -> Iterator[Locked]:
        """Every package with its version."""
        for found in _PACKAGE.finditer(self.text, max(self.text.find("\npackages:"), 0)):
            yield Locked(found[1], found[2])

    def stale(self, package: Package, folder: str, others: frozenset[str]) -> Iterator[Stale]:
        """Where the package.json in `folder` and the lock differ; names in `others` left out."""
        listed = self.specifiers.get(folder)
        if listed is not None and not self.hooked:
            yield from compared(package, listed, self.overridden | package.overridden | others)


def read_pnpm(text: str) -> PnpmLock | None:
    """Read a lock file of pnpm; None when it is none."""
    head = "\n".join(_without_packages(text))
    documents, _ = compose_all(head)
    found = [each.root for each in documents if _importers(each) is not None]
    root = found[-1] if found else None
    if root is None or at(root, "lockfileVersion") is None:
        return None
    importers = at(root, "importers")
    folders = importers.entries if isinstance(importers, YamlMapping) else ()
    specifiers = {
        "" if each.key.text == "." else each.key.text: _specifiers(each.value) for each in folders
    }
    overrides = pairs(at(root, "overrides"))
    return PnpmLock(
        specifiers or {"": _specifiers(root)},
        frozenset(overridden_name(key) for key in overrides),
        at(root, "pnpmfileChecksum") is not None,
        text,
    )


def _without_packages(text: str) -> Iterator[str]:
    """The lines of the document without its long sections."""
    kept = True
    for line in text.split("\n"):
        if line[:1] not in {" ", "", "\r"}:
            kept = not line.startswith(("packages:", "snapshots:", "time:"))
        if kept:
            yield line


def _importers(document: Document) -> Node | None:
    keys = ("importers", "specifiers", *_GROUPS, "lockfileVersion")
    return next((node for key in keys if (node := document.find((key,)))), None)


def _specifiers(node: Node | None) -> dict[str, str]:
    """Of one folder; older files keep them apart from the versions."""
    found = pairs(at(node, "specifiers"))
    for group in _GROUPS:
        mapping = at(node, group)
        for entry in mapping.entries if isinstance(mapping, YamlMapping) else ():
            specifier = at(entry.value, "specifier")
            if isinstance(specifier, Scalar):
                found[entry.key.text] = specifier.text
    return found
