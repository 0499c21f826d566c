"""One agent for each environment: whoever holds its lease does the work, the others ask.

The holder is named `host:pid:start`; on one host a holder whose process is gone is no holder, so an
agent killed with -9 is followed at once. `alive` says whether a holder still lives.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import anyio

from placid.base.errors import Problem, Unavailable
from placid.ports import Store

TTL = 15.0


@asynccontextmanager
async def held(
    store: Store, name: str, holder: str, alive: Callable[[str], bool]
) -> AsyncGenerator[str]:
    """Yield "" while we hold the lease, else who holds it. Losing it later is a Problem."""
    other = await store.lease(name, holder, TTL)
    if other != holder and not alive(other):
        await store.release(name, other)
        other = await store.lease(name, holder, TTL)
    if other != holder:
        yield other
        return
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_renew, store, name, holder)
            yield ""
            tasks.cancel_scope.cancel()
    finally:
        with anyio.CancelScope(shield=True), anyio.move_on_after(2):
            await store.release(name, holder)


async def _renew(store: Store, name: str, holder: str) -> None:
    last = anyio.current_time()
    while True:
        await anyio.sleep(TTL / 3)
        try:
            other = await store.lease(name, holder, TTL)
        except Unavailable:
            if anyio.current_time() - last < TTL:
                continue
            raise
        if other != holder:
            raise Problem(
                f"{other} took over {name}", fix="run one agent for each environment, not two"
            )
        last = anyio.current_time()
