"""A Git repository and a workshop in memory, with the laws of `tests/source_conformance.py`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from anyio.lowlevel import checkpoint

from placid.base.errors import Problem
from placid.core.rollout.world import Release
from placid.ports import Between, Build, Builds, Head, Repository
from tests.fakes import Fuse


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit: its content, its parent ("" for the first), and what its message says."""

    content: str
    parent: str
    subject: str
    reverts: str = ""

    def name(self) -> str:
        """Its id."""
        return _name(f"{self.content} {self.parent} {self.subject}")


@dataclass
class MemoryRepository:
    """ports.Repository in memory. Commit with `commit`; move the branch by setting `at`."""

    fuse: Fuse = field(default_factory=Fuse)
    at: str = ""
    commits: dict[str, Commit] = field(default_factory=dict[str, Commit])
    proposed: dict[str, str] = field(default_factory=dict[str, str])

    def commit(self, content: str, subject: str = "", reverts: str = "") -> str:
        """Put a commit on the branch; its id."""
        new = Commit(content, self.at, subject or content, reverts)
        self.at = new.name()
        self.commits[self.at] = new
        return self.at

    async def tip(self) -> str:
        await self._touch()
        return self.at

    async def head(self, commit: str) -> Head:
        await self._touch()
        named = [name for name in self.commits if commit and name.startswith(commit)]
        if commit == "main" and self.at:
            named = [self.at]
        if len(named) != 1:
            raise Problem(f"the repository knows no commit called {commit!r}")
        found = self.commits[named[0]]
        return Head(named[0], _name(found.content), found.subject, "Ada")

    async def between(self, old: str, new: str) -> Between:
        await self._touch()
        before, after = self._line(old), self._line(new)
        skipped = [name for name in after if name not in before and name != new]
        return Between(old not in after, tuple(skipped[::-1][-1000:]))

    async def take_back(self, bad: str, good: str, why: str, how: str) -> str:
        await self._touch()
        if any(self.commits[name].reverts == bad for name in self._line(self.at)):
            return f"{bad[:10]} was already taken back"
        if self.at != bad:
            raise Problem(f"{bad[:10]} is not taken back: the branch has moved on")
        if self.commits[bad].content == self.commits[good].content:
            return "nothing to take back"
        if how == "revert":
            self.commit(self.commits[good].content, f'Revert "{why}"', bad)
        else:
            self.proposed[bad] = good
        self.fuse.touch()
        return f"took {bad[:10]} back to {good[:10]}"

    async def _touch(self) -> None:
        await checkpoint()
        self.fuse.touch()

    def _line(self, commit: str) -> list[str]:
        """A commit and all before it, newest first."""
        line: list[str] = []
        while commit in self.commits:
            line.append(commit)
            commit = self.commits[commit].parent
        return line


@dataclass
class MemoryBuilds:
    """ports.Builds in memory: every commit builds, but those in `broken`; counts what it made."""

    fuse: Fuse = field(default_factory=Fuse)
    keep: int = 5
    broken: set[str] = field(default_factory=set[str])
    made: list[str] = field(default_factory=list[str])
    results: dict[str, Build] = field(default_factory=dict[str, Build])

    async def look(self, commit: str) -> Build:
        await checkpoint()
        self.fuse.touch()
        return self.results.get(commit, Build("missing"))

    async def make(self, commit: str) -> None:
        await checkpoint()
        self.fuse.touch()
        if self.results.get(commit, Build("missing")).status == "built":
            return
        release = Release(f"{commit[:10]}-{_name('')[:6]}", commit, _name(commit), _name(""))
        self.made.append(commit)
        failed = Build("failed", why="`make` exited with 2", log="build.log")
        built = Build("built", release, log="build.log")
        self.results[commit] = failed if commit in self.broken else built
        self.fuse.touch()

    async def prune(self, keep: frozenset[str]) -> None:
        await checkpoint()
        self.fuse.touch()
        built = [c for c in self.made if self.results[c].release]
        for commit in built[: -self.keep]:
            release = self.results[commit].release
            if release and release.id not in keep:
                self.made.remove(commit)
                del self.results[commit]


def _name(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


_repository: type[Repository] = MemoryRepository
_builds: type[Builds] = MemoryBuilds
