"""The ledger, plainly: synchronous calls on one connection, the same for every database.

What a database does in its own way (transactions, clock, errors) is behind `Connection`; what the
ledger means is here, once. `placid status` uses this class as it is, since an event loop takes
longer to import than the answer to find; everything else goes through `threads.ThreadedStore`.

The optimistic append rests on two facts: rows are never deleted, so an end that was seen stays
filled; and (stream, seq) is unique, so of two writers who saw the same end one fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from placid.base.errors import Conflict
from placid.edge.store import sql
from placid.ports import Row

Value = str | int | float | bytes

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Taken(Exception):
    """A row with this key exists already."""


class Connection(Protocol):
    """One connection to one database. Errors are Problem or Unavailable, never the driver's own."""

    where: str

    def query(self, text: str, values: Mapping[str, Value]) -> list[tuple[Any, ...]]: ...

    def insert(self, text: str, rows: Iterable[Mapping[str, Value]]) -> None:
        """Run `text` once for every row; Taken when a key exists."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """All that is inside happens, durably, or none of it."""
        ...

    def now(self) -> float:
        """Seconds since 1970 by the clock that all who share this ledger go by."""
        ...

    def announce(self, stream: str) -> None:
        """Tell other processes, once the transaction is through, that `stream` grew."""
        ...

    def close(self) -> None: ...


class Ledger:
    """Streams of facts and leases. Not for two threads at once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.where = connection.where

    def read(self, stream: str, after: int = 0) -> Sequence[Row]:
        """The rows of `stream` with seq > after, in order."""
        rows = self._connection.query(sql.READ, {"stream": stream, "after": after})
        return [
            Row(stream, seq, _EPOCH + timedelta(microseconds=at), bytes(data))
            for seq, at, data in rows
        ]

    def end(self, stream: str) -> int:
        """The seq of the last fact of `stream`, 0 when it has none."""
        return int(self._connection.query(sql.END, {"stream": stream})[0][0])

    def append(self, stream: str, expected: int, facts: Sequence[bytes]) -> None:
        """Add facts, all or none; Conflict unless the stream still ends at `expected`."""
        try:
            with self._connection.transaction():
                if (end := self.end(stream)) != expected:
                    raise self._conflict(stream, f"it ends at {end}, not at {expected}")
                if facts:
                    self._add(stream, expected, facts)
        except Taken:
            raise self._conflict(stream, "another writer was first") from None

    def _add(self, stream: str, after: int, facts: Sequence[bytes]) -> None:
        at = int(self._connection.now() * 1_000_000)
        self._connection.insert(
            sql.ADD,
            [
                {"stream": stream, "seq": seq, "at": at, "data": data}
                for seq, data in enumerate(facts, after + 1)
            ],
        )
        self._connection.announce(stream)

    def _conflict(self, stream: str, why: str) -> Conflict:
        return Conflict(f'the stream "{stream}" has moved on: {why}', where=self.where)

    def streams(self, prefix: str = "") -> Sequence[str]:
        """The names of all streams that begin with `prefix`, sorted."""
        return [name for (name,) in self._connection.query(sql.STREAMS, {"prefix": prefix})]

    def lease(self, name: str, holder: str, ttl: float) -> str:
        """Take or renew a lease for `ttl` seconds; returns who holds it now."""
        with self._connection.transaction():
            now = self._connection.now()
            lease: dict[str, Value] = {"name": name, "holder": holder, "now": now}
            lease["until"] = now + ttl
            self._connection.insert(sql.TAKE, [lease])
            held = self._connection.query(sql.HOLDER, {"name": name, "now": now})
        # A lease of 0 seconds is over as soon as it is taken.
        return str(held[0][0]) if held else holder

    def release(self, name: str, holder: str) -> None:
        """Give the lease up, when `holder` has it."""
        with self._connection.transaction():
            self._connection.insert(sql.RELEASE, [{"name": name, "holder": holder}])

    def holder(self, name: str) -> str:
        """Who holds a lease that has not run out, or ""."""
        held = self._connection.query(sql.HOLDER, {"name": name, "now": self._connection.now()})
        return str(held[0][0]) if held else ""

    def close(self) -> None:
        """Let the database go; what was appended is safe already."""
        self._connection.close()
