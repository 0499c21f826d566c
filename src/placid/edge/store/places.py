"""Which ledger a `store:` of placid.yaml names, and the plain (synchronous) way to open it.

    ""                      home/ledger.db, an SQLite file
    a path                  that SQLite file
    postgresql://...        PostgreSQL, when psycopg is installed

Imports neither an event loop nor psycopg unless they are needed: `placid status` starts here.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from placid.base.errors import Problem
from placid.edge.store.ledger import Connection, Ledger
from placid.edge.store.sqlite import SqliteConnection

HOME = Path(".placid")


@contextmanager
def open_ledger(store: str | Path = "", home: Path = HOME) -> Generator[Ledger]:
    """The ledger itself, without an event loop. Problem or Unavailable when it cannot be opened."""
    ledger = Ledger(connection(store, home))
    try:
        yield ledger
    finally:
        ledger.close()


def connection(store: str | Path, home: Path, durable: bool = True) -> Connection:
    """A connection to the ledger that `store` names; its tables are there and current. What is not
    `durable` may be lost in a power cut (see SqliteConnection)."""
    if is_postgres(store):
        from placid.edge.store.postgres import PostgresConnection  # noqa: PLC0415 - an extra
        from placid.edge.store.postgres_url import place  # noqa: PLC0415 - an extra

        return PostgresConnection(place(str(store)))
    path = file(store, home)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(
            f"the folder of the ledger cannot be made ({error.strerror})",
            where=str(path.parent),
            fix="make it yourself, writable for your user",
        ) from error
    return SqliteConnection(path, durable)


def is_postgres(store: str | Path) -> bool:
    """Whether `store` is a PostgreSQL URL; Problem when it is one that we cannot use."""
    scheme, separator, _ = str(store).partition("://")
    if isinstance(store, Path) or not separator:
        return False
    if scheme not in ("postgresql", "postgres"):
        raise Problem(
            f'placid has no store "{scheme}"; it knows postgresql:// and, as the default, a file',
            where="placid.yaml: store",
            fix="write store: postgresql://USER@HOST/DATABASE, or leave it out",
        )
    if find_spec("psycopg") is None:
        raise Problem(
            "psycopg, which talks to PostgreSQL, is not installed",
            where="placid.yaml: store",
            fix="pip install 'placid[postgres]'",
        )
    return True


def file(store: str | Path, home: Path) -> Path:
    """The SQLite file that `store` names."""
    return Path(store) if store else home / "ledger.db"
