"""Opening the ledger for the event loop: `async with open_store(config.store, home) as store`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from anyio import to_thread

from placid.edge.store.ledger import Ledger
from placid.edge.store.places import HOME, connection, file, is_postgres
from placid.edge.store.sqlite import SqliteWatch
from placid.edge.store.threads import ThreadedStore, Watch
from placid.edge.store.watching import FileWatch
from placid.ports import Store


@asynccontextmanager
async def open_store(store: str | Path = "", home: Path = HOME) -> AsyncGenerator[Store]:
    """The ledger that `store` names: "" (home/ledger.db), a path, or postgresql://...

    Problem or Unavailable, with what, where and fix, when it cannot be opened.
    """
    ledger = Ledger(await to_thread.run_sync(connection, store, home))
    opened = ThreadedStore(ledger, watch(store, home))
    try:
        yield opened
    finally:
        await opened.close()


def watch(store: str | Path, home: Path) -> Watch:
    """What notices the appends of other processes; connects to nothing before it is asked."""
    if is_postgres(store):
        from placid.edge.store.listening import ListeningWatch  # noqa: PLC0415 - an extra
        from placid.edge.store.postgres import PostgresWatch  # noqa: PLC0415 - an extra
        from placid.edge.store.postgres_url import place  # noqa: PLC0415 - an extra

        return ListeningWatch(PostgresWatch(place(str(store))))
    return FileWatch(SqliteWatch(file(store, home)))
