"""The tree of an expression, and the one error that reading or computing it can end in.

Parentheses leave no node behind: `Logic` holds all operands of a run of `&&` or of `||`, and every
other node has its operands in order. `at` is where a node stands, its parentheses left out.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from placid.base.yamltext.nodes import Span


class ExpressionError(Exception):
    """`message` as GitHub words it; `at` is what it is about, in characters of the text read."""

    def __init__(self, message: str, at: Span) -> None:
        super().__init__(message)
        self.message = message
        self.at = at


class Literal(msgspec.Struct, frozen=True):
    """`null`, `true`, `1.5` or `'text'`; also the property of `.name`."""

    value: bool | float | str | None
    at: Span


class Name(msgspec.Struct, frozen=True):
    """A context by its name: `github`."""

    name: str
    at: Span


class Index(msgspec.Struct, frozen=True):
    """`of.key` and `of[key]`."""

    of: Node
    key: Node
    at: Span


class Wildcard(msgspec.Struct, frozen=True):
    """`of.*` and `of[*]`: every value of an object or a list, as a list to look into further."""

    of: Node
    at: Span


class Call(msgspec.Struct, frozen=True):
    """`name(args)`; `name_at` is the name alone."""

    name: str
    args: tuple[Node, ...]
    at: Span
    name_at: Span


class Not(msgspec.Struct, frozen=True):
    """`!of`."""

    of: Node
    at: Span


class Compare(msgspec.Struct, frozen=True):
    """`left operator right`: == != < <= > >=."""

    operator: str
    left: Node
    right: Node
    at: Span


class Logic(msgspec.Struct, frozen=True):
    """Two or more operands joined by && or by ||."""

    operator: str
    args: tuple[Node, ...]
    at: Span


Node: TypeAlias = Literal | Name | Index | Wildcard | Call | Not | Compare | Logic


def parts(node: Node) -> tuple[Node, ...]:
    """The nodes right under one, in the order they are written."""
    match node:
        case Literal() | Name():
            return ()
        case Index(of=of, key=key):
            return (of, key)
        case Wildcard(of=of) | Not(of=of):
            return (of,)
        case Compare(left=left, right=right):
            return (left, right)
        case Call(args=args) | Logic(args=args):
            return args
