"""The lines of a file with the wrong text underlined, ready to print.

Text of others reaches a terminal here, so control characters never pass. Long lines are cut around
the place, and columns are counted as a terminal shows them (wide characters take two).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache

from placid.base.yamltext.nodes import Span

_WIDTH = 100
_BREAK = re.compile(r"\r\n|\r|\n")
_SECRET = "***"


class Lines:
    """Where each line of a text begins, so that a character's line and column are found fast."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(found.end() for found in _BREAK.finditer(text))]

    def __len__(self) -> int:
        return len(self._starts)

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column of a character, both from 1."""
        line = bisect_right(self._starts, offset)
        column = offset - self._starts[line - 1] + 1
        first = line == 1 and self._text.startswith("\ufeff")
        return line, max(column - first, 1)

    def span(self, line: int) -> Span:
        """The characters of line `line` (from 1), its break left out."""
        start = self._starts[line - 1]
        found = _BREAK.search(self._text, start)
        return Span(start, found.start() if found else len(self._text))


@lru_cache(maxsize=4)
def lines_of(text: str) -> Lines:
    """The lines of a text, kept for the next question: a file may have many errors."""
    return Lines(text)


def underline(text: str, span: Span, hint: str = "", hidden: Iterable[Span] = ()) -> str:
    """The first line of `span` with carets below it, and `hint` behind them.

    Spans in `hidden` hold secrets: stars stand in their place.
    """
    lines = lines_of(text)
    number, _ = lines.at(span.start)
    line = lines.span(number)
    start = min(max(span.start, line.start), line.end)
    end = max(min(span.end, line.end), start)
    before, wrong, after = (
        _shown(text, Span(*part), hidden)
        for part in ((line.start, start), (start, end), (end, line.end))
    )
    if len(before) > _WIDTH // 2:
        before = "…" + before[1 - _WIDTH // 2 :]
    if len(wrong) > _WIDTH:
        wrong, after = wrong[:_WIDTH] + "…", ""
    if len(before + wrong + after) > _WIDTH:
        after = after[: max(_WIDTH - len(before + wrong), 0)] + "…"
    pad = "".join("\t" if char == "\t" else " " * _width(char) for char in before)
    carets = "^" * max(sum(map(_width, wrong)), 1)
    gutter = str(number)
    below = f"{pad}{carets} {hint}".rstrip()
    return f"   {gutter} | {before}{wrong}{after}".rstrip() + f"\n   {' ' * len(gutter)} | {below}"


def _shown(text: str, part: Span, hidden: Iterable[Span]) -> str:
    shown: list[str] = []
    at = part.start
    for secret in _joined(hidden):
        start, end = max(secret.start, at), min(secret.end, part.end)
        if start < end:
            shown += [text[at:start], _SECRET]
            at = end
    return "".join(map(_safe, "".join(shown) + text[at : part.end]))


def _joined(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, those that overlap made one."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start < joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(span.end, joined[-1].end))
        else:
            joined.append(span)
    return joined


def _safe(char: str) -> str:
    if char == "\t" or char.isprintable():
        return char
    return "" if char == "\ufeff" else "\ufffd"


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
