"""The URL of a PostgreSQL ledger: taken apart with care, since it may hold a password.

libpq reads `user:p@ss@host` in a way of its own, and then says pieces of the password in its error
messages. So a URL with more than one way to be read is refused before libpq sees it, and none of
its text is repeated. `shown` is all of it that may ever be printed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from placid.base.errors import Problem

SCHEMES = ("postgresql://", "postgres://")

_DEFAULTS = {
    "application_name": "placid",
    "connect_timeout": "5",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ledger is: what libpq is told, and what a person may see."""

    conninfo: str = field(repr=False)
    shown: str
    user: str
    database: str


def place(url: str) -> Place:
    """Problem when the URL cannot be read in one way only."""
    _, _, rest = url.partition("://")
    authority, slash, _ = rest.partition("/")
    if rest.count("@") > 1 or ("@" in rest and ("@" not in authority or "?" in authority)):
        raise _unreadable()
    try:
        told = conninfo_to_dict(url)
        conninfo = make_conninfo("", **{**_DEFAULTS, **told})
    except psycopg.Error:
        raise _unreadable() from None
    user, database = str(told.get("user", "")), str(told.get("dbname", ""))
    server = str(told.get("host", "")) + (f":{told['port']}" if "port" in told else "")
    shown = f"postgresql://{user}{'@' if user else ''}{server}{slash and '/'}{database}"
    return Place(conninfo, shown, user, database)


def _unreadable() -> Problem:
    return Problem(
        "the URL of the store cannot be read (it is not shown: it may hold a password)",
        where="placid.yaml: store",
        fix="write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, in the password %40 for @, %2F "
        "for /, %3A for :, %3F for ?, %23 for # and %25 for %",
    )
