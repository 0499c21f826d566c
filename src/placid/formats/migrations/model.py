"""What a migration does to a database, in the words that all tools share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from placid.base.yamltext import Span


class Change(Enum):
    """One change. REQUIRED: a column that must be given and has no default in the database."""

    CREATE_TABLE = "create table"
    DROP_TABLE = "drop table"
    RENAME_TABLE = "rename table"
    DROP_COLUMN = "drop column"
    RENAME_COLUMN = "rename column"
    ADD_REQUIRED = "add required column"
    SET_REQUIRED = "make column required"
    CHANGE_TYPE = "change type"
    CREATE_INDEX = "create index"
    ADD_VOLATILE = "add column with a computed default"
    ONE_WAY = "one way"


class Operation(NamedTuple):
    """A change of a table or one of its columns; `span` is where it is written.

    detail   the new name, the new type, or what cannot be undone
    before   the type before, when it is written; "" when not known
    """

    change: Change
    table: str
    column: str
    span: Span
    detail: str = ""
    before: str = ""


class Undo(Enum):
    """Whether the way back is written. NONE: the tool knows no way back (Flyway, Prisma)."""

    WRITTEN = "written"
    MISSING = "missing"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Migration:
    """One migration. `parents` and `revision` are set where names do not give the order."""

    tool: str
    operations: tuple[Operation, ...]
    undo: Undo
    undo_at: Span | None = None
    revision: str = ""
    parents: tuple[str, ...] = ()
    concurrent: bool = False

    def settled(self) -> tuple[Operation, ...]:
        """The operations on tables that were there before, and are not made anew by this one."""
        made = {each.table for each in self.operations if each.change is Change.CREATE_TABLE}
        renamed = {
            each.detail for each in self.operations if each.change is Change.RENAME_TABLE
        } & {each.table for each in self.operations if each.change is Change.DROP_TABLE}
        gone = {each.table for each in self.operations if each.change is Change.DROP_TABLE}
        return tuple(
            each
            for each in self.operations
            if each.table not in made
            and (each.table not in gone or each.change is Change.DROP_TABLE or not each.column)
            and each.change is not Change.CREATE_TABLE
            and not (each.change is Change.DROP_TABLE and each.table in renamed)
            and not (each.change is Change.RENAME_TABLE and each.detail in renamed)
        )
