"""One segment of a glob pattern, what stands between two slashes.

    *  any characters, at least one when it is all of the segment     ?  one character
    [] one of the characters listed; [!...] and [^...] none of them   \\  the next one as it is

`literal` and `expression` read a segment in ways that agree but for odd brackets, because GitHub's
package has two readers: one finds where to start the search, the other one decides.
"""

from __future__ import annotations

import re

NOTHING = "(?!)"
_NAMED = {
    "[:alnum:]": r"^\W_",
    "[:alpha:]": r"^\W\d_",
    "[:ascii:]": r"\x00-\x7f",
    "[:blank:]": r" \t",
    "[:cntrl:]": r"\x00-\x1f\x7f-\x9f",
    "[:digit:]": r"\d",
    "[:lower:]": r"a-z",
    "[:punct:]": r"!-#%-*,-/:;?@\[-\]_{}",
    "[:space:]": r"\s",
    "[:upper:]": r"A-Z",
    "[:word:]": r"\w",
    "[:xdigit:]": r"A-Fa-f0-9",
}


def literal(segment: str) -> str:
    """The only name that the segment can match, or "" when it has wildcards."""
    text, at = "", 0
    while at < len(segment):
        char = segment[at]
        if char in "*?":
            return ""
        if char == "\\" and at + 1 < len(segment):
            at += 1
            char = segment[at]
        elif char == "[":
            listed, end = _listed(segment, at)
            if end and len(listed) > 1:
                return ""
            if end and listed:
                char, at = listed, end
        text += char
        at += 1
    return text


def _listed(segment: str, start: int) -> tuple[str, int]:
    """What stands in the bracket at `start`, unescaped, and where it closes (0: nowhere)."""
    listed, at = "", start + 1
    while at < len(segment):
        char = segment[at]
        if char == "\\" and at + 1 < len(segment):
            at += 1
            char = segment[at]
        elif char == "]":
            return listed, at
        listed += char
        at += 1
    return listed, 0


def expression(segment: str) -> str:
    """A regular expression for the segment's names."""
    if segment.strip("*") == "":
        return "[^/]+"
    text, at = "", 0
    while at < len(segment):
        part, width = _part(segment, at)
        text += part
        at += width
    return f"(?=[^/]){text}"


def _part(segment: str, at: int) -> tuple[str, int]:
    char = segment[at]
    if char == "*":
        return "[^/]*", len(segment[at:]) - len(segment[at:].lstrip("*"))
    if char == "?":
        return "[^/]", 1
    if char == "\\" and at + 1 < len(segment):
        return re.escape(segment[at + 1]), 2
    if char == "[":
        found = _Bracket(segment, at).read()
        if found:
            return found
    return re.escape(char), 1


class _Bracket:
    """One bracket that begins at `start` of a segment."""

    def __init__(self, segment: str, start: int) -> None:
        self._segment, self._start = segment, start
        self._negative = segment[start + 1 : start + 2] in ("!", "^")
        self._at = self._first = start + 1 + self._negative
        self._parts: list[str] = []
        self._range_from = ""

    def read(self) -> tuple[str, int] | None:
        """Its expression and width; None when it is not closed and so no bracket at all."""
        while True:
            if self._at >= len(self._segment):
                return None
            if self._segment[self._at] == "]" and self._at > self._first:
                break
            if self._named():
                continue
            self._one()
        width = self._at + 1 - self._start
        if not self._parts:
            return NOTHING, width
        return self._together(), width

    def _together(self) -> str:
        plain = "".join(part for part in self._parts if part[0] != "^")
        others = [f"[{part}]" for part in self._parts if part[0] == "^"]
        choices = "|".join([f"[{plain}]"] * bool(plain) + others)
        return f"(?!{choices})[^/]" if self._negative else f"(?=[^/])(?:{choices})"

    def _named(self) -> bool:
        """Takes a class like [:alpha:], when one stands here."""
        for name, meaning in _NAMED.items():
            if self._segment.startswith(name, self._at):
                self._parts.append(meaning)
                self._at += len(name)
                return True
        return False

    def _one(self) -> None:
        """Takes one character, or the beginning or the end of a range."""
        if self._segment[self._at] == "\\" and self._at + 1 < len(self._segment):
            self._at += 1
        char = self._segment[self._at]
        self._at += 1
        if self._range_from:
            first, self._range_from = self._range_from, ""
            if char >= first:
                self._parts.append(f"{re.escape(first)}-{re.escape(char)}")
        elif self._segment.startswith("-]", self._at):
            self._parts.append(re.escape(char) + r"\-")
            self._at += 1
        elif self._segment.startswith("-", self._at):
            self._range_from = char
            self._at += 1
        else:
            self._parts.append(re.escape(char))
