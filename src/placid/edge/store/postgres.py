"""The ledger in PostgreSQL, for several machines. Needs psycopg 3.

One connection is kept and made again after it broke; the call that finds it broken is Unavailable,
since whether its COMMIT arrived cannot be known: the caller reads again and decides again. Locks
are waited for no longer than SQLite's, and a client that hangs within a transaction loses it.

Appends NOTIFY the channel `placid` with the stream's name; `PostgresWatch` LISTENs on a connection
of its own, whose socket the event loop waits for, so that idling costs nothing.
The clock is the server's: leases mean the same on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors

from placid.edge.store.ledger import Taken, Value
from placid.edge.store.migrations import migrate
from placid.edge.store.postgres_errors import worded
from placid.edge.store.postgres_url import Place

Raw = psycopg.Connection[tuple[Any, ...]]

_SESSION = b"""
SET lock_timeout = '5s';
SET idle_in_transaction_session_timeout = '30s';
SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED
"""
_ALONE = 0x706C6364  # "plcd", the advisory lock of whoever migrates
_NAME = re.compile(r":(\w+)")


class PostgresConnection:
    """One connection, as `place` says."""

    types: Mapping[str, str] = {
        "text": 'text COLLATE "C"',
        "integer": "bigint",
        "bytes": "bytea",
        "float": "double precision",
    }

    def __init__(self, place: Place) -> None:
        self._place, self.where = place, place.shown
        self._open: Raw | None = None
        try:
            migrate(self)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def _words(self) -> Generator[Raw]:
        try:
            if self._open is None or self._open.closed:
                self._open = connect(self._place)
            yield self._open
        except errors.UniqueViolation:
            raise Taken from None
        except psycopg.Error as error:
            raise worded(error, self._place) from None

    def query(self, text: str, values: Mapping[str, Value]) -> list[tuple[Any, ...]]:
        with self._words() as raw:
            cursor = raw.execute(_translated(text), values)
            return cursor.fetchall() if cursor.description else []

    def insert(self, text: str, rows: Iterable[Mapping[str, Value]]) -> None:
        with self._words() as raw:
            # One by one: psycopg's executemany grumbles on stderr when a key exists already.
            for row in rows:
                raw.execute(_translated(text), row)

    @contextmanager
    def transaction(self) -> Generator[None]:
        with self._words() as raw, raw.transaction():
            yield

    def now(self) -> float:
        [(now,)] = self.query("SELECT extract(epoch FROM clock_timestamp())", {})
        return float(now)

    def announce(self, stream: str) -> None:
        # A payload has to be under 8000 bytes.
        self.query("SELECT pg_notify('placid', left(:stream, 1000))", {"stream": stream})

    def close(self) -> None:
        if self._open is not None:
            self._open.close()

    def version(self) -> int:
        # Asking for a table that is not there is an error, so first ask whether it is.
        [(there,)] = self.query("SELECT to_regclass('placid_schema') IS NOT NULL", {})
        if not there:
            return 0
        [(version,)] = self.query("SELECT coalesce(max(version), 0) FROM placid_schema", {})
        return int(version)

    @contextmanager
    def migrating(self) -> Generator[None]:
        with self.transaction():
            self.query("SELECT pg_advisory_xact_lock(:key)", {"key": _ALONE})
            # Waiting for an advisory lock does not refresh what a session believes to be missing;
            # making a table does. Without it the second process would not see the first's.
            self.query("CREATE TABLE IF NOT EXISTS placid_schema (version integer PRIMARY KEY)", {})
            yield

    def step(self, statements: tuple[str, ...], number: int) -> None:
        for text in statements:
            self.query(text, {})
        self.query("INSERT INTO placid_schema (version) VALUES (:number)", {"number": number})


class PostgresWatch:
    """A connection that LISTENs; its socket turns readable when any stream grew."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._open: Raw | None = None

    def listen(self) -> bool:
        """Begin to listen, or do so again after the connection broke; False when it already does.

        Unavailable (or a Problem) when the server cannot be reached.
        """
        if self._open is not None and not self._open.closed:
            return False
        try:
            self._open = connect(self._place)
            self._open.execute("LISTEN placid")
        except psycopg.Error as error:
            raise worded(error, self._place) from None
        return True

    def fileno(self) -> int:
        """The socket to wait for; only after `listen`."""
        assert self._open is not None
        return self._open.fileno()

    def drain(self) -> None:
        """Take in what the socket holds; a broken connection is closed, for `listen` to renew."""
        if self._open is None:
            return
        try:
            for _ in self._open.notifies(timeout=0):
                pass
        except psycopg.Error:
            self._open.close()

    def close(self) -> None:
        if self._open is not None:
            self._open.close()


def connect(place: Place) -> Raw:
    """A connection whose statements each commit by themselves; psycopg's own errors."""
    raw = psycopg.connect(place.conninfo, autocommit=True, prepare_threshold=None)
    try:
        raw.execute(_SESSION)
    except BaseException:
        raw.close()
        raise
    return raw


def _translated(text: str) -> bytes:
    return _NAME.sub(r"%(\1)s", text).encode()
