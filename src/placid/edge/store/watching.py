"""Noticing that another process wrote to an SQLite ledger, at next to no cost.

inotify tells that the -wal file is being written; the commit shows a moment later, when the disk
has confirmed it. So a touch starts a while (`ALERT`) of looking every `PACE` seconds:

    resting --touched, or `REST` over--> looking --`ALERT` seconds without a touch--> resting

A touch during that while is kept in the descriptor, and starts the next one. The rest is bounded
for a disk that takes longer than `ALERT` to confirm. Without inotify we look all the time, which
costs 0.7 % of a core.
"""

from __future__ import annotations

import anyio

from placid.edge.inotify import Touches
from placid.edge.store.sqlite import SqliteWatch

PACE = 0.05
ALERT = 1.0
REST = 2.0


class FileWatch:
    """`threads.Watch` for an SQLite file."""

    def __init__(self, watch: SqliteWatch, *, inotify: bool = True) -> None:
        self._watch, self._inotify = watch, inotify
        self._touches: Touches | None = None
        self._alert_until = 0.0

    async def change(self, bell: anyio.Event) -> None:
        while not self._watch.changed():
            touches = self._listening()
            if touches is None or anyio.current_time() < self._alert_until:
                with anyio.move_on_after(PACE):
                    await bell.wait()
                    return
            else:
                with anyio.move_on_after(REST):
                    await anyio.wait_readable(touches.fileno())
                    touches.drain()
                    self._alert_until = anyio.current_time() + ALERT

    def _listening(self) -> Touches | None:
        # The -wal file exists from the first look on, as long as the watch is open.
        if self._inotify and self._touches is None:
            try:
                self._touches = Touches(self._watch.log)
            except OSError:
                self._inotify = False
            # A commit between the last look and now was not told of.
            self._alert_until = anyio.current_time() + ALERT
        return self._touches

    async def close(self) -> None:
        if self._touches is not None:
            self._touches.close()
        self._watch.close()
