"""PostgreSQL's errors in the words of whoever has to put them right.

    password, role, database, rights, certificate   Problem      a person must do something
    no connection, server restarting, disk full,
    locks, read-only standby                        Unavailable  may pass; nothing was recorded

A refused connection carries no SQLSTATE, so there the server's English words are looked at; in
another language they come out as Unavailable, with the same words shown. Any other error is a bug
in placid, and stays what it is. The password is taken out of whatever is shown.
"""

from __future__ import annotations

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

from placid.base.errors import Problem, Unavailable
from placid.edge.store.postgres_url import Place

_PASSING = (
    errors.AdminShutdown,
    errors.CannotConnectNow,
    errors.ConfigurationLimitExceeded,
    errors.CrashShutdown,
    errors.DeadlockDetected,
    errors.DiskFull,
    errors.IdleInTransactionSessionTimeout,
    errors.LockNotAvailable,
    errors.QueryCanceled,
    errors.ReadOnlySqlTransaction,
    errors.SerializationFailure,
    errors.TooManyConnections,
)


def worded(error: psycopg.Error, place: Place) -> Exception:
    """What `error` means for the ledger at `place`."""
    said = _said(error, place)
    if isinstance(error, errors.InsufficientPrivilege):
        return Problem(
            f"PostgreSQL does not let {place.user or 'this user'} keep the ledger there: {said}",
            where=place.shown,
            fix=f'GRANT CREATE, USAGE ON SCHEMA public TO "{place.user or "USER"}"',
        )
    if isinstance(error, _PASSING):
        return Unavailable(f"PostgreSQL cannot do this now: {said}", where=place.shown)
    if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return error
    return _refused(said, place) or Unavailable(
        f"PostgreSQL cannot be reached: {said}",
        where=place.shown,
        fix="check that the server runs and accepts connections from here: pg_isready",
    )


def _refused(said: str, place: Place) -> Problem | None:
    """The reasons why a server turns a connection down for good."""
    if "password" in said:
        what = "PostgreSQL does not accept the password"
        fix = "set the right one in the URL of the store, in ~/.pgpass or in PGPASSWORD"
    elif 'role "' in said and "does not exist" in said:
        what = "PostgreSQL does not know this user"
        fix = f"createuser --pwprompt {place.user}"
    elif 'database "' in said and "does not exist" in said:
        what, fix = "PostgreSQL has no such database", f"createdb {place.database}"
    elif "pg_hba.conf" in said:
        what = "PostgreSQL does not allow this user, database and address"
        fix = "add a line for them to the server's pg_hba.conf"
    elif "certificate" in said or "SSL" in said:
        what = "PostgreSQL's encryption does not fit"
        fix = "set sslmode and sslrootcert in the URL: ...?sslmode=verify-full&sslrootcert=FILE"
    else:
        return None
    return Problem(f"{what}: {said}", where=place.shown, fix=fix)


def _said(error: psycopg.Error, place: Place) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    # Of several addresses that were tried the last one's answer stands for all.
    failed = [line for line in lines if "failed:" in line]
    said = (failed or lines or [type(error).__name__])[-1 if failed else 0]
    password = str(conninfo_to_dict(place.conninfo).get("password") or "")
    return said.replace(password, "***") if password else said
