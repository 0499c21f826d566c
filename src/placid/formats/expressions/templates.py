"""Text with expressions in it, and the conditions of `if:`.

An expression ends at the first `}}` that is not inside quotes. An `if:` is an expression also
without `${{ }}`; unless it asks for the status itself it means `success() && (...)`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from placid.base.yamltext.nodes import Span
from placid.formats.expressions.evaluation import Function, evaluate
from placid.formats.expressions.nodes import (
    Call,
    ExpressionError,
    Literal,
    Logic,
    Node,
    parts,
)
from placid.formats.expressions.parsing import parse
from placid.formats.expressions.signatures import STATUS, Known
from placid.formats.expressions.values import text_of

_CLOSE = re.compile(r"(?:[^'}]|'[^']*+'|\}(?!\}))*+\}\}")
_NOT_CLOSED = (
    "The expression is not closed. An unescaped ${{ sequence was found, "
    "but the closing }} sequence was not found."
)
_NOT_ALONE = (
    "The directive 'insert' is not allowed in this context. Directives are not supported for "
    "expressions that are embedded within a string. Directives are only supported when the "
    "entire value is an expression."
)
_TOO_MUCH = (
    "Exactly 0 parameter(s) were expected following the directive 'insert'. "
    "Actual parameter count: {}"
)


class Segment(msgspec.Struct, frozen=True):
    """A piece of a scalar: literal text, or an expression.

    text   the literal text, or what stands between `${{` and `}}` without the blanks around it
    at     the whole piece, with its `${{ }}`
    inner  where `text` is
    """

    text: str
    at: Span
    inner: Span
    expression: bool

    def parse(self, known: Known | None = None) -> Node:
        """The tree of an expression; spans count characters of the whole scalar."""
        if not self.text:
            raise ExpressionError("An expression was expected", self.at)
        return parse(self.text, offset=self.inner.start, known=known)


def segments(text: str) -> list[Segment]:
    """A scalar in pieces; ExpressionError when a `${{` is not closed."""
    found, wrong = pieces_of(text)
    if wrong:
        raise wrong
    return found


def pieces_of(text: str) -> tuple[list[Segment], ExpressionError | None]:
    """The pieces as far as they can be told apart, and what is wrong after them."""
    found: list[Segment] = []
    place = 0
    while (start := text.find("${{", place)) >= 0:
        if start > place:
            found.append(_literal(text, place, start))
        closed = _CLOSE.match(text, start + 3)
        if not closed:
            return found, ExpressionError(_NOT_CLOSED, Span(start, len(text)))
        place = closed.end()
        found.append(_expression(text, start, place))
    if place < len(text):
        found.append(_literal(text, place, len(text)))
    return found, None


def _literal(text: str, start: int, end: int) -> Segment:
    return Segment(text[start:end], Span(start, end), Span(start, end), expression=False)


def _expression(text: str, start: int, end: int) -> Segment:
    raw = text[start + 3 : end - 2]
    inner = start + 3 + len(raw) - len(raw.lstrip())
    trimmed = raw.strip()
    at = Span(inner, inner + len(trimmed)) if trimmed else Span(start, end)
    return Segment(trimmed, Span(start, end), at, expression=True)


def errors_in(text: str, known: Known | None = None) -> list[ExpressionError]:
    """Everything GitHub finds wrong with the expressions in a scalar, in its order."""
    pieces, open_end = pieces_of(text)
    found: list[ExpressionError] = []
    for piece in pieces:
        if not piece.expression:
            continue
        if piece.text.split(None, 1)[:1] == ["insert"]:
            wrong = _misplaced(piece, alone=len(pieces) == 1)
        else:
            wrong = _error_of(piece, known)
        if wrong:
            found.append(wrong)
    return [*found, open_end] if open_end else found


def _error_of(piece: Segment, known: Known | None) -> ExpressionError | None:
    try:
        piece.parse(known)
    except ExpressionError as wrong:
        return wrong
    return None


def _misplaced(piece: Segment, *, alone: bool) -> ExpressionError | None:
    """`${{ insert }}` is no expression: it stands alone, as a key."""
    given = len(piece.text.split()) - 1
    if given:
        return ExpressionError(_TOO_MUCH.format(given), piece.at)
    return None if alone else ExpressionError(_NOT_ALONE, piece.at)


def condition(text: str, *, known: Known | None = None) -> Node:
    """The tree of an `if:`.

    Text around a `${{ }}` makes it a text, which is true; a text alone in one is read once more.
    """
    pieces = segments(text)
    if len(pieces) > 1:
        return with_status(_joined(pieces, Span(0, len(text)), known))
    if not text.strip():
        return _success(Span(0, len(text)))
    if not pieces[0].expression:
        before = len(text) - len(text.lstrip())
        return with_status(parse(text.strip(), offset=before, known=known))
    tree = pieces[0].parse(known)
    if pieces[0].text.startswith("'") and isinstance(tree, Literal):
        quoted = text_of(tree.value)
        if not quoted.strip():
            return _success(tree.at)
        tree = parse(quoted, offset=tree.at.start + 1, known=known)
    return with_status(tree)


def _joined(pieces: list[Segment], whole: Span, known: Known | None) -> Node:
    trees = tuple(
        piece.parse(known) if piece.expression else Literal(piece.text, piece.at)
        for piece in pieces
    )
    pattern = "".join(f"{{{number}}}" for number in range(len(trees)))
    return Call("format", (Literal(pattern, whole), *trees), whole, whole)


def with_status(tree: Node) -> Node:
    """The condition as GitHub completes it."""
    return tree if calls_status(tree) else Logic("&&", (_success(tree.at), tree), tree.at)


def _success(at: Span) -> Node:
    return Call("success", (), at, at)


def calls_status(node: Node) -> bool:
    """Whether success(), failure(), cancelled() or always() is called anywhere in it."""
    if isinstance(node, Call) and node.name.lower() in STATUS:
        return True
    return any(calls_status(part) for part in parts(node))


def render(
    text: str, contexts: Mapping[str, object], functions: Mapping[str, Function] | None = None
) -> object:
    """The value of a scalar: of its one expression as it is, else all pieces joined to a text."""
    pieces = segments(text)
    if len(pieces) == 1 and pieces[0].expression:
        return evaluate(pieces[0].parse(), contexts, functions or {})
    return "".join(
        text_of(evaluate(piece.parse(), contexts, functions or {}))
        if piece.expression
        else piece.text
        for piece in pieces
    )
