"""Migrations are read without a crash, whatever the file holds, and quickly."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placid.formats.migrations import Change, column_types, kind_of, read

PATHS = (
    "db/migrate/20260101000000_a.rb",
    "shop/migrations/0001_a.py",
    "alembic/versions/a.py",
    "migrations/20260101000000_a.js",
    "prisma/migrations/20260101000000_a/migration.sql",
    "V1__a.sql",
    "1_a.up.sql",
    "migrations/001_a.sql",
)
WORDS = (
    "ALTER",
    "TABLE",
    "DROP",
    "COLUMN",
    "ADD",
    "RENAME",
    "TO",
    "a",
    "b",
    ".",
    ",",
    "(",
    ")",
    ";",
    "'",
    '"',
    "$$",
    "--",
    "/*",
    "*/",
    "NOT",
    "NULL",
    "TYPE",
    "SET",
    "CREATE",
    "INDEX",
    "ON",
    "def",
    "up",
    "down",
    "change",
    "class",
    "Migration",
    "operations",
    "=",
    "[",
    "]",
    "migrations.RunSQL(",
    "ActiveRecord::Migration",
    "knex",
    "exports.up",
    "=>",
    "{",
    "}",
    "down_revision",
    "upgrade",
    "op.add_column",
    "remove_column :x",
    "\n",
)


@given(st.sampled_from(PATHS), st.lists(st.sampled_from(WORDS), max_size=40), st.text(max_size=30))
def test_any_text_is_read(path: str, words: list[str], rest: str) -> None:
    file = kind_of(path)
    assert file is not None
    for text in (" ".join(words) + rest, rest + "\n".join(words)):
        migration = read(file, text)
        for each in migration.operations if migration else ():
            assert 0 <= each.span.start <= each.span.end <= len(text)
        column_types(text)


@pytest.mark.parametrize(
    "piece", ["/*", "'", '"', "$a$", "(", "ALTER TABLE a DROP b,", "up = ", "down("]
)
@pytest.mark.parametrize("path", PATHS)
def test_long_texts_take_no_time(path: str, piece: str) -> None:
    file = kind_of(path)
    assert file is not None
    text = "knex Migration operations down_revision ActiveRecord::Migration alter " + piece * 20_000
    start = time.perf_counter()
    read(file, text)
    assert time.perf_counter() - start < 5


def test_a_table_that_is_made_anew_is_no_loss() -> None:
    file = kind_of("prisma/migrations/20260101000000_a/migration.sql")
    assert file is not None
    migration = read(
        file, 'CREATE TABLE "new_a" (i int); DROP TABLE a; ALTER TABLE new_a RENAME TO a;'
    )
    assert migration is not None
    assert [each.change for each in migration.operations] == [
        Change.CREATE_TABLE,
        Change.DROP_TABLE,
        Change.RENAME_TABLE,
    ]
    assert migration.settled() == ()
