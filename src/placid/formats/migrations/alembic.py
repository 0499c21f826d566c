"""Alembic's migrations: `op` calls in `upgrade`, the way back in `downgrade`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import NamedTuple

from placid.base.yamltext import Span
from placid.formats.migrations.model import Change, Migration, Operation, Undo
from placid.formats.migrations.pythoncalls import (
    Source,
    argument,
    called,
    calls,
    does_nothing,
    is_constant,
    parse,
    text_of,
)
from placid.formats.migrations.sql import operations as sql_operations


def read(text: str) -> Migration | None:
    """The migration in a module; None for what is none."""
    if "down_revision" not in text:
        return None
    source = parse(text)
    upgrade = source.function("upgrade") if source else None
    if source is None or upgrade is None:
        return None
    found = tuple(_operations(source, upgrade))
    downgrade = source.function("downgrade")
    refuses = downgrade is not None and any(isinstance(each, ast.Raise) for each in downgrade.body)
    missing = refuses or (bool(found) and (downgrade is None or does_nothing(downgrade)))
    at = downgrade or upgrade
    return Migration(
        "alembic",
        found,
        Undo.MISSING if missing and not does_nothing(upgrade) else Undo.WRITTEN,
        source.span(at),
        "".join(_assigned(source, "revision")),
        _assigned(source, "down_revision"),
        "autocommit_block" in text,
    )


def _assigned(source: Source, name: str) -> tuple[str, ...]:
    """The texts that a variable of the module is set to."""
    for node in source.tree.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if isinstance(target, ast.Name) and target.id == name:
            parts = [each for each in ast.walk(node.value) if isinstance(each, ast.Constant)]
            return tuple(filter(None, map(text_of, parts)))
    return ()


def _operations(source: Source, upgrade: ast.FunctionDef) -> Iterator[Operation]:
    batches = _batches(upgrade)
    for call in calls(upgrade):
        holder, name = called(call)
        known = _READERS.get(name)
        table = "" if holder == "op" else _table_at(batches, holder, call)
        if known is not None and (holder == "op" or table is not None):
            yield from known(source, call, table or "")


class _Batch(NamedTuple):
    """`with op.batch_alter_table("t") as batch_op`: the name, the table, and its lines."""

    name: str
    table: str
    first: int
    last: int


def _batches(upgrade: ast.FunctionDef) -> list[_Batch]:
    found: list[_Batch] = []
    for node in ast.walk(upgrade):
        if not isinstance(node, ast.With):
            continue
        for item in node.items:
            call = item.context_expr
            if isinstance(call, ast.Call) and isinstance(item.optional_vars, ast.Name):
                table = text_of(argument(call, 0, "table_name"))
                lines = (node.lineno, node.end_lineno or node.lineno)
                found.append(_Batch(item.optional_vars.id, table, *lines))
    return found


def _table_at(batches: list[_Batch], name: str, call: ast.Call) -> str | None:
    """The table of the innermost batch of this name around a call."""
    around = [each for each in batches if each.first <= call.lineno <= each.last]
    return next((each.table for each in reversed(around) if each.name == name), None)


def _column_of(call: ast.Call, table: str) -> tuple[str, str]:
    """The table and the column that a call names."""
    if table:
        return table, text_of(argument(call, 0, "column_name"))
    return text_of(argument(call, 0, "table_name")), text_of(argument(call, 1, "column_name"))


def _dropped(source: Source, call: ast.Call, table: str) -> Iterator[Operation]:
    yield Operation(Change.DROP_COLUMN, *_column_of(call, table), source.span(call))


def _of_table(change: Change) -> Callable[[Source, ast.Call, str], Iterator[Operation]]:
    def read_it(source: Source, call: ast.Call, _table: str) -> Iterator[Operation]:
        name, new = text_of(argument(call, 0, "table_name")), text_of(argument(call, 1, "new_name"))
        yield Operation(
            change, name or text_of(argument(call, 0, "old_table_name")), "", source.span(call), new
        )

    return read_it


def _added(source: Source, call: ast.Call, table: str) -> Iterator[Operation]:
    column = argument(call, 0 if table else 1, "column")
    if not isinstance(column, ast.Call):
        return
    name = text_of(argument(column, 0, "name"))
    filled = argument(column, -1, "server_default") or any(
        called(each)[1] in {"Computed", "Identity"} for each in calls(column)
    )
    if is_constant(argument(column, -1, "nullable"), False) and not filled:
        given = table or text_of(argument(call, 0, "table_name"))
        yield Operation(Change.ADD_REQUIRED, given, name, source.span(call))


def _altered(source: Source, call: ast.Call, table: str) -> Iterator[Operation]:
    named, span = _column_of(call, table), source.span(call)
    new = text_of(argument(call, -1, "new_column_name"))
    if new:
        yield Operation(Change.RENAME_COLUMN, *named, span, new)
    if is_constant(argument(call, -1, "nullable"), False):
        yield Operation(Change.SET_REQUIRED, *named, span)
    kind, old = argument(call, -1, "type_"), argument(call, -1, "existing_type")
    if kind is not None:
        yield Operation(Change.CHANGE_TYPE, *named, span, _type(kind), _type(old))


def _type(node: ast.expr | None) -> str:
    """A type as SQL says it: `sa.String(length=20)` is varchar(20)."""
    if node is None:
        return ""
    if isinstance(node, ast.Attribute):
        return node.attr.lower()
    if not isinstance(node, ast.Call):
        return ""
    name = called(node)[1].lower().replace("string", "varchar").replace("unicode", "varchar")
    length = argument(node, 0, "length")
    size = length.value if isinstance(length, ast.Constant) else None
    return f"{name}({size})" if isinstance(size, int) else name


def _indexed(source: Source, call: ast.Call, table: str) -> Iterator[Operation]:
    if not is_constant(argument(call, -1, "postgresql_concurrently"), True):
        name = table or text_of(argument(call, 1, "table_name"))
        yield Operation(Change.CREATE_INDEX, name, "", source.span(call))


def _executed(source: Source, call: ast.Call, _table: str) -> Iterator[Operation]:
    span: Span = source.span(call)
    for each in sql_operations(text_of(argument(call, 0, "sqltext"))):
        yield each._replace(span=span)


_READERS: dict[str, Callable[[Source, ast.Call, str], Iterator[Operation]]] = {
    "drop_column": _dropped,
    "drop_table": _of_table(Change.DROP_TABLE),
    "create_table": _of_table(Change.CREATE_TABLE),
    "rename_table": _of_table(Change.RENAME_TABLE),
    "add_column": _added,
    "alter_column": _altered,
    "create_index": _indexed,
    "execute": _executed,
}
