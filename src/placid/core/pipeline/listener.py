"""Who is told of a run while it goes on: the faces, and nobody that decides anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol, runtime_checkable

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


@runtime_checkable
class ManyLines(Protocol):
    """A listener that takes many plain lines at once: a log of a million lines is told quickly."""

    def plain_lines(self, leg: str, index: int, phase: Phase, texts: Sequence[str]) -> None:
        """Lines of the kind "out", in order."""
        ...


def tell_lines(listener: Listener, at: tuple[str, int, Phase], texts: Sequence[str]) -> None:
    """Tell plain lines in the quickest way that a listener has."""
    if isinstance(listener, ManyLines):
        listener.plain_lines(*at, texts)
        return
    for text in texts:
        listener.line(*at, text, "out")
