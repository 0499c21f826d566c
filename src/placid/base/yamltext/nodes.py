"""The tree of a YAML document: what each value says, and exactly where it is written.

A `Span` counts characters of the text, end left out; a node's span takes in its anchor and tag.
Values come by the YAML 1.2 core schema, where `on`, `yes` and `012` hold no surprises. Nodes are
tuples because nothing else that cannot be changed is made as fast, and files have many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple


class Span(NamedTuple):
    """Characters `start` to `end` (left out) of a text."""

    start: int
    end: int


class Scalar(NamedTuple):
    """A single value: `text` as read, `value` by the core schema.

    plain   written without quotes, so that `value` may be other than the text
    tag     an explicit tag ("!Ref"), or "" for none or one of the core schema
    alias   written as `*name`: its text stands elsewhere; anchor: other places may point here
    """

    span: Span
    text: str
    value: str | int | float | bool | None
    plain: bool = True
    block: bool = False
    tag: str = ""
    alias: bool = False
    anchor: bool = False
    weight: int = 1


class Sequence(NamedTuple):
    """A list. `flow` is the form in brackets; weight counts the values in it, aliases unfolded."""

    span: Span
    items: tuple[Node, ...]
    flow: bool = False
    tag: str = ""
    alias: bool = False
    anchor: bool = False
    weight: int = 1


class Entry(NamedTuple):
    """One `key: value`; merged when it came in by `<<`."""

    key: Scalar
    value: Node
    merged: bool = False


class Mapping(NamedTuple):
    """Keys and values in order, each key once; `merge` is the `<<` entry, when there is one."""

    span: Span
    entries: tuple[Entry, ...]
    flow: bool = False
    tag: str = ""
    alias: bool = False
    anchor: bool = False
    weight: int = 1
    merge: Entry | None = None

    def get(self, key: str) -> Entry | None:
        """The entry whose key reads `key`, or None."""
        for entry in self.entries:
            if entry.key.text == key:
                return entry
        return None


Node = Scalar | Sequence | Mapping


def scalars(root: Node) -> Iterator[Scalar]:
    """Every single value that is written below `root`, aliases and merges not unfolded."""
    waiting: list[Node] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Scalar):
            yield node
        elif isinstance(node, Sequence):
            waiting += (item for item in node.items if not item.alias)
        else:
            waiting += (each.value for each in node.entries if not each.merged)


Route = tuple[str | int, ...]
"""The way to a value from the root: keys of mappings and indices of lists."""

_INT = re.compile(r"[-+]?[0-9]+", re.ASCII)
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **{sign + word: float("inf") for sign in ("", "+") for word in (".inf", ".Inf", ".INF")},
    **{"-" + word: float("-inf") for word in (".inf", ".Inf", ".INF")},
}
_DIGITS = 400
RESOLVING = frozenset({"", *(word[:1] for word in _WORDS), *"+-.0123456789"})
"""With what an unquoted text begins that may be other than text."""


def resolve(text: str) -> str | int | float | bool | None:
    """What an unquoted `text` means by the YAML 1.2 core schema (numbers over 400 digits: text)."""
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > _DIGITS or text[0] not in "+-.0123456789":
        return text
    for pattern, base in ((_INT, 10), (_OCTAL, 8), (_HEX, 16)):
        if pattern.fullmatch(text):
            return int(text, base)
    return float(text) if _FLOAT.fullmatch(text) else text
