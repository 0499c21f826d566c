"""Database migrations of common tools, read for what they change. Pure: nothing is run.

file = kind_of("db/migrate/20260101000000_drop_email.rb")
migration = read(file, text)
migration.operations, migration.undo
"""

from placid.formats.migrations.dates import written_on
from placid.formats.migrations.files import MigrationFile, down_path, kind_of, read
from placid.formats.migrations.model import Change, Migration, Operation, Undo
from placid.formats.migrations.sql import column_types

__all__ = [
    "Change",
    "Migration",
    "MigrationFile",
    "Operation",
    "Undo",
    "column_types",
    "down_path",
    "kind_of",
    "read",
    "written_on",
]
