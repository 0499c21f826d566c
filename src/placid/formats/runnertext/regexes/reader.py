"""A walk over the characters of a regular expression, and what may be wrong with one."""

from __future__ import annotations

import re

_HEX = re.compile(r"x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})")
_CONTROL = re.compile(r"c([A-Za-z@\[\\\]^_])")
_OCTAL = re.compile(r"[0-7]{1,3}")
_MEANT = {"a": "\a", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class RegexError(Exception):
    """A pattern that is none, said as .NET says it."""

    def __init__(self, pattern: str, at: int | None, what: str) -> None:
        place = "" if at is None else f" at offset {at}"
        super().__init__(f"Invalid pattern '{pattern}'{place}. {what}")


class Reader:
    """`at` is the next character to take."""

    def __init__(self, pattern: str) -> None:
        self.pattern, self.at = pattern, 0

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return self.at >= len(self.pattern)

    def peek(self) -> str:
        """The next character, "" at the end."""
        return self.pattern[self.at : self.at + 1]

    def take(self) -> str:
        """The next character, which is behind then; there must be one."""
        self.at += 1
        return self.pattern[self.at - 1]

    def skip(self, text: str) -> bool:
        """Whether `text` came next; then it is behind."""
        if not self.pattern.startswith(text, self.at):
            return False
        self.at += len(text)
        return True

    def match(self, expression: re.Pattern[str]) -> re.Match[str] | None:
        """The match of an expression here; then it is behind."""
        found = expression.match(self.pattern, self.at)
        if found:
            self.at = found.end()
        return found

    def after(self, text: str, error: str) -> str:
        """What stands before the next `text`, which is behind then, too."""
        end = self.pattern.find(text, self.at)
        if end < 0:
            raise self.error(error)
        found = self.pattern[self.at : end]
        self.at = end + len(text)
        return found

    def error(self, what: str) -> RegexError:
        """What is wrong here."""
        return RegexError(self.pattern, min(self.at, len(self.pattern)), what)

    def escaped(self) -> str:
        """The one character that an escape means, its backslash behind already."""
        if self.done:
            raise self.error("Illegal \\ at end of pattern.")
        if found := self.match(_HEX):
            return chr(int(found[1] or found[2], 16))
        if found := self.match(_CONTROL):
            return chr(ord(found[1].upper()) & 0x1F)
        if found := self.match(_OCTAL):
            return chr(int(found[0], 8) & 0xFF)
        char = self.take()
        if char in "xu":
            raise self.error("Insufficient or invalid hexadecimal digits.")
        if char == "c":
            raise self.error("Missing control character.")
        return _MEANT.get(char, char)
