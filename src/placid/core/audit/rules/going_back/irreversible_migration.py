"""A migration can be taken back.

Why: when a release goes back, its migrations must too, or the old code meets a new database. Only
the newest five migrations of an application are looked at: the others ran long ago.

Bad: `migrations.RunPython(fill)`, an Alembic `downgrade` with `pass`, `-- +goose Down` with nothing

Good: `migrations.RunPython(fill, migrations.RunPython.noop)`

Known limits: tools that know no way back (Flyway, Prisma) are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.core.audit.facts.migrations import pending
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule
from placid.formats.migrations import Change, Undo


@rule("going-back/irreversible-migration", Severity.LOW, docs=__doc__ or "")
def irreversible_migration(repository: Repository) -> Iterator[Hit | Unknown]:
    """Name the new migrations without a way back."""
    for new in pending(repository):
        path, migration = new.path, new.migration
        if migration.undo is not Undo.MISSING:
            continue
        one_way = [each for each in migration.operations if each.change is Change.ONE_WAY]
        for each in one_way:
            yield Hit(
                f"{each.detail}: the migration cannot be taken back",
                (Place(path, each.span),),
                action="give the newest migrations a way back",
                confidence=new.confidence,
            )
        if not one_way:
            yield Hit(
                "the migration has no way back",
                (Place(path, migration.undo_at or Span(0, 0)),),
                action="give the newest migrations a way back",
                confidence=new.confidence,
            )
