"""In-memory ports on anyio events alone, so that they keep the time of a clock that jumps.

Every call of a fake to the outside touches its `Fuse`, which "kills the process" at the n-th touch:
a call that changes something is touched twice, before the change and after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import anyio
from anyio.lowlevel import checkpoint

from placid.base.errors import Conflict
from placid.ports import Row, Store

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def now() -> datetime:
    """The time by the clock of the event loop."""
    return EPOCH + timedelta(seconds=anyio.current_time())


class Crashed(BaseException):
    """The process was killed here: nothing that catches errors may catch this."""


class Fuse:
    """Blows on the n-th touch; counts touches all the while."""

    def __init__(self, at: int | None = None) -> None:
        self.at, self.count = at, 0

    def touch(self) -> None:
        """Raise Crashed when it is time."""
        self.count += 1
        if self.count == self.at:
            raise Crashed


class MemoryStore:
    """The ledger of one process, which outlives any number of crashes."""

    def __init__(self, fuse: Fuse | None = None) -> None:
        self.rows: dict[str, list[Row]] = {}
        self.leases: dict[str, tuple[str, float]] = {}
        self.fuse = fuse or Fuse()
        self._grew = anyio.Event()

    async def read(self, stream: str, after: int = 0) -> Sequence[Row]:
        await checkpoint()
        self.fuse.touch()
        return self.rows.get(stream, [])[max(after, 0) :]

    async def append(self, stream: str, expected: int, facts: Sequence[bytes]) -> None:
        await checkpoint()
        self.fuse.touch()
        end = len(self.rows.get(stream, []))
        if end != expected:
            raise Conflict(f'the stream "{stream}" has moved on: it ends at {end}, not {expected}')
        if facts:
            self._add(
                stream, [Row(stream, end + n, now(), fact) for n, fact in enumerate(facts, 1)]
            )
        self.fuse.touch()

    def _add(self, stream: str, rows: Sequence[Row]) -> None:
        self.rows.setdefault(stream, []).extend(rows)
        self._grew.set()
        self._grew = anyio.Event()

    async def changed(self, stream: str, after: int) -> None:
        await checkpoint()
        while len(self.rows.get(stream, [])) <= after:
            await self._grew.wait()

    async def streams(self, prefix: str = "") -> Sequence[str]:
        await checkpoint()
        self.fuse.touch()
        return sorted(name for name in self.rows if name.startswith(prefix))

    async def lease(self, name: str, holder: str, ttl: float) -> str:
        await checkpoint()
        self.fuse.touch()
        held = self._held(name) or holder
        if held == holder:
            self.leases[name] = holder, anyio.current_time() + ttl
        self.fuse.touch()
        return held

    async def release(self, name: str, holder: str) -> None:
        await checkpoint()
        self.fuse.touch()
        if self.leases.get(name, ("", 0.0))[0] == holder:
            del self.leases[name]
        self.fuse.touch()

    async def holder(self, name: str) -> str:
        await checkpoint()
        self.fuse.touch()
        return self._held(name)

    def _held(self, name: str) -> str:
        holder, until = self.leases.get(name, ("", 0.0))
        return holder if until > anyio.current_time() else ""


_: type[Store] = MemoryStore
