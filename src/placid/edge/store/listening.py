"""Waiting for PostgreSQL's NOTIFY on the event loop; imported only when there is a PostgreSQL."""

from __future__ import annotations

import anyio
from anyio import to_thread

from placid.edge.store.postgres import PostgresWatch


class ListeningWatch:
    """Waits for the socket of the connection that LISTENs: no time is spent while idle."""

    def __init__(self, watch: PostgresWatch) -> None:
        self._watch = watch

    async def change(self, bell: anyio.Event) -> None:
        """Our own appends come through the socket as well, so the bell is not listened to."""
        if await to_thread.run_sync(self._watch.listen):
            return  # what was appended before we listened has told nobody
        await anyio.wait_readable(self._watch.fileno())
        await to_thread.run_sync(self._watch.drain)

    async def close(self) -> None:
        await to_thread.run_sync(self._watch.close)
