"""Rails' migrations, line by line: `change` that Rails can turn around, or `up` and `down`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.formats.migrations.model import Change, Migration, Operation, Undo
from placid.formats.migrations.sql import operations as sql_operations

_METHOD = re.compile(r"^[ \t]*def[ \t]+(?:self\.)?(\w+)", re.MULTILINE)
_CALL = re.compile(
    r"^[ \t]*(?P<call>(?:remove_column|remove_columns|rename_column|change_column|add_column"
    r"|add_index|drop_table|create_table|rename_table|change_column_null|execute"
    r"|add_reference|add_belongs_to)\b[^\n#]*)",
    re.MULTILINE,
)
_NAME = re.compile(r":(\w+)|[\"']([\w.]+)[\"']")
_IRREVERSIBLE = "ActiveRecord::IrreversibleMigration"
_REQUIRED = re.compile(r"null: false|:null => false")
_BY_VERB = {
    "remove_column": Change.DROP_COLUMN,
    "remove_columns": Change.DROP_COLUMN,
    "rename_column": Change.RENAME_COLUMN,
    "drop_table": Change.DROP_TABLE,
    "create_table": Change.CREATE_TABLE,
    "rename_table": Change.RENAME_TABLE,
}
_OF_COLUMNS = frozenset(
    (Change.DROP_COLUMN, Change.RENAME_COLUMN, Change.ADD_REQUIRED, Change.SET_REQUIRED)
)
_TURNED = re.compile(r"\breversible\b|\bup_only\b|\brevert\b")


def read(text: str) -> Migration | None:
    """The migration in a Ruby file; None for what is none."""
    if "ActiveRecord::Migration" not in text:
        return None
    methods = dict(_methods(text))
    up = methods.get("up") or methods.get("change")
    if up is None:
        return None
    found = tuple(_operations(text, up))
    one_way = _one_way(text, methods, found)
    return Migration(
        "rails",
        found,
        Undo.MISSING if one_way else Undo.WRITTEN,
        one_way,
        concurrent="disable_ddl_transaction!" in text,
    )


def _methods(text: str) -> Iterator[tuple[str, Span]]:
    starts = list(_METHOD.finditer(text))
    for at, found in enumerate(starts):
        end = starts[at + 1].start() if at + 1 < len(starts) else len(text)
        yield found[1], Span(found.start(), end)


def _operations(text: str, span: Span) -> Iterator[Operation]:
    for found in _CALL.finditer(text, span.start, span.end):
        call = found["call"]
        verb = call.split("(")[0].split()[0]
        names = [each[1] or each[2] for each in _NAME.finditer(call)]
        if names or verb == "execute":
            yield from _operation(text, verb, names, call, Span(*found.span("call")))


def _operation(
    text: str, verb: str, names: list[str], call: str, span: Span
) -> Iterator[Operation]:
    if verb == "execute":
        for each in sql_operations(text, span.start + len("execute"), span.end):
            yield each._replace(span=span)
        return
    change = _change(verb, call)
    table, second, third = (*names, "", "")[:3]
    if change is None or (change in _OF_COLUMNS and not second):
        return
    if change is Change.RENAME_TABLE:
        yield Operation(change, table, "", span, second)
    else:
        column = second if change in _OF_COLUMNS else ""
        yield Operation(change, table, column, span, third)


def _change(verb: str, call: str) -> Change | None:
    """What a call changes; None for what harms nobody."""
    if verb in {"add_column", "add_reference", "add_belongs_to"}:
        required = _REQUIRED.search(call) and "default" not in call
        return Change.ADD_REQUIRED if required else None
    if verb == "change_column_null":
        return Change.SET_REQUIRED if re.search(r",\s*false\s*\)?\s*$", call) else None
    if verb == "add_index":
        return None if "concurrently" in call else Change.CREATE_INDEX
    return _BY_VERB.get(verb)


def _one_way(text: str, methods: dict[str, Span], found: tuple[Operation, ...]) -> Span | None:
    """Where the way back ends."""
    down = methods.get("down")
    if "up" in methods:
        if down is None:
            return _line(text, methods["up"].start)
        at = text.find(_IRREVERSIBLE, down.start, down.end)
        return Span(at, at + len(_IRREVERSIBLE)) if at >= 0 else None
    change = methods["change"]
    if _TURNED.search(text, change.start, change.end):
        return None
    for call in _CALL.finditer(text, change.start, change.end):
        if _cannot_turn(call["call"]):
            return Span(*call.span("call"))
    return None


def _cannot_turn(call: str) -> bool:
    """Whether Rails cannot turn a call around by itself."""
    if call.startswith("execute"):
        return True
    if call.startswith("change_column") and not call.startswith("change_column_"):
        return True
    if call.startswith("drop_table"):
        return not re.search(r"\bdo\b|\{", call)
    if call.startswith("remove_column"):
        names = [each[1] or each[2] for each in _NAME.finditer(call)]
        return len(names) < 3 and "type:" not in call
    return False


def _line(text: str, start: int) -> Span:
    end = text.find("\n", start)
    return Span(start, end if end >= 0 else len(text))
