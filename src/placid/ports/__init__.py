"""What the engine asks of the outside world. Adapters in `edge` answer; nothing here does I/O.

Every method may be called again after a crash with the same result. `Unavailable` means: try again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from placid.core.rollout.world import Release, Split, World


class Row(msgspec.Struct, frozen=True):
    """One fact in the ledger: `seq` counts from 1 within its stream, `data` is JSON."""

    stream: str
    seq: int
    at: datetime
    data: bytes


class Store(Protocol):
    """The ledger: streams of facts that are only ever appended to."""

    async def read(self, stream: str, after: int = 0) -> Sequence[Row]:
        """The rows of `stream` with seq > after, in order."""
        ...

    async def append(self, stream: str, expected: int, facts: Sequence[bytes]) -> None:
        """Add facts, all or none; Conflict unless the stream still ends at `expected`."""
        ...

    async def changed(self, stream: str, after: int) -> None:
        """Return once the stream is longer than `after` (within 100 ms of the append)."""
        ...

    async def streams(self, prefix: str = "") -> Sequence[str]:
        """The names of all streams that begin with `prefix`, sorted."""
        ...

    async def lease(self, name: str, holder: str, ttl: float) -> str:
        """Take or renew a lease for `ttl` seconds; returns who holds it now (us, or another)."""
        ...

    async def release(self, name: str, holder: str) -> None:
        """Give the lease up, when `holder` has it."""
        ...

    async def holder(self, name: str) -> str:
        """Who holds a lease that has not run out, or ""."""
        ...


class Target(Protocol):
    """A place software runs, seen for one environment. Every method is idempotent."""

    async def look(self) -> World: ...

    async def scale(self, release: str, copies: int) -> None:
        """Run `copies` of the release: starts missing ones (crashed ones after a backoff), and
        drains surplus ones. Returns at once; `look` tells how far it is."""
        ...

    async def shift(self, split: Split) -> None:
        """Share traffic as told, at once and without failing a request in flight."""
        ...

    async def retire(self, release: str) -> None:
        """Drain and stop every copy; afterwards `look` no longer lists the release."""
        ...


class Bad(msgspec.Struct, frozen=True):
    """One bad request: answered with 5xx or reset ("error"), or slower than asked ("slow").

    weight   the share of traffic (0 to 1) that the canary was assigned when it was routed
    client   a key for whoever sent it, "" when unknown
    """

    at: datetime
    release: str
    kind: Literal["error", "slow"]
    weight: float
    client: str = ""


class Totals(msgspec.Struct, frozen=True):
    """Counts of one release since the proxy began to count; they start again with the proxy.

    latency  cumulative histogram: (upper bound in ms, requests at or below it), ascending
    """

    requests: int = 0
    errors: int = 0
    latency: tuple[tuple[float, int], ...] = ()


class Samples(msgspec.Struct, frozen=True):
    """Evidence since a rollout began: its bad requests in order, and totals per release.

    slow_ms  the duration above which requests count as slow now (0: none do)
    """

    bad: tuple[Bad, ...] = ()
    totals: Mapping[str, Totals] = msgspec.field(default_factory=dict[str, Totals])
    slow_ms: float = 0.0


class Signal(Protocol):
    """Where evidence comes from: raw counts per release, never one float."""

    sticky: bool
    """True when a client stays with one release, so that its errors come in clusters."""

    async def samples(self, label: str) -> Samples:
        """Every bad request routed under `Split.label == label`, overrides left out; totals."""
        ...

    async def slower_than(self, ms: float) -> None:
        """From now on a request slower than this counts as slow (idempotent)."""
        ...


class Head(msgspec.Struct, frozen=True):
    """Where the branch stands: commit "" when the branch does not exist."""

    commit: str
    tree: str = ""
    subject: str = ""
    author: str = ""


class Between(msgspec.Struct, frozen=True):
    """How the branch went from one commit to another: forced when the old one is no ancestor.

    skipped  the commits in between, oldest first, both ends left out (at most 1000)
    """

    forced: bool = False
    skipped: tuple[str, ...] = ()


class Repository(Protocol):
    """The Git repository that is followed. It never changes the user's working tree."""

    async def tip(self) -> str:
        """The commit id of the branch by one cheap `ls-remote`, "" when there is none."""
        ...

    async def head(self, commit: str) -> Head:
        """Fetch and describe `commit` (a full id, or any revision a person may type)."""
        ...

    async def between(self, old: str, new: str) -> Between: ...

    async def take_back(self, bad: str, good: str, why: str, how: str) -> str:
        """Make the branch's content that of `good` again by one new commit on top of `bad`.

        how: "revert" pushes to the branch, "pull-request" to a branch of its own. Never forces and
        never touches a dirty tree. Returns a sentence that says what was done; Problem when the
        branch has moved on or refuses. Asking twice makes one commit.
        """
        ...


class Build(msgspec.Struct, frozen=True):
    """Where the making of a release stands. `log` is the path of its output."""

    status: Literal["missing", "running", "built", "failed"]
    release: Release | None = None
    why: str = ""
    log: str = ""


class Builds(Protocol):
    """Makes releases out of commits, each in its own tree, and keeps the last N."""

    async def look(self, commit: str) -> Build:
        """The state of `commit`'s build; "missing" also after one that was interrupted."""
        ...

    async def make(self, commit: str) -> None:
        """Build it, returning when it is built or has failed; interrupted ones start afresh."""
        ...

    async def prune(self, keep: frozenset[str]) -> None:
        """Remove the trees of all releases but those whose ids are kept and the newest N."""
        ...


class Lines(Protocol):
    """A started job: iterate its output line by line, then ask for its exit code."""

    def __aiter__(self) -> Lines: ...
    async def __anext__(self) -> str: ...
    async def exit(self) -> int: ...


class Job(msgspec.Struct, frozen=True):
    """A command to run to its end, with nothing of our own environment but what `env` says."""

    argv: tuple[str, ...]
    cwd: str
    env: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])


class Runner(Protocol):
    """Runs jobs. Leaving the context ends the job and everything it started."""

    def run(self, job: Job) -> AbstractAsyncContextManager[Lines]: ...


class Manifest(msgspec.Struct, frozen=True):
    """All that is needed to run a release; written once as `.placid/releases/<id>/release.json`.

    folder    absolute working directory of the app (the built tree)
    run       the user's own command, given to `sh -c`; or "" when `image` is set
    image     id of a container image built for this release, or ""
    env       variables from the release's config files (may be secret: the file has mode 0600)
    times     seconds: health probes every `interval`, each answered within `timeout`; ready within
              `deadline`; on stopping, `drain` for requests in flight, then `stop` until SIGKILL
    """

    release: Release
    folder: str
    run: str = ""
    image: str = ""
    env: dict[str, str] = {}
    health: str = "/health"
    interval: float = 1.0
    timeout: float = 1.0
    deadline: float = 60.0
    drain: float = 30.0
    stop: float = 10.0
