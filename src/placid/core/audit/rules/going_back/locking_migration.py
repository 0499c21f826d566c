"""A migration on PostgreSQL does not lock a table for long.

Why: `CREATE INDEX` keeps every writer out until it is done, a default that is computed for each row
and most changes of a type write the whole table anew. On a large table that is an outage.

Bad: `CREATE INDEX orders_email ON orders (email)`

Good: `CREATE INDEX CONCURRENTLY orders_email ON orders (email)`, outside of a transaction

Known limits: how large the table is, is not in the files. Tables that the same migration makes are
left alone; only the newest five migrations of an application are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.migrations import on_postgres, pending
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule
from placid.formats.migrations import Change, Operation

_SAID = {
    Change.CREATE_INDEX: "locks {table} against writing while the index is built",
    Change.ADD_VOLATILE: "writes {table} anew: the default is computed for each row",
    Change.CHANGE_TYPE: "may write {table} anew while it is locked: the type of {column} changes",
}
_CHEAP = ("text", "varchar", "character varying", "citext")


@rule("going-back/locking-migration", Severity.LOW, docs=__doc__ or "")
def locking_migration(repository: Repository) -> Iterator[Hit | Unknown]:
    """Name what locks a table for as long as it is large."""
    if not on_postgres(repository):
        return
    for each in pending(repository):
        for operation in each.migration.settled():
            if operation.change in _SAID and operation.table and not _is_cheap(operation):
                yield Hit(
                    f"{_SAID[operation.change].format(**operation._asdict())} (PostgreSQL)",
                    (Place(each.path, operation.span),),
                    action="build indexes concurrently, and change types in steps",
                    confidence=each.confidence,
                )


def _is_cheap(operation: Operation) -> bool:
    return operation.change is Change.CHANGE_TYPE and operation.detail.startswith(_CHEAP)
