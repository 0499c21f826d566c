"""The ledger for the event loop: each call runs in a thread, one at a time; waiting runs in none.

Of all who wait for a change one keeps watch, and the others wait for its bell:

    changed --not yet--> somebody watches? --yes--> wait for the bell ----+
       ^                        | no                                      |
       |                        +--> watch; leave or find a change: ring -+
       +------------------------------------------------------------------+

So there is one watcher however many wait, none when nobody does, and no task without a parent.
An append of our own rings at once. A false alarm costs one query a waiter; a missed one cannot
happen, since a watch remembers what it saw last, from before the waiter looked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import anyio
from anyio import CapacityLimiter, to_thread

from placid.base.errors import Unavailable
from placid.edge.store.ledger import Ledger
from placid.ports import Row

Answer = TypeVar("Answer")


class Watch(Protocol):
    """Notices that some process appended something."""

    async def change(self, bell: anyio.Event) -> None:
        """Return when the ledger may have changed since the last call, or the bell rings."""
        ...

    async def close(self) -> None: ...


class ThreadedStore:
    """`ports.Store` over a Ledger and a Watch."""

    def __init__(self, ledger: Ledger, watch: Watch) -> None:
        self._ledger, self._watch = ledger, watch
        self._one = CapacityLimiter(1)
        self._bell = anyio.Event()
        self._watched = False

    async def read(self, stream: str, after: int = 0) -> Sequence[Row]:
        return await self._run(lambda: self._ledger.read(stream, after))

    async def append(self, stream: str, expected: int, facts: Sequence[bytes]) -> None:
        await self._run(lambda: self._ledger.append(stream, expected, facts))
        self._ring()

    async def changed(self, stream: str, after: int) -> None:
        """As in ports; sits out a database that is Unavailable, for that is no change."""
        while True:
            bell = self._bell
            try:
                if await self._run(lambda: self._ledger.end(stream)) > after:
                    return
                await self._wait(bell)
            except Unavailable as error:
                await anyio.sleep(min(error.retry_after, 1.0))

    async def _wait(self, bell: anyio.Event) -> None:
        if self._watched or bell.is_set():
            # A bell that rang meanwhile means to look again: whoever watched for that moment only
            # would ring for all others on leaving, and they would do the same to one another.
            await bell.wait()
            return
        self._watched = True
        try:
            await self._watch.change(bell)
        finally:
            self._watched = False
            self._ring()

    def _ring(self) -> None:
        self._bell.set()
        self._bell = anyio.Event()

    async def streams(self, prefix: str = "") -> Sequence[str]:
        return await self._run(lambda: self._ledger.streams(prefix))

    async def lease(self, name: str, holder: str, ttl: float) -> str:
        return await self._run(lambda: self._ledger.lease(name, holder, ttl))

    async def release(self, name: str, holder: str) -> None:
        await self._run(lambda: self._ledger.release(name, holder))

    async def holder(self, name: str) -> str:
        return await self._run(lambda: self._ledger.holder(name))

    async def close(self) -> None:
        """Let watch and ledger go."""
        with anyio.CancelScope(shield=True):
            await self._watch.close()
            await self._run(self._ledger.close)

    async def _run(self, call: Callable[[], Answer]) -> Answer:
        # Never abandoned: a thread that is left behind would meet the next call on one connection.
        return await to_thread.run_sync(call, limiter=self._one)
