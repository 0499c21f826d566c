"""Who is told of a run while it goes on: the faces, and nobody that decides anything."""

from __future__ import annotations

from typing import Literal, Protocol

from placid.core.pipeline.facts import Fact

Phase = Literal["pre", "main", "post"]
Kind = Literal["out", "command", "group", "endgroup", "error", "warning", "notice", "debug"]


class Listener(Protocol):
    """Hears each fact once and in order, from one thread; lines come from many."""

    def happened(self, fact: Fact) -> None:
        """A fact, after it was written down."""
        ...

    def line(self, leg: str, index: int, phase: Phase, text: str, kind: Kind) -> None:
        """One line of a step's log, its secrets masked, without its end.

        kind  "out" is what the step wrote. All others are workflow commands: `text` is then their
              message (a group's title, nothing for "endgroup"), or the command that is run.
        """
        ...


class Listeners:
    """Several at once."""

    def __init__(self, *listeners: Listener) -> None:
        self._all = listeners

    def happened(self, fact: Fact) -> None:
        for each in self._all:
            each.happened(fact)

    def line(self, leg: str, index: int, phase: Phase, text: str, kind: Kind) -> None:
        for each in self._all:
            each.line(leg, index, phase, text, kind)
