"""Migrations in JavaScript: Knex (`table.dropColumn`), Sequelize (`removeColumn`), TypeORM (SQL).

`up` and `down` are found by their names; what is between them is read call by call.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.formats.migrations.model import Change, Migration, Operation, Undo
from placid.formats.migrations.sql import operations as sql_operations

_KIND = re.compile(r"\bknex\b|queryInterface|queryRunner|\bpgm\b", re.IGNORECASE)
_METHOD = re.compile(
    r"(?:^|[\s.{,;])(?:exports\.)?(?:async\s+)?(?:public\s+)?(?:async\s+)?(?:function\s+)?"
    r"(?P<name>up|down)\s*(?:=|:|\()"
)
_TABLE = re.compile(
    r"\b(?P<verb>alterTable|table|createTable|createTableIfNotExists)\(\s*[\"'`](?P<name>\w+)[\"'`]"
)
_ON_TABLE = re.compile(
    r"\.(?P<verb>dropColumn|dropColumns|renameColumn)\(\s*[\"'`](?P<column>\w+)[\"'`]"
    r"(?:\s*,\s*[\"'`](?P<new>\w+)[\"'`])?"
)
_ADDED = re.compile(r"\b\w+\.\w+\(\s*[\"'`](?P<column>\w+)[\"'`][^;\n]{0,300}?\.notNullable\(\)")
_WHOLE = re.compile(
    r"\b(?P<verb>dropTable|dropTableIfExists|renameTable|removeColumn|renameColumn)"
    r"\(\s*[\"'`](?P<table>\w+)[\"'`](?:\s*,\s*[\"'`](?P<second>\w+)[\"'`])?"
    r"(?:\s*,\s*[\"'`](?P<third>\w+)[\"'`])?"
)
_SQL = re.compile(r"\.(?:query|raw)\(\s*(?P<mark>[\"'`])(?P<sql>.{0,4000}?)(?P=mark)", re.DOTALL)


def read(text: str) -> Migration | None:
    """The migration in a script; None for what is none."""
    if not _KIND.search(text):
        return None
    methods = {found["name"]: found.start("name") for found in _METHOD.finditer(text)}
    if "up" not in methods:
        return None
    up, down = methods["up"], methods.get("down")
    end = down if down is not None and down > up else len(text)
    empty = down is None or _is_empty(text[down:] if down > up else text[down:up])
    found = sorted(_operations(text, up, end), key=lambda each: each.span)
    return Migration(
        "javascript",
        tuple(found),
        Undo.MISSING if empty else Undo.WRITTEN,
        Span(up, up + 2) if down is None else Span(down, down + 4),
    )


def _is_empty(body: str) -> bool:
    """Whether `down` does nothing, or refuses to."""
    inside = re.sub(r"//[^\n]*|/\*.*?\*/", "", body[body.find("{") + 1 :][:2000], flags=re.DOTALL)
    return bool(re.match(r"\s*(?:\}|throw\b|return(?:\s+Promise\.resolve\(\))?;?\s*\})", inside))


def _operations(text: str, start: int, end: int) -> Iterator[Operation]:
    yield from _by_table(text, start, end)
    for found in _WHOLE.finditer(text, start, end):
        span, table, second = Span(*found.span()), found["table"], found["second"] or ""
        if found["verb"].startswith("dropTable"):
            yield Operation(Change.DROP_TABLE, table, "", span)
        elif found["verb"] == "renameTable" and second:
            yield Operation(Change.RENAME_TABLE, table, "", span, second)
        elif found["verb"] == "removeColumn" and second:
            yield Operation(Change.DROP_COLUMN, table, second, span)
        elif found["verb"] == "renameColumn" and found["third"]:
            yield Operation(Change.RENAME_COLUMN, table, second, span, found["third"])
    for found in _SQL.finditer(text, start, end):
        yield from sql_operations(text, *found.span("sql"))


def _by_table(text: str, start: int, end: int) -> Iterator[Operation]:
    """What is done inside of `alterTable("orders", ...)`, up to the next table."""
    tables = list(_TABLE.finditer(text, start, end))
    for at, found in enumerate(tables):
        name, until = found["name"], tables[at + 1].start() if at + 1 < len(tables) else end
        if found["verb"].startswith("create"):
            yield Operation(Change.CREATE_TABLE, name, "", Span(*found.span()))
            continue
        for call in _ON_TABLE.finditer(text, found.end(), until):
            renamed = call["verb"] == "renameColumn"
            change = Change.RENAME_COLUMN if renamed else Change.DROP_COLUMN
            span = Span(call.start() + 1, call.end())
            yield Operation(change, name, call["column"], span, call["new"] or "")
        for call in _ADDED.finditer(text, found.end(), until):
            rest = text[call.start() : text.find("\n", call.end())]
            if "defaultTo" not in rest and ".alter(" not in rest:
                yield Operation(Change.ADD_REQUIRED, name, call["column"], Span(*call.span()))
