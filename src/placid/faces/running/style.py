"""How results look: colours, glyphs, and what a terminal can show of them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TextIO

_COLOURS = {
    "red": "\033[31m",
    "green": "\033[32m",
    "yellow": "\033[33m",
    "blue": "\033[34m",
    "bold": "\033[1m",
    "dim": "\033[2m",
}
_PLAIN = "\033[0m"
_RESULTS = {
    "success": ("green", "✓", "+"),
    "failure": ("red", "✗", "x"),
    "cancelled": ("yellow", "◼", "!"),
    "skipped": ("dim", "⊘", "-"),
    "running": ("blue", "▶", ">"),
    "waiting": ("dim", "·", "."),
}
_UNICODE_SPINNER, _ASCII_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", "|/-\\"
_ASCII = str.maketrans({"…": "~", "│": "|", "├": "|", "└": "`", "─": "-", "·": "."})
_SEQUENCE = r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]+[0-~]|[0-Z\\^-~])"
_CONTROL = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]"
_ESCAPES = rf"{_SEQUENCE}|{_CONTROL}"  # compiled when one is needed: most runs need none
_MOVES = rf"(?!\x1b\[[0-9;:]*m)(?:{_SEQUENCE}|{_CONTROL})"


class Style:
    """What can be shown: `colour`, `unicode` (else ASCII alone)."""

    __slots__ = ("colour", "unicode")

    def __init__(self, colour: bool = False, unicode: bool = True) -> None:
        self.colour, self.unicode = colour, unicode

    def paint(self, text: str, name: str) -> str:
        """The text in a colour, where there are colours."""
        return f"{_COLOURS[name]}{text}{_PLAIN}" if self.colour and text else text

    def sign(self, result: str) -> tuple[str, str]:
        """The sign of a result, or of "running" and "waiting", and its colour."""
        colour, unicode, ascii_sign = _RESULTS[result]
        return (unicode if self.unicode else ascii_sign), colour

    def glyph(self, result: str) -> str:
        """The sign in its colour."""
        return self.paint(*self.sign(result))

    def word(self, result: str) -> str:
        """The result itself in its colour."""
        return self.paint(result, _RESULTS[result][0])

    def spinner(self, frame: int) -> tuple[str, str]:
        """A picture of the turning sign, and its colour."""
        signs = _UNICODE_SPINNER if self.unicode else _ASCII_SPINNER
        return signs[frame % len(signs)], "blue"

    def text(self, text: str) -> str:
        """Our own text, its signs made ASCII where nothing else can be shown."""
        return text if self.unicode else text.translate(_ASCII)


def style_of(out: TextIO, env: Mapping[str, str] = os.environ) -> Style:
    """What `out` can show. NO_COLOR and FORCE_COLOR are heeded, the first one first."""
    return Style(_coloured(out, env), _speaks_unicode(out))


def _coloured(out: TextIO, env: Mapping[str, str]) -> bool:
    if env.get("NO_COLOR"):
        return False
    return bool(env.get("FORCE_COLOR")) or (out.isatty() and env.get("TERM", "") != "dumb")


def _speaks_unicode(out: TextIO) -> bool:
    encoding = getattr(out, "encoding", None) or "ascii"
    try:
        "✓⊘…".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def tame(text: str) -> str:
    """One line of somebody's output without what moves the cursor or rings; no colours either.

    Of a line that was drawn over with carriage returns the last state is left.
    """
    if "\r" in text:
        text = next((part for part in reversed(text.split("\r")) if part), "")
    return re.sub(_ESCAPES, "", text).replace("\t", "    ") if not text.isprintable() else text


def calm(text: str) -> str:
    """Lines of somebody's output with their colours, but without what else moves a terminal."""
    return re.sub(_MOVES, "", text) if "\x1b" in text or not text.isprintable() else text


def seconds_text(seconds: float) -> str:
    """A duration: "0.8 s", "12 s", "3 min 4 s", "1 h 2 min"."""
    if seconds < 9.95:
        return f"{max(seconds, 0):.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
