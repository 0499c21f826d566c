"""An environment in memory: a target that checks the invariant at every change, builds, Git."""

from __future__ import annotations

from dataclasses import dataclass, field

from anyio.lowlevel import checkpoint
from msgspec.structs import replace

from placid.core.rollout.facts import Measured, Opened
from placid.core.rollout.world import Release, Running, Split, World
from placid.core.verdict import Verdict
from placid.ports import Between, Build, Builds, Head, Repository, Samples, Signal, Target
from tests.fakes import Fuse


def release(commit: str) -> Release:
    """The release that a commit becomes."""
    return Release(f"{commit[:10]}-000000", commit, f"tree-{commit}", "config")


@dataclass
class MemoryTarget:
    """Copies are ready as soon as asked for, except those of releases in `broken`."""

    fuse: Fuse = field(default_factory=Fuse)
    broken: set[str] = field(default_factory=set[str])
    world: World = field(default_factory=World)
    log: list[str] = field(default_factory=list[str])
    violations: list[str] = field(default_factory=list[str])

    async def look(self) -> World:
        await checkpoint()
        self.fuse.touch()
        return self.world

    async def scale(self, release: str, copies: int) -> None:
        running = self.world.of(release)
        bad = release in self.broken
        ready = 0 if bad else copies
        failures = running.failures + (1 if bad and copies else 0)
        trouble = "copy 1 exited with 1" if bad else ""
        running = Running(copies, ready, ready, 0, failures, trouble)
        releases = {**self.world.releases, release: running}
        await self._set(f"scale {release[:5]} {copies}", replace(self.world, releases=releases))

    async def shift(self, split: Split) -> None:
        shares = " ".join(f"{id[:5]}={share:g}" for id, share in sorted(split.weights.items()))
        await self._set(f"shift {shares}", replace(self.world, split=split))

    async def retire(self, release: str) -> None:
        releases = {id: r for id, r in self.world.releases.items() if id != release}
        await self._set(f"retire {release[:5]}", replace(self.world, releases=releases))

    async def _set(self, what: str, world: World) -> None:
        await checkpoint()
        self.fuse.touch()
        harmed = self._unserved(world) - self._unserved(self.world)
        if harmed and not set(world.releases) - set(self.world.releases):
            before = self._ready(self.world)
            if what.startswith("shift") or not self._ready(world) >= before:
                self.violations.append(f"{what}: traffic to {harmed}, ready were {before}")
        self.world = world
        if not self.log or self.log[-1] != what:
            self.log.append(what)
        self.fuse.touch()

    def unserved(self) -> set[str]:
        """Releases that get traffic and are not ready while another one is."""
        return self._unserved(self.world)

    @staticmethod
    def _ready(world: World) -> set[str]:
        return {id for id, running in world.releases.items() if running.ready}

    def _unserved(self, world: World) -> set[str]:
        ready = self._ready(world)
        served = {id for id, share in world.split.weights.items() if share}
        return served - ready if ready else set()

    def sicken(self, release: str) -> None:
        """Every copy of `release` stops being ready."""
        self.broken.add(release)
        running = replace(self.world.of(release), ready=0, alive=0)
        self.world = replace(self.world, releases={**self.world.releases, release: running})


@dataclass
class MemorySignal:
    """No counters; the verdict comes from `judged_bad`."""

    fuse: Fuse = field(default_factory=Fuse)
    sticky: bool = False
    slow_ms: float = 0.0

    async def samples(self, label: str) -> Samples:
        await checkpoint()
        self.fuse.touch()
        return Samples(slow_ms=self.slow_ms)

    async def slower_than(self, ms: float) -> None:
        await checkpoint()
        self.slow_ms = ms


@dataclass
class BadWhenServing:
    """A judge that finds a release in `bad` worse as soon as it gets any traffic."""

    target: MemoryTarget
    bad: set[str] = field(default_factory=set[str])
    sick: bool = False

    def __call__(
        self, samples: Samples, opened: Opened, measured: Measured, changes: tuple[Measured, ...]
    ) -> Verdict:
        share = self.target.world.split.weights.get(opened.release.id, 0.0)
        if opened.release.id in self.bad and share:
            return Verdict("bad", ("5xx 50 % against 0 %, e = 100 after 4 requests",), 100.0, 4)
        return Verdict("unsure", ("unproven: 0 requests",), sick=self.sick)


@dataclass
class MemoryBuilds:
    """Every commit builds, except those in `broken`."""

    fuse: Fuse = field(default_factory=Fuse)
    broken: set[str] = field(default_factory=set[str])
    made: set[str] = field(default_factory=set[str])
    kept: frozenset[str] = frozenset()

    async def look(self, commit: str) -> Build:
        await checkpoint()
        self.fuse.touch()
        if commit not in self.made:
            return Build("missing")
        if commit in self.broken:
            return Build("failed", why="`make` exited with 2", log="build.log")
        return Build("built", release(commit))

    async def make(self, commit: str) -> None:
        await checkpoint()
        self.fuse.touch()
        self.made.add(commit)
        self.fuse.touch()

    async def prune(self, keep: frozenset[str]) -> None:
        await checkpoint()
        self.kept = keep


@dataclass
class MemoryRepository:
    """A branch that stands where `at` says; taking back is remembered."""

    at: str = ""
    fuse: Fuse = field(default_factory=Fuse)
    reverts: set[str] = field(default_factory=set[str])

    async def tip(self) -> str:
        await checkpoint()
        return self.at

    async def head(self, commit: str) -> Head:
        await checkpoint()
        return Head(commit, f"tree-{commit}", f"subject of {commit}", "ada")

    async def between(self, old: str, new: str) -> Between:
        await checkpoint()
        return Between()

    async def take_back(self, bad: str, good: str, why: str, how: str) -> str:
        await checkpoint()
        self.fuse.touch()
        self.reverts.add(bad)
        self.fuse.touch()
        return f"reverted {bad} on the branch"


_target: type[Target] = MemoryTarget
_signal: type[Signal] = MemorySignal
_builds: type[Builds] = MemoryBuilds
_repository: type[Repository] = MemoryRepository
