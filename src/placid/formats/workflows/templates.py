"""Single values that hold expressions: what is wrong in them, and where in the file that is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.base.yamltext import Scalar, Span
from placid.formats.expressions import (
    ExpressionError,
    Node,
    Segment,
    check,
    condition,
    parse,
    segments,
)
from placid.formats.workflows.fault import Fault
from placid.formats.workflows.shapes import Names

OPEN = "${{"
_LONGEST = 50_000
_TEXT = re.compile(r"'(?:[^']|'')*'")


def template_faults(source: str, scalar: Scalar, allowed: Names) -> Iterator[Fault]:
    """What is wrong with the `${{ }}` of a value of the file `source`."""
    try:
        pieces = segments(scalar.text)
    except ExpressionError as error:
        yield Fault(error.message, located(source, scalar, error.at))
        return
    for piece in pieces:
        if piece.expression:
            yield from _piece(source, scalar, piece, allowed, len(pieces) == 1)


def _piece(
    source: str, scalar: Scalar, piece: Segment, allowed: Names, alone: bool
) -> Iterator[Fault]:
    if not piece.text:
        yield Fault("An expression was expected", located(source, scalar, piece.at))
    elif piece.text.split(None, 1)[0] == "insert":
        if not alone or piece.text != "insert":
            yield Fault(
                "The directive 'insert' is not allowed in this context. Directives are only "
                "supported when the entire value is an expression.",
                located(source, scalar, piece.at),
            )
    else:
        try:
            errors = _errors(piece.parse(), allowed)
        except ExpressionError as error:
            errors = [error]
        for wrong in errors:
            yield _said(source, scalar, wrong, piece.text, piece.inner.start)


def condition_faults(source: str, scalar: Scalar, text: str, allowed: Names) -> Iterator[Fault]:
    """What is wrong with an `if:` that reads `text`, without `${{ }}`."""
    text = text.strip()
    try:
        errors = _errors(parse(text), allowed) if text else []
    except ExpressionError as error:
        errors = [error]
    start = scalar.text.find(text)
    for wrong in errors:
        shifted = ExpressionError(wrong.message, _moved(wrong.at, start))
        yield _said(source, scalar, shifted, text, start)


def _errors(tree: Node, allowed: Names) -> list[ExpressionError]:
    return check(tree, allowed.contexts, allowed.functions)


def _said(source: str, scalar: Scalar, error: ExpressionError, text: str, start: int) -> Fault:
    at = error.at.start - start + 1
    message = error.message
    if "Located at position" not in message:
        message += f". Located at position {at} within expression: {text}"
    return Fault(message, located(source, scalar, error.at))


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)


def literal(text: str) -> str | None:
    """The text that a value is when its only expression is a text: `${{ 'x' }}`; else None."""
    pieces = segments(text)
    if len(pieces) == 1 and pieces[0].expression and _TEXT.fullmatch(pieces[0].text):
        return pieces[0].text[1:-1]
    return None


def inserts(text: str) -> bool:
    """Whether this is `${{ insert }}`, which stands for a key only."""
    return text.removeprefix(OPEN).removesuffix("}}").strip() == "insert"


def trees(scalar: Scalar, *, condition_text: bool = False) -> list[tuple[Node, bool]]:
    """The expressions of a value, each with whether it is alone; none when one cannot be read.

    `condition_text`: the value is an `if:`. Spans count characters of the value's text.
    """
    try:
        if condition_text:
            return [(condition(scalar.text), True)]
        pieces = segments(scalar.text)
        return [(each.parse(), len(pieces) == 1) for each in pieces if each.expression]
    except ExpressionError:
        return []


def located(source: str, scalar: Scalar, span: Span) -> Span:
    """Where characters of a value stand in the file; all of the value when they cannot be told."""
    if len(scalar.text) > _LONGEST:
        return scalar.span
    raw = source[scalar.span.start : scalar.span.end]
    whole = raw.find(scalar.text) if scalar.text else -1
    if whole >= 0:
        return _moved(span, scalar.span.start + whole)
    wanted = scalar.text[span.start : span.end]
    if not wanted:
        return scalar.span
    place, before = -1, scalar.text.count(wanted, 0, span.start)
    for _ in range(before + 1):
        place = raw.find(wanted, place + 1)
        if place < 0:
            return scalar.span
    start = scalar.span.start + place
    return Span(start, start + len(wanted))
