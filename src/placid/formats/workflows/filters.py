"""The patterns of `branches:`, `tags:` and `paths:`, and what a list of them chooses.

    *   any characters but "/"           ?   none or one of what stands before it
    **  any characters                   +   one or more of what stands before it
    []  one of the characters listed     \\   the next character as it is
    !   (first character only) takes back what earlier patterns chose

A pattern must match a whole name. `**/` at the start of a name's part also stands for no folder
at all: "docs/**/*.md" takes docs/README.md. In a list the last pattern that matches decides, so the
order matters, and a list of nothing but `!` patterns chooses nothing. Letters keep their case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from placid.base.errors import Problem

_DEEP = "(?:.*/)?"
_MEANING = {"*": "[^/]", "**": "."}


class Filter:
    """A list of patterns; Problem when one of them cannot be read."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self.patterns = tuple(patterns)
        self._read = [(each[:1] == "!", matcher(each.removeprefix("!"))) for each in patterns]

    def chooses(self, name: str) -> bool:
        """Whether the list takes one name."""
        for negative, matches in reversed(self._read):
            if matches.fullmatch(name):
                return not negative
        return False

    def chooses_any(self, names: Iterable[str]) -> bool:
        """Whether at least one of the names is taken."""
        return any(map(self.chooses, names))

    def chooses_all(self, names: Iterable[str]) -> bool:
        """Whether every name is taken; true for no names."""
        return all(map(self.chooses, names))


@lru_cache(maxsize=1024)
def matcher(pattern: str) -> re.Pattern[str]:
    """The regular expression of one pattern, its `!` taken away; for use with `fullmatch`."""
    return re.compile(_Reading(pattern).expression(), re.DOTALL)


class _Reading:
    """One pass over a pattern, from atom to atom: (expression of one character, how often)."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._atoms: list[tuple[str, str]] = []
        self._at = 0
        self._part_begins = True

    def expression(self) -> str:
        while self._at < len(self._pattern):
            self._next()
        return "".join(atom + often for atom, often in self._atoms)

    def _next(self) -> None:
        char = self._pattern[self._at]
        if char in "?+" and self._atoms:
            self._repeat(char)
        elif char == "*":
            self._wildcard()
        elif char == "[":
            self._class()
        elif char == "\\" and self._at + 1 < len(self._pattern):
            self._take(re.escape(self._pattern[self._at + 1]), 2)
        else:
            self._take(re.escape(char), 1)
            self._part_begins = char == "/"

    def _take(self, atom: str, width: int, often: str = "") -> None:
        self._atoms.append((atom, often))
        self._at += width
        self._part_begins = False

    def _repeat(self, char: str) -> None:
        atom, often = self._atoms[-1]
        self._atoms[-1] = (atom, char if often in ("", char) else "*")
        self._at += 1

    def _wildcard(self) -> None:
        rest = self._pattern[self._at : self._at + 4]
        if self._part_begins and rest[:3] == "**/" and rest[3:] not in ("?", "+"):
            self._take(_DEEP, 3)
            self._part_begins = True
        else:
            mark = rest[:2] if rest[:2] == "**" else "*"
            self._take(_MEANING[mark], len(mark), "*")

    def _class(self) -> None:
        listed: list[str] = []
        at = self._at + 1
        while (char := self._pattern[at : at + 1]) != "]":
            if not char:
                raise self._wrong("has no ']' for its '['", "write '\\[' for the character itself")
            if char == "\\" and self._pattern[at + 1 : at + 2]:
                at += 1
                listed.append(re.escape(self._pattern[at]))
            elif char == "-" and listed and self._pattern[at + 1 : at + 2] not in ("", "]"):
                at += 1
                listed.append("-" + self._last(self._pattern[at - 2], self._pattern[at]))
            else:
                listed.append(re.escape(char))
            at += 1
        if not listed:
            raise self._wrong("has nothing between '[' and ']'", "list the characters to match")
        self._take(f"[{''.join(listed)}]", at + 1 - self._at)

    def _last(self, first: str, last: str) -> str:
        if last < first:
            raise self._wrong(f"has a range that ends before it begins: {first}-{last}")
        return re.escape(last)

    def _wrong(self, what: str, fix: str | None = None) -> Problem:
        return Problem(f"the pattern {self._pattern!r} {what}", fix=fix)
