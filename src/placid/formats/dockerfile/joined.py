"""Text that was put together from pieces of a file, and where in the file each character stands.

A Dockerfile's instruction runs over several lines: the escapes, line breaks and comments between
them are left out of what it says, yet what is found in it must be shown where it is written.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from placid.base.yamltext import Span


@dataclass(frozen=True, slots=True)
class Joined:
    """`text`, and for each piece where it begins in the text and in the file, in order."""

    text: str
    pieces: tuple[tuple[int, int], ...]

    def offset(self, at: int) -> int:
        """Where in the file the character `at` of the text stands."""
        begins = self.pieces[max(bisect_right(self.pieces, (at, 1 << 62)) - 1, 0)]
        return begins[1] + at - begins[0]

    def span(self, start: int, end: int) -> Span:
        """The stretch of the file from the character `start` to the one before `end`."""
        first = self.offset(start)
        return Span(first, self.offset(end - 1) + 1 if end > start else first)

    def whole(self) -> Span:
        """The stretch of the file that all of it takes."""
        return self.span(0, len(self.text))

    def part(self, start: int, end: int) -> Joined:
        """The characters `start` to `end` as a text of its own."""
        end = min(max(start, end), len(self.text))
        first = max(bisect_right(self.pieces, (start, 1 << 62)) - 1, 0)
        inside = (piece for piece in self.pieces[first + 1 :] if piece[0] < end)
        pieces = ((0, self.offset(start)), *((at - start, file) for at, file in inside))
        return Joined(self.text[start:end], pieces)

    def stripped(self) -> Joined:
        """Without the white space around it."""
        start = len(self.text) - len(self.text.lstrip())
        return self.part(start, len(self.text.rstrip()))


def joined(pieces: list[tuple[str, int]]) -> Joined:
    """Pieces of text, each with its place in the file, as one."""
    at, starts = 0, list[tuple[int, int]]()
    for text, offset in pieces:
        if text or not starts:
            starts.append((at, offset))
        at += len(text)
    return Joined("".join(text for text, _ in pieces), tuple(starts) or ((0, 0),))
