"""What is wrong with one placid.yaml, gathered on the way through it.

A `Reading` goes along while the file is read: faults are put down with their place and reading goes
on, so that a person sees all of them at once. `bad` routes keep later checks quiet about what
follows from a fault that is told already. Spans of secrets are shown as stars in every excerpt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from placid.base.errors import Problem, Problems
from placid.base.yamltext import Document, Mapping, Node, Route, Span


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where."""

    span: Span
    what: str
    hint: str = ""
    fix: str = ""


@dataclass(slots=True)
class Reading:
    """The document, what exists beside it, and the faults so far.

    `special` holds the readers of units that are no plain scalar.
    """

    document: Document
    exists: Callable[[str], bool]
    special: dict[str, Callable[[Reading, Node, Route], object]]
    faults: list[Fault] = field(default_factory=list[Fault])
    bad: set[Route] = field(default_factory=set[Route])
    hidden: list[Span] = field(default_factory=list[Span])

    def fault(self, route: Route, span: Span, what: str, *, hint: str = "", fix: str = "") -> None:
        """Put down a fault of the value at `route`."""
        self.bad.add(route)
        self.faults.append(Fault(span, what, hint, fix))

    def fine(self, *route: str | int) -> bool:
        """Whether nothing is wrong with the value at `route`, nor with what holds it."""
        return not any(route[:depth] in self.bad for depth in range(len(route) + 1))

    def value(self, *route: str | int) -> Node | None:
        """The node at `route`, or None when it is not written."""
        return self.document.find(route)

    def place(self, *route: str | int) -> Span:
        """The value at `route` as underlined: its key when the value is missing or long."""
        node = self.document.find(route)
        parent = self.document.find(route[:-1]) if route else None
        entry = parent.get(str(route[-1])) if isinstance(parent, Mapping) else None
        if node is None:
            return self.place(*route[:-1]) if route else Span(0, 0)
        if entry is None or (not isinstance(node, Mapping) and node.span.end > node.span.start):
            return node.span
        return entry.key.span

    def key(self, *route: str) -> Span:
        """The key that is written at `route`."""
        parent = self.document.find(route[:-1])
        entry = parent.get(route[-1]) if isinstance(parent, Mapping) else None
        return entry.key.span if entry else self.place(*route)

    def problems(self) -> Problems:
        """All faults as Problems, in the order of the file."""
        told = [
            self.document.problem(
                fault.what, fault.span, hint=fault.hint, fix=fault.fix or None, hidden=self.hidden
            )
            for fault in sorted(set(self.faults), key=lambda fault: (fault.span, fault.what))
        ]
        double: list[Problem] = list(self.document.problems)
        return Problems([*double, *told])
