"""The last lines of a terminal, drawn over and over; what is written above them scrolls away.

The cursor rests below the region, in the first column. A line never takes more than one row, except
when the terminal was made narrower since: so the rows to go back are counted by its width now.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TextIO

_UP, _CLEAR_LINE, _CLEAR_BELOW = "\x1b[{}A", "\x1b[K", "\x1b[J"
_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"


class Region:
    """The region of `out`. `width` gives the columns that there are now."""

    def __init__(self, out: TextIO, width: Callable[[], int]) -> None:
        self._out, self._width = out, width
        self._drawn: list[tuple[str, int]] = []

    def draw(self, lines: Sequence[tuple[str, int]], above: str = "") -> None:
        """Show these lines (each with the columns it takes) instead of the last ones; `above` are
        whole lines that are to stay over them."""
        if not above and list(lines) == self._drawn:
            return
        text = "".join(f"{line}{_CLEAR_LINE}\n" for line, _ in lines)
        kept = "".join(f"{line}{_CLEAR_LINE}\n" for line in above.splitlines())
        self._write(f"{_BEGIN}{self._home()}{kept}{text}{_CLEAR_BELOW}{_END}")
        self._drawn = list(lines)

    def clear(self) -> None:
        """Take the region away."""
        if self._drawn:
            self._write(self._home() + _CLEAR_BELOW)
            self._drawn = []

    def _home(self) -> str:
        width = max(self._width(), 1)
        rows = sum(max(1, -(-columns // width)) for _, columns in self._drawn)
        return "\r" + (_UP.format(rows) if rows else "")

    def _write(self, text: str) -> None:
        write_safely(self._out, text)


def write_safely(out: TextIO, text: str) -> None:
    """Write and flush, with a sign in the place of what `out` cannot say.

    A reader that went away (`| head`) does not end the run: the rest is not shown.
    """
    try:
        try:
            out.write(text)
        except UnicodeEncodeError:
            encoding = out.encoding or "ascii"
            out.write(text.encode(encoding, "backslashreplace").decode(encoding))
        out.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
