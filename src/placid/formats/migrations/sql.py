"""The changes that SQL makes to tables: `CREATE`, `DROP`, `ALTER`, `RENAME`, whatever the dialect.

Names lose their quotes and their schema. What is not understood is no change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from placid.base.yamltext import Span
from placid.formats.migrations.model import Change, Operation

_TOKEN = re.compile(
    r"(?P<gap>\s+|--[^\n]*|/\*(?:.*?\*/|.*))"
    r"|(?P<text>'(?:[^']|'')*'?|\$(?P<tag>\w*)\$(?:.*?\$(?P=tag)\$|.*))"
    r'|(?P<quoted>"[^"]*"?|`[^`]*`?|\[\w+\])'
    r"|(?P<word>\w+)|(?P<mark>.)",
    re.DOTALL,
)
_NO_COLUMN = frozenset(
    [
        "CONSTRAINT",
        "INDEX",
        "PRIMARY",
        "FOREIGN",
        "DEFAULT",
        "KEY",
        "PARTITION",
        "CHECK",
        "UNIQUE",
        "EXPRESSION",
        "IDENTITY",
        "FULLTEXT",
        "SPATIAL",
        "EXCLUDE",
        "NOT",
        "SYSTEM",
        "PERIOD",
    ]
)
_FILLED = frozenset(
    (
        "DEFAULT",
        "GENERATED",
        "SERIAL",
        "BIGSERIAL",
        "SMALLSERIAL",
        "IDENTITY",
        "AUTO_INCREMENT",
    )
)
_VOLATILE = re.compile(
    r"DEFAULT \(*(?:RANDOM|GEN_RANDOM_UUID|UUID_GENERATE_V[14]|CLOCK_TIMESTAMP|NEXTVAL|UUIDV7)\b"
)
_OF_INTEREST = re.compile(r"\b(?:alter|drop|create|rename)\b", re.IGNORECASE)
_COLUMN_END = frozenset(
    [
        "NOT",
        "NULL",
        "DEFAULT",
        "PRIMARY",
        "UNIQUE",
        "REFERENCES",
        "CHECK",
        "CONSTRAINT",
        "USING",
        "COLLATE",
        "GENERATED",
    ]
)


class _Token(NamedTuple):
    text: str
    upper: str
    start: int
    end: int


def operations(text: str, start: int = 0, end: int | None = None) -> tuple[Operation, ...]:
    """The changes in a stretch of SQL; spans count from the beginning of `text`."""
    if not _OF_INTEREST.search(text, start, len(text) if end is None else end):
        return ()
    found: list[Operation] = []
    for statement in _statements(text, start, len(text) if end is None else end):
        found += _operations(statement)
    return tuple(found)


def column_types(text: str) -> dict[tuple[str, str], str]:
    """The types that CREATE TABLE and ADD COLUMN give to columns, by table and column."""
    types: dict[tuple[str, str], str] = {}
    for statement in _statements(text, 0, len(text)):
        words = [token.upper for token in statement]
        if "TABLE" not in words[:4] or not words:
            continue
        if words[0] == "CREATE" and "(" in words:
            opened = words.index("(")
            table = _name(statement[_past(statement, words.index("TABLE") + 1) : opened])
            for part in _parts(statement[opened + 1 :]):
                if part and part[0].upper not in _NO_COLUMN:
                    types[table, part[0].text] = _type(part[1:])
    return types


def _statements(text: str, start: int, end: int) -> Iterator[list[_Token]]:
    tokens: list[_Token] = []
    for found in _TOKEN.finditer(text, start, end):
        if found.lastgroup == "gap":
            continue
        if found["mark"] == ";":
            if tokens:
                yield tokens
            tokens = []
            continue
        tokens.append(_token(found))
    if tokens:
        yield tokens


def _token(found: re.Match[str]) -> _Token:
    if found["quoted"]:
        return _Token(found[0].strip('"`[]'), "\0name", *found.span())
    if found["text"]:
        return _Token(found[0], "\0text", *found.span())
    return _Token(found[0], found[0].upper(), *found.span())


def _operations(statement: list[_Token]) -> Iterator[Operation]:
    words = [token.upper for token in statement[:6]]
    if words[:2] == ["ALTER", "TABLE"]:
        yield from _altered(statement)
    elif words[:2] == ["DROP", "TABLE"]:
        for part in _parts(statement[_past(statement, 2) :]):
            if part:
                yield _operation(Change.DROP_TABLE, _name(part), "", statement)
    elif words[:2] == ["RENAME", "TABLE"] and "TO" in words:
        at = words.index("TO")
        old, new = _name(statement[2:at]), _name(statement[at + 1 :])
        yield _operation(Change.RENAME_TABLE, old, "", statement, new)
    elif words[:1] == ["CREATE"]:
        yield from _created(statement, words)


def _created(statement: list[_Token], words: list[str]) -> Iterator[Operation]:
    if "TABLE" in words[:4] and words[1] not in {"TEMP", "TEMPORARY"}:
        name = _name(statement[_past(statement, words.index("TABLE") + 1) :])
        yield _operation(Change.CREATE_TABLE, name, "", statement)
    elif "INDEX" in words[:3]:
        every = [token.upper for token in statement]
        if "ON" in every and "CONCURRENTLY" not in every:
            table = _name(statement[_past(statement, every.index("ON") + 1) :])
            yield _operation(Change.CREATE_INDEX, table, "", statement)


def _altered(statement: list[_Token]) -> Iterator[Operation]:
    at = _past(statement, 2)
    table = _name(statement[at:])
    at += 1
    while at + 1 < len(statement) and statement[at].upper == ".":
        at += 2
    for action in _parts(statement[at:]):
        if len(action) > 1:
            yield from _action(table, action)


def _action(table: str, action: list[_Token]) -> Iterator[Operation]:
    words = [token.upper for token in action]
    verb = words[0]
    skip = _past(action, 2 if words[1] == "COLUMN" else 1)
    if skip >= len(action) or (words[1] != "COLUMN" and words[skip] in _NO_COLUMN):
        return
    column = action[skip].text
    if verb == "DROP":
        yield _operation(Change.DROP_COLUMN, table, column, action)
    elif verb == "RENAME":
        yield from _renamed(table, action, words, skip)
    elif verb == "CHANGE" and skip + 1 < len(action) and action[skip + 1].text != column:
        yield _operation(Change.RENAME_COLUMN, table, column, action, action[skip + 1].text)
    elif verb == "ADD":
        yield from _added(table, column, action, words)
    elif verb == "ALTER":
        yield from _set(table, column, action, words[skip + 1 :], skip + 1)


def _renamed(table: str, action: list[_Token], words: list[str], skip: int) -> Iterator[Operation]:
    if words[1] in {"TO", "AS"}:
        yield _operation(Change.RENAME_TABLE, table, "", action, _name(action[2:]))
    elif "TO" in words[skip:]:
        new = action[words.index("TO", skip) + 1 :]
        yield _operation(Change.RENAME_COLUMN, table, action[skip].text, action, _name(new))


def _added(table: str, column: str, action: list[_Token], words: list[str]) -> Iterator[Operation]:
    said = " ".join(words)
    if "NOT NULL" in said and not _FILLED & set(words):
        yield _operation(Change.ADD_REQUIRED, table, column, action)
    if _VOLATILE.search(said):
        yield _operation(Change.ADD_VOLATILE, table, column, action)


def _set(
    table: str, column: str, action: list[_Token], words: list[str], at: int
) -> Iterator[Operation]:
    if words[:3] == ["SET", "NOT", "NULL"]:
        yield _operation(Change.SET_REQUIRED, table, column, action)
    elif "TYPE" in words[:3]:
        new = _type(action[at + words.index("TYPE") + 1 :])
        yield _operation(Change.CHANGE_TYPE, table, column, action, new)


def _type(tokens: Sequence[_Token]) -> str:
    kept: list[str] = []
    for token in tokens[:12]:
        if token.upper in _COLUMN_END:
            break
        kept.append(token.text.lower())
    return re.sub(r" ?([(),]) ?", r"\1", " ".join(kept))


def _past(tokens: Sequence[_Token], at: int) -> int:
    """The place behind IF EXISTS, IF NOT EXISTS and ONLY."""
    while at < len(tokens) and tokens[at].upper in {"IF", "NOT", "EXISTS", "ONLY"}:
        at += 1
    return at


def _name(tokens: Sequence[_Token]) -> str:
    """The last part of the dotted name that begins here."""
    at = 0
    while at + 2 < len(tokens) and tokens[at + 1].text == ".":
        at += 2
    return tokens[at].text if tokens else ""


def _parts(tokens: Sequence[_Token]) -> Iterator[list[_Token]]:
    """The parts between commas, those in brackets left together; ends where a bracket closes."""
    part: list[_Token] = []
    depth = 0
    for token in tokens:
        depth += (token.upper == "(") - (token.upper == ")")
        if depth < 0:
            break
        if token.upper == "," and depth == 0:
            yield part
            part = []
        else:
            part.append(token)
    if part:
        yield part


def _operation(
    change: Change, table: str, column: str, tokens: Sequence[_Token], detail: str = ""
) -> Operation:
    span = Span(tokens[0].start, tokens[-1].end)
    return Operation(change, table, column, span, detail)
