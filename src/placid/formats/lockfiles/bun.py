"""bun.lock (the text form): what `bun install --frozen-lockfile` would refuse."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from placid.base.yamltext import Mapping as JsonMapping
from placid.formats.jsontext import read_json
from placid.formats.lockfiles.model import Locked, Stale
from placid.formats.lockfiles.packagejson import GROUPS, Package, at, pairs
from placid.formats.lockfiles.specifiers import compared

_PACKAGES = re.compile(r"^  \"packages\": \{", re.MULTILINE)
_PACKAGE = re.compile(r"^    \"[^\"\n]+\": \[\"(@?[^@\"]+)@([0-9][^\"]*)\"", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class BunLock:
    """What each folder wanted when the lock was written."""

    wanted: Mapping[str, Mapping[str, str]]
    text: str

    def locked(self) -> Iterator[Locked]:
        """Every package with its version."""
        for found in _PACKAGE.finditer(self.text):
            yield Locked(found[1], found[2])

    def stale(self, package: Package, folder: str, others: frozenset[str]) -> Iterator[Stale]:
        """Where the package.json in `folder` and the lock differ; names in `others` left out."""
        listed = self.wanted.get(folder)
        if listed is not None:
            yield from compared(package, listed, others)


def read_bun(text: str) -> BunLock | None:
    """Read a lock file of bun; None when it is none."""
    packages = _PACKAGES.search(text)
    root = read_json(text[: packages.start()] + "}" if packages else text)
    workspaces = at(root, "workspaces")
    if at(root, "lockfileVersion") is None or not isinstance(workspaces, JsonMapping):
        return None
    wanted: dict[str, Mapping[str, str]] = {}
    for folder in workspaces.entries:
        wanted[folder.key.text] = {
            name: range_
            for group in reversed(GROUPS)
            for name, range_ in pairs(at(folder.value, group)).items()
        }
    return BunLock(wanted, text)
