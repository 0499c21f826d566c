"""A migration leaves the release before it running.

Why: a migration runs while the old release still serves, and stays when the new one goes back. A
column or table that is gone, or one that must now be given, breaks every copy of the old release.
Expand first (add, fill, read from both), take away in a later release.

Bad: `op.drop_column("orders", "email")` in the release that stops using it

Good: the new release stops using the column; the one after that drops it

Known limits: only the newest five migrations of an application are looked at, and none that is
half a year older than the newest of all; confidence is low for those older than a year. That the
release before no longer used the column is not in the files; when this one still does, it is high.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.core.audit.facts.column_users import users_of
from placid.core.audit.facts.migrations import Pending, earlier, pending
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule
from placid.formats.migrations import Change, Operation, column_types

_SAID = {
    Change.DROP_TABLE: "drops table {table}",
    Change.RENAME_TABLE: "renames table {table} to {detail}",
    Change.DROP_COLUMN: "drops {table}.{column}",
    Change.RENAME_COLUMN: "renames {table}.{column} to {detail}",
    Change.ADD_REQUIRED: "adds {table}.{column}, required and with no default in the database",
    Change.SET_REQUIRED: "makes {table}.{column} required",
    Change.CHANGE_TYPE: "narrows {table}.{column} from {before} to {detail}",
}
_GONE = frozenset(
    (Change.DROP_TABLE, Change.RENAME_TABLE, Change.DROP_COLUMN, Change.RENAME_COLUMN)
)
_SIZES = ("smallint", "integer", "bigint")
_SIZED = re.compile(r"(?:varchar|character varying|char)\((\d{1,6})\)")
_ALIASES = {"int": "integer", "int4": "integer", "int8": "bigint", "int2": "smallint"}


@rule("going-back/breaks-previous-release", Severity.MEDIUM, docs=__doc__ or "")
def breaks_previous_release(repository: Repository) -> Iterator[Hit | Unknown]:
    """Name what the newest migrations take away from the code that runs now."""
    for each in pending(repository):
        for operation in each.migration.settled():
            before = operation.before or _type_before(repository, each, operation)
            if operation.change not in _SAID or not operation.table:
                continue
            if operation.change is Change.CHANGE_TYPE and not _narrows(before, operation.detail):
                continue
            yield _hit(repository, each, operation._replace(before=before))


def _hit(repository: Repository, each: Pending, operation: Operation) -> Hit:
    said = _SAID[operation.change].format(**operation._asdict())
    at = Place(each.path, operation.span)
    used = (
        users_of(repository, operation.table, operation.column)
        if operation.change in _GONE and repository.whole
        else None
    )
    if used is not None:
        return Hit(
            f"{said}, which {used.path} still uses",
            (at, used),
            action="take away in a later release what the code no longer uses",
            severity=Severity.HIGH,
            confidence=each.confidence,
        )
    return Hit(
        f"{said}: the release that runs now may break, and going back to it does",
        (at,),
        action="take away in a later release what the code no longer uses",
        confidence=each.confidence,
    )


def _type_before(repository: Repository, each: Pending, operation: Operation) -> str:
    """The type that an earlier migration in SQL gave to the column; "" when not known."""
    if operation.change is not Change.CHANGE_TYPE or not each.path.endswith(".sql"):
        return ""
    known = ""
    for file in earlier(repository, each.file):
        types = column_types(repository.text(file.path) or "")
        known = types.get((operation.table, operation.column), known)
    return known


def _narrows(before: str, after: str) -> bool:
    """Whether values that fitted may fit no more; False when that is not known."""
    old, new = _ALIASES.get(before, before), _ALIASES.get(after, after)
    if old in _SIZES and new in _SIZES:
        return _SIZES.index(new) < _SIZES.index(old)
    sized, was = _SIZED.fullmatch(new), _SIZED.fullmatch(old)
    if sized is None:
        return False
    return old == "text" or (was is not None and int(was[1]) > int(sized[1]))
