"""Places of findings in lines and columns, both from 1; each file's lines are counted once."""

from __future__ import annotations

from dataclasses import dataclass

from placid.base.yamltext import Span
from placid.base.yamltext.excerpt import Lines
from placid.core.audit.model import Repository
from placid.core.audit.rule import Place


@dataclass(frozen=True, order=True, slots=True)
class Position:
    """A place in a text as editors count it."""

    line: int
    col: int


class Positions:
    """Where characters of a repository's files stand."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._lines: dict[str, Lines] = {}

    def at(self, path: str, offset: int) -> Position:
        """Line and column of a character."""
        if path not in self._lines:
            self._lines[path] = Lines(self._repository.text(path) or "")
        return Position(*self._lines[path].at(offset))

    def of(self, place: Place) -> tuple[Position, Position]:
        """Where a place begins and ends."""
        return self.at(place.path, place.span.start), self.at(place.path, place.span.end)

    def words(self, place: Place) -> str:
        """The place as "path:12:3"; the path alone for a file as a whole."""
        if place.span == Span(0, 0):
            return place.path
        start = self.at(place.path, place.span.start)
        return f"{place.path}:{start.line}:{start.col}"


def counted(number: int, thing: str) -> str:
    """A number of things: "1 finding", "2 findings"."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
