"""An expression cut into tokens.

A word or a number reaches to the next boundary (blank, bracket, comma, dot, operator) and is then
judged as a whole, so that `a*` or `1x` is one wrong symbol. A dot starts a number unless it
follows something that can have a property.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from placid.base.yamltext.nodes import Span
from placid.formats.expressions.nodes import ExpressionError
from placid.formats.expressions.values import number_from

MAX_LENGTH = 21_000

# What .NET takes for white space: Python's own idea has four control characters more.
_BLANK = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_TOKEN = re.compile(
    rf"""[{_BLANK}]*+(?:
        (?P<operator>&&|\|\||[=!<>]=|[()\[\],!<>*])
      | '(?P<string>(?:[^']|'')*+)'
      | (?P<open>'.*)
      | (?P<number>[-+0-9][^()\[\],!<>=&|{_BLANK}]*)
      | (?P<dot>\.)
      | (?P<word>.[^()\[\],.!<>=&|{_BLANK}]*)
    )?""",
    re.VERBOSE | re.DOTALL,
)
_FRACTION = re.compile(rf"\.[^()\[\],!<>=&|{_BLANK}]*")
_LEGAL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*+\Z")
_CONSTANTS: dict[str, bool | float | None] = {
    "null": None,
    "true": True,
    "false": False,
    "NaN": math.nan,
    "Infinity": math.inf,
}
_HAS_PROPERTIES = frozenset({"name", ")", "]", "*"})


class Token(NamedTuple):
    """kind: an operator as written, or "name", "value" (a literal) or "end"."""

    kind: str
    at: Span
    said: str
    """How an error names it."""
    value: bool | float | str | None = None


def tokens(text: str, offset: int = 0) -> list[Token]:
    """Every token and the end; `offset` is where `text` starts in what spans are to count."""
    if len(text) > MAX_LENGTH or _units(text) > MAX_LENGTH:
        whole = Span(offset, offset + len(text))
        raise ExpressionError(f"Exceeded max expression length {MAX_LENGTH}", whole)
    found: list[Token] = []
    start = 0
    before = ""
    while match := _TOKEN.match(text, start):
        kind = match.lastgroup
        if kind is None:
            break
        token = _token(text, match, before, offset)
        found.append(token)
        before, start = token.kind, token.at.end - offset
    end = Span(offset + len(text), offset + len(text))
    found.append(Token("end", end, "EOF"))
    return found


def _token(text: str, match: re.Match[str], before: str, offset: int) -> Token:
    kind = match.lastgroup or ""
    start, end = match.span(kind)
    if kind == "string":
        value = match[kind].replace("''", "'")
        return Token("value", Span(offset + start - 1, offset + end + 1), value, value)
    at = Span(offset + start, offset + end)
    lexeme = match[kind]
    if kind == "operator":
        return Token(lexeme, at, lexeme)
    if kind == "word":
        return _word(text, lexeme, at, before, offset)
    if kind == "dot" and before in _HAS_PROPERTIES:
        return Token(".", at, ".")
    if kind == "dot" and (fraction := _FRACTION.match(text, start)):
        lexeme, at = fraction[0], Span(at.start, offset + fraction.end())
    number = math.nan if kind == "open" else number_from(lexeme)
    if math.isnan(number):
        raise _unexpected(text, lexeme, at, offset)
    return Token("value", at, lexeme, number)


def _word(text: str, word: str, at: Span, before: str, offset: int) -> Token:
    if before != "." and word in _CONSTANTS:
        return Token("value", at, word, _CONSTANTS[word])
    if not _LEGAL.match(word):
        raise _unexpected(text, word, at, offset)
    return Token("name", at, word)


def _unexpected(text: str, lexeme: str, at: Span, offset: int) -> ExpressionError:
    position = _units(text[: at.start - offset]) + 1
    return ExpressionError(
        f"Unexpected symbol: '{lexeme}'. Located at position {position} within expression: {text}",
        at,
    )


def _units(text: str) -> int:
    """The length of a text as GitHub counts it, in units of UTF-16."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
