"""What can be said of a tree without computing it: the names in it, and what is wrong there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from placid.base.yamltext.nodes import Span
from placid.formats.expressions.nodes import (
    Call,
    ExpressionError,
    Index,
    Literal,
    Name,
    Node,
    Wildcard,
    parts,
)
from placid.formats.expressions.signatures import known
from placid.formats.expressions.values import text_of


class Access(NamedTuple):
    """A context as far as it is looked into: ("secrets", "TOKEN").

    The context's own name is in lower case, keys as written; "*" stands for a wildcard and for a
    key that is computed.
    """

    path: tuple[str, ...]
    at: Span


def names(node: Node) -> Iterator[Access]:
    """Every access to a context, in the order written."""
    keys: list[str] = []
    inner: list[Node] = []
    of = node
    while isinstance(of, (Index, Wildcard)):
        key = of.key if isinstance(of, Index) else None
        keys.append(text_of(key.value) if isinstance(key, Literal) else "*")
        if key is not None:
            inner.append(key)
        of = of.of
    if isinstance(of, Name):
        yield Access((of.name.lower(), *reversed(keys)), node.at)
    else:
        inner.extend(reversed(parts(of)))
    for part in reversed(inner):
        yield from names(part)


def check(
    node: Node, contexts: frozenset[str], functions: frozenset[str] = frozenset()
) -> list[ExpressionError]:
    """What GitHub refuses in a place that has these contexts, and these functions of its own.

    Functions are bare names, or "hashFiles(1,255)" as GitHub's schema has them; the built-in ones
    are always there.
    """
    allowed = known(contexts, functions)
    found: list[ExpressionError] = []
    for one in _written(node):
        if isinstance(one, Name):
            wrong = allowed.context(one.name, one.at)
        elif isinstance(one, Call):
            wrong = allowed.function(one.name, len(one.args), one.name_at)
        else:
            continue
        if wrong:
            found.append(wrong)
    return found


def _written(node: Node) -> Iterator[Node]:
    """The nodes in the order in which they are complete: a call after its arguments."""
    for part in parts(node):
        yield from _written(part)
    yield node
