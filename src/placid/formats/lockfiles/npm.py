"""package-lock.json and npm-shrinkwrap.json: what `npm ci` would refuse.

`npm ci` wants each dependency in the lock, in a version that its range allows; it does not compare
the ranges themselves. Overrides change versions, so packages that one names are left out; so are
tags, URLs and pre-releases, of which a range alone cannot say.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from placid.base.yamltext import Span
from placid.formats.lockfiles.model import Locked, Stale, Wanted
from placid.formats.lockfiles.packagejson import Package
from placid.formats.tomltext import table
from placid.formats.versions import npm, version

_MODULES = "node_modules/"


@dataclass(frozen=True, slots=True)
class NpmLock:
    """Version 1 has `old`, later ones have `packages`."""

    packages: Mapping[str, object]
    old: Mapping[str, object]

    def folders(self) -> tuple[str, ...]:
        """The packages of the workspace, "" for the root."""
        return tuple(key for key in self.packages if _MODULES not in key) or ("",)

    def locked(self) -> Iterator[Locked]:
        """Every package with its version."""
        for key, entry in self.packages.items():
            if _MODULES in key:
                yield Locked(key.rpartition(_MODULES)[2], str(table(entry).get("version", "")))
        if not self.packages:
            for key, entry in self.old.items():
                yield Locked(key, str(table(entry).get("version", "")))

    def stale(self, package: Package, folder: str, others: frozenset[str]) -> Iterator[Stale]:
        """Where the package.json in `folder` and the lock differ; names in `others` left out."""
        overridden = package.overridden | others
        optional = package.names("optionalDependencies")
        for wanted in package.wanted:
            if wanted.group == "peer" or wanted.name in overridden:
                continue
            found = self._found(wanted.name, folder)
            if found is None:
                if wanted.name not in optional and not _outside(wanted.range):
                    yield Stale(f"{wanted.name} is not in it", wanted.span, True)
            else:
                yield from _compared(wanted, found)
        yield from self._left(package, folder)

    def _found(self, name: str, folder: str) -> Mapping[str, object] | None:
        """The entry that `require` would find from `folder`."""
        if not self.packages:
            return table(self.old[name]) if name in self.old else None
        while True:
            key = f"{folder}/{_MODULES}{name}" if folder else _MODULES + name
            if key in self.packages:
                return table(self.packages[key])
            if not folder:
                return None
            folder = folder.rpartition("/")[0]

    def _left(self, package: Package, folder: str) -> Iterator[Stale]:
        """What the lock still lists for `folder`, and package.json no longer does."""
        entry, names = table(self.packages.get(folder)), {each.name for each in package.wanted}
        for key in ("dependencies", "devDependencies"):
            for name in sorted(table(entry.get(key)).keys() - names):
                yield Stale(f"{name} is in it, and no longer wanted", Span(0, 0), False)


def read_npm(text: str) -> NpmLock | None:
    """Read a lock file of npm; None when it is none."""
    try:
        root = table(json.loads(text))
    except (ValueError, RecursionError):
        return None
    packages, old = table(root.get("packages")), table(root.get("dependencies"))
    return NpmLock(packages, old) if "lockfileVersion" in root else None


def _outside(range_: str) -> bool:
    """Whether this may lie outside of node_modules: files, links, workspaces."""
    return range_.startswith(("file:", "link:", "workspace:", "portal:"))


def _compared(wanted: Wanted, entry: Mapping[str, object]) -> Iterator[Stale]:
    range_ = wanted.range.removeprefix("npm:")
    if range_ != wanted.range:
        range_ = range_.rpartition("@")[2] if "@" in range_[1:] else ""
    allowed, have = npm(range_), version(str(entry.get("version", "")))
    if allowed is None or have is None or have.stage or entry.get("link"):
        return
    if not allowed.has(have):
        yield Stale(f"{wanted.name} {entry['version']} is not {wanted.range}", wanted.span, True)
