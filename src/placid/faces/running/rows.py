"""Rows of a screen: pieces of text with colours, cut to a width, the least important left out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from placid.faces.running.style import Style

Piece = tuple[str, str]
"""Text and its colour, "" for none."""


class Row:
    """One row. `weight`: rows of little weight go first where there are too many."""

    __slots__ = ("pieces", "weight")

    def __init__(self, weight: int, *pieces: Piece) -> None:
        self.weight, self.pieces = weight, pieces


def width_of(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(map(_width, text))


def _width(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) == "Cf":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def fitted(row: Row, width: int, style: Style) -> str:
    """The row in at most `width` columns, its colours closed."""
    left = width
    parts: list[str] = []
    for text, colour in row.pieces:
        kept = _cut(style.text(text), left, style)
        parts.append(style.paint(kept, colour) if colour else kept)
        left -= width_of(kept)
        if kept != style.text(text):
            break
    return "".join(parts).rstrip() if not style.colour else "".join(parts)


def _cut(text: str, width: int, style: Style) -> str:
    if width_of(text) <= width:
        return text
    kept, taken = "", 0
    for char in text:
        taken += _width(char)
        if taken > width - 1:
            break
        kept += char
    return kept + ("…" if style.unicode else "~") if width > 0 else ""


def chosen(rows: Sequence[Row], most: int) -> list[Row]:
    """At most so many rows, in order; the last one tells how many were left out."""
    if len(rows) <= most:
        return list(rows)
    room = max(most - 1, 0)
    best = sorted(range(len(rows)), key=lambda number: (-rows[number].weight, number))[:room]
    kept = [rows[number] for number in sorted(best)]
    more = Row(0, (f"  … {len(rows) - len(kept)} more lines", "dim"))
    return [*kept, more] if most > 0 else []


def texts(rows: Iterable[Row], width: int, style: Style) -> list[str]:
    """The rows as lines."""
    return [fitted(row, width, style) for row in rows]
