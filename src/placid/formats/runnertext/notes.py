"""Annotations: the errors, warnings and notices of a step, as `core.pipeline.facts` stores them."""

from __future__ import annotations

from typing import Literal, NamedTuple

Level = Literal["error", "warning", "notice"]
LONGEST_MESSAGE = 4096
MOST_OF_A_LEVEL = 10


class Note(NamedTuple):
    """One annotation; its fields are those of the fact `Annotation`. 0 and "" mean absent."""

    level: Level
    message: str
    file: str = ""
    line: int = 0
    col: int = 0
    end_line: int = 0
    end_col: int = 0
    title: str = ""


def whole(text: str) -> int:
    """A line or column; 0 for what is no number, or none that fits in 31 bits."""
    digits = text.lstrip("0")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 10:
        return 0
    number = int(digits)
    return number if number < 1 << 31 else 0


class Notes:
    """The annotations of one step: ten of each level are kept."""

    def __init__(self) -> None:
        self.kept: list[Note] = []
        self._counts: dict[Level, int] = {}

    def add(self, note: Note) -> None:
        """Keep one, when there is room."""
        count = self._counts.get(note.level, 0)
        if count < MOST_OF_A_LEVEL:
            self._counts[note.level] = count + 1
            self.kept.append(note)
