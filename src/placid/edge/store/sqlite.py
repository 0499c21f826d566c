"""The ledger in one SQLite file, for one machine.

WAL lets `placid status` read while the agent writes. `synchronous=FULL`, so that a fact which was
acknowledged outlives a power cut; a commit then takes half a millisecond on an SSD, and facts are
few. Every write begins with BEGIN IMMEDIATE: writers queue at the start, for up to `PATIENCE`
seconds, and never find out half-way that another was first.

`SqliteWatch` tells whether any process wrote: PRAGMA data_version reads a counter in shared memory
in 5 microseconds, so it is asked on the event loop itself; `watching` says when.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from placid.base.errors import Problem
from placid.edge.store.ledger import Taken, Value
from placid.edge.store.migrations import migrate
from placid.edge.store.sqlite_errors import moved, worded

PATIENCE = 5.0
"""Seconds to wait for another writer before saying that the ledger is locked."""

_OURS = 0x706C6364  # "plcd", in the file's header

_VERSION = """
SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
FROM pragma_application_id, pragma_user_version
"""


class SqliteConnection:
    """One connection to the file at `path`, which is made when it is missing.

    durable  a commit outlives a power cut; else only the death of any process, in a fifth of the
             time. For facts that are made again when they are lost: a job runs once more
    """

    types: Mapping[str, str] = {
        "text": "TEXT",
        "integer": "INTEGER",
        "bytes": "BLOB",
        "float": "REAL",
    }

    def __init__(self, path: Path, durable: bool = True) -> None:
        self._path = path.absolute()
        self.where = str(path)
        with self._words():
            self._raw = _connect(self._path, PATIENCE)
        try:
            self._file = self._path.stat().st_ino
            migrate(self)
            self.query(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}", {})
        except BaseException:
            self._raw.close()
            raise

    @contextmanager
    def _words(self) -> Generator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise worded(error, self._path) from error

    def query(self, text: str, values: Mapping[str, Value]) -> list[tuple[Any, ...]]:
        with self._words():
            return self._raw.execute(text, values).fetchall()

    def insert(self, text: str, rows: Iterable[Mapping[str, Value]]) -> None:
        with self._words():
            try:
                self._raw.executemany(text, rows)
            except sqlite3.IntegrityError:
                raise Taken from None

    @contextmanager
    def transaction(self) -> Generator[None]:
        self._still_there()
        with self._words():
            self._raw.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._raw.execute("COMMIT")
            finally:
                if self._raw.in_transaction:
                    self._raw.execute("ROLLBACK")

    def _still_there(self) -> None:
        # SQLite itself writes on into a file that was deleted, and those facts would be lost.
        try:
            same = self._path.stat().st_ino == self._file
        except OSError:
            same = False
        if not same:
            raise moved(self._path)

    def now(self) -> float:
        return time.time()

    def announce(self, stream: str) -> None:
        """Nothing to do: every commit changes the data_version that the watch reads."""

    def close(self) -> None:
        with self._words():
            self._raw.close()

    def version(self) -> int:
        [(owner, version, tables)] = self.query(_VERSION, {})
        if owner != _OURS and (version or tables):
            raise Problem(
                "this file is a database of some other program, not a placid ledger",
                where=self.where,
                fix=f"move it away: mv {self.where} {self.where}.other",
            )
        return int(version)

    @contextmanager
    def migrating(self) -> Generator[None]:
        self._keep_a_log()
        with self.transaction():
            yield

    def _keep_a_log(self) -> None:
        # Two processes that switch the same new file over do not queue: one is told "locked".
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self._raw.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise worded(error, self._path) from error
                time.sleep(0.01)

    def step(self, statements: tuple[str, ...], number: int) -> None:
        for text in (
            *statements,
            f"PRAGMA application_id = {_OURS}",
            f"PRAGMA user_version = {number}",
        ):
            self.query(text, {})


class SqliteWatch:
    """Tells whether the file changed since it was last asked; the first answer is yes."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self.log = self._path.with_name(self._path.name + "-wal")
        self._raw: sqlite3.Connection | None = None
        self._seen = -1

    def changed(self) -> bool:
        """Never blocks. True also when it cannot tell: reading will find out what is wrong."""
        try:
            if self._raw is None:
                self._raw = _connect(self._path, 0.0)
            [version] = self._raw.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error:
            return True
        before, self._seen = self._seen, version
        return self._seen != before

    def close(self) -> None:
        if self._raw is not None:
            self._raw.close()


def _connect(path: Path, patience: float) -> sqlite3.Connection:
    # Calls come from worker threads, one at a time.
    return sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False)
