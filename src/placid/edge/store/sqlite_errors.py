"""SQLite's errors in the words of whoever has to put them right.

    damaged, not a database, read-only, moved  Problem      a person must do something
    disk full, locked, I/O error               Unavailable  may pass; trying again loses nothing

An error that is not listed is a bug in placid, and stays what it is.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from placid.base.errors import Problem, Unavailable


def worded(error: sqlite3.Error, path: Path) -> Exception:
    """What `error` means for the ledger at `path`."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    match code & 0xFF:
        case sqlite3.SQLITE_CORRUPT:
            return Problem(f"the ledger is damaged ({error})", where=str(path), fix=_afresh(path))
        case sqlite3.SQLITE_NOTADB:
            what = "the ledger cannot be read: this file is not an SQLite database"
            return Problem(what, where=str(path), fix=_afresh(path))
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return Problem(
                f"the ledger cannot be written ({error})", where=str(path), fix=_own(path)
            )
        case sqlite3.SQLITE_CANTOPEN:
            return Problem(
                f"the ledger cannot be opened ({error})", where=str(path), fix=_own(path)
            )
        case _:
            return _passing(error, code & 0xFF, path)


def moved(path: Path) -> Problem:
    """The file that was opened is no longer the one at `path`."""
    return Problem(
        "the ledger was moved or deleted while placid was using it",
        where=str(path),
        fix="put it back, or start placid again to begin a new one",
    )


def _passing(error: sqlite3.Error, code: int, path: Path) -> Exception:
    match code:
        case sqlite3.SQLITE_FULL:
            return Unavailable(
                "the disk is full: the ledger cannot record anything more",
                where=str(path),
                fix=f"free some space (df -h {_quoted(path.parent)}); what was recorded is safe",
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED | sqlite3.SQLITE_PROTOCOL:
            return Unavailable(
                "the ledger is locked: another process has kept it for seconds",
                where=str(path),
                fix=f"see which one: fuser -v {_quoted(path)}",
                retry_after=1.0,
            )
        case sqlite3.SQLITE_IOERR:
            return Unavailable(
                f"the disk does not read or write the ledger ({error})",
                where=str(path),
                fix=f"check the disk and its space: df -h {_quoted(path.parent)}, then dmesg",
            )
        case _:
            return error


def _afresh(path: Path) -> str:
    # The -wal file must go along: SQLite would play it into the new ledger.
    aside = _quoted(path.with_name("damaged"))
    return (
        f"stop placid, move it aside with mkdir {aside} && mv {_quoted(path)}* {aside}/ and start "
        "again: what serves goes on serving, only the history begins anew (`sqlite3 FILE .recover` "
        "often still reads the old one)"
    )


def _own(path: Path) -> str:
    if path.is_dir():
        return "it is a folder: move it away"
    return f"let your user write there: ls -ld {_quoted(path.parent)} {_quoted(path)}"


def _quoted(path: Path) -> str:
    import shlex  # noqa: PLC0415 - only for an error

    return shlex.quote(str(path))
