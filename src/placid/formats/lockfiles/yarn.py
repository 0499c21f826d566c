"""yarn.lock of yarn 1 and of berry: what `--frozen-lockfile` or `--immutable` would refuse.

Yarn 1 names each package by all the ranges that led to it ("a@^1, a@^1.2:"); a range that is not
there is refused. Berry keeps the dependencies of each workspace as they were written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from placid.formats.lockfiles.model import Locked, Stale
from placid.formats.lockfiles.packagejson import Package

_HEAD = re.compile(r"^(\S[^\n]*):\r?$", re.MULTILINE)
_VERSION = re.compile(r"^  version:? \"?([^\"\s]+)\"?", re.MULTILINE)
_WORKSPACE = re.compile(r"@workspace:([^\",]+)")
_DEPENDENCIES = re.compile(r"^  dependencies:\r?\n((?:    [^\n]*\n?)*)", re.MULTILINE)
_DEPENDENCY = re.compile(r"^    \"?([^\"\s]+?)\"?: \"?([^\"\n\r]*)\"?", re.MULTILINE)
_NAME = re.compile(r"(@?[^@]+)@")
_ELSEWHERE = ("link:", "portal:", "workspace:", "file:", "patch:", "catalog:")


@dataclass(frozen=True, slots=True)
class YarnLock:
    """`patterns` as yarn 1 names packages; `workspaces` by folder, as berry keeps them."""

    berry: bool
    patterns: frozenset[str]
    workspaces: Mapping[str, Mapping[str, str]]
    packages: tuple[Locked, ...]

    def locked(self) -> Iterator[Locked]:
        """Every package with its version."""
        yield from self.packages

    def stale(self, package: Package, folder: str, others: frozenset[str]) -> Iterator[Stale]:
        """Where the package.json in `folder` and the lock differ; names in `others` left out."""
        skipped = package.overridden | others
        listed = self.workspaces.get(folder)
        for wanted in package.wanted:
            if wanted.group == "peer" or wanted.name in skipped:
                continue
            if self.berry:
                same = listed is None or _same(listed.get(wanted.name), wanted.range, package)
            else:
                same = f"{wanted.name}@{wanted.range}" in self.patterns
                same = same or wanted.range.startswith(_ELSEWHERE)
            if not same:
                yield Stale(f"{wanted.name}@{wanted.range} is not in it", wanted.span, True)


def _same(listed: str | None, range_: str, package: Package) -> bool:
    if listed is None:
        return package.says("dependenciesMeta")
    plain = range_.removeprefix("npm:")
    if listed.removeprefix("npm:") == plain or range_.startswith(_ELSEWHERE):
        return True
    others = [each.range for each in package.wanted if each.group != "peer"]
    return listed.removeprefix("npm:") in others or ":" in plain or "/" in plain


def read_yarn(text: str) -> YarnLock | None:
    """Read a lock file of yarn; None when it is none."""
    berry = "\n__metadata:" in text
    if not berry and "# yarn lockfile v1" not in text:
        return None
    patterns: set[str] = set()
    workspaces: dict[str, Mapping[str, str]] = {}
    packages: list[Locked] = []
    heads = list(_HEAD.finditer(text))
    for at, head in enumerate(heads):
        end = heads[at + 1].start() if at + 1 < len(heads) else len(text)
        if head[1].startswith("#") or head[1] == "__metadata":
            continue
        names = [part.strip('" ') for part in head[1].split(", ")]
        patterns.update(names)
        workspace = _WORKSPACE.search(head[1])
        if workspace:
            workspaces[_folder(workspace[1])] = _dependencies(text, head.end(), end)
            continue
        version, name = _VERSION.search(text, head.end(), end), _NAME.match(names[0])
        if version and name:
            packages.append(Locked(name[1], version[1]))
    return YarnLock(berry, frozenset(patterns), workspaces, tuple(packages))


def _folder(path: str) -> str:
    return "" if path == "." else path.strip("/")


def _dependencies(text: str, start: int, end: int) -> dict[str, str]:
    block = _DEPENDENCIES.search(text, start, end)
    return dict(_DEPENDENCY.findall(block[1])) if block else {}
