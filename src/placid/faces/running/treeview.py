"""A run as a tree: jobs, below them the legs of a matrix or the jobs of a called workflow.

    ✓ build                1.2 s
    ⠙ test
      ✗ test (3.11)        3.1 s
          ✗ Run pytest  3.1 s  Process completed with exit code 1.
            E  assert 1 == 2
      ⠙ test (3.12)        4.0 s  Run pytest 3.2 s
          collected 3 items
    · deploy

Pure: what is drawn depends on the progress, the time, and the last lines of each step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from placid.faces.running.progress import LegView, Progress, StepView
from placid.faces.running.rows import Row
from placid.faces.running.style import Style, seconds_text, tame
from placid.faces.running.wording import short

_NAME, _FAILED, _RUNNING, _DONE, _WAITING, _LOG = 9, 6, 5, 3, 2, 1
_WEIGHTS = {"failure": _FAILED, "running": _RUNNING, "success": _DONE, "cancelled": _DONE}
Tail = Callable[[str, StepView], Sequence[str]]
"""The last lines of a step of a leg."""


class Node:
    """A job: its legs, and the jobs of the workflow that it calls."""

    __slots__ = ("children", "legs", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.legs: list[LegView] = []
        self.children: dict[str, Node] = {}

    def every(self) -> Iterator[LegView]:
        """The legs here and below."""
        yield from self.legs
        for child in self.children.values():
            yield from child.every()

    @property
    def state(self) -> str:
        """What a job is that has several legs."""
        states = {leg.state for leg in self.every()}
        for state in ("running", "failure", "cancelled"):
            if state in states:
                return state
        if "waiting" in states:
            return "running" if len(states) > 1 else "waiting"
        return "success" if "success" in states or not states else "skipped"


def forest(progress: Progress) -> dict[str, Node]:
    """The jobs of a run by id, those planned first and in their order."""
    roots: dict[str, Node] = {}
    for path, name in progress.planned.items():
        _at(roots, path).name = name
    for leg in progress.ordered():
        _at(roots, leg.job).legs.append(leg)
    return roots


def _at(roots: dict[str, Node], path: str) -> Node:
    nodes, node = roots, Node("")
    for part in path.split("/"):
        node = nodes.setdefault(part, Node(part))
        nodes = node.children
    return node


class TreeView:
    """Draws the rows of a run."""

    def __init__(self, style: Style, tail: Tail, unfolded: int = 6) -> None:
        self._style, self._tail, self._unfolded = style, tail, unfolded

    def rows(self, progress: Progress, now: datetime | None, frame: int) -> list[Row]:
        """The whole tree; `now` is None for the one that stays when the run is over."""
        roots = forest(progress)
        width = max((width for _, width in _names(roots, 0)), default=0)
        rows = [row for node in roots.values() for row in self._node(node, 0, (width, now, frame))]
        if progress.cancelling and now is not None:
            rows.append(Row(_NAME, ("cancelling; Ctrl-C once more kills what runs", "yellow")))
        return rows

    def _node(
        self, node: Node, depth: int, look: tuple[int, datetime | None, int]
    ) -> Iterator[Row]:
        if len(node.legs) == 1 and not node.children:
            yield from self._leg(node.legs[0], depth, look)
            return
        state = node.state if node.legs or node.children else "waiting"
        yield Row(
            _WEIGHTS.get(state, _WAITING), *self._sign(state, depth, look[2]), (node.name, "")
        )
        for leg in node.legs:
            yield from self._leg(leg, depth + 1, look)
        for child in node.children.values():
            yield from self._node(child, depth + 1, look)

    def _sign(self, state: str, depth: int, frame: int) -> tuple[tuple[str, str], ...]:
        sign = self._style.spinner(frame) if state == "running" else self._style.sign(state)
        return (("  " * depth, ""), sign, (" ", ""))

    def _leg(
        self, leg: LegView, depth: int, look: tuple[int, datetime | None, int]
    ) -> Iterator[Row]:
        width, now, frame = look
        name = leg.name.rpartition(" / ")[2]
        pad = " " * (width - depth * 2 - len(name))
        time = _time(leg.seconds if leg.result else _since(leg.since, now))
        pieces = [*self._sign(leg.state, depth, frame), (name, ""), (f"{pad}  {time:>8}", "dim")]
        running = [step for step in leg.ordered() if step.since and not step.conclusion]
        if not leg.result and running:
            said = ", ".join(self._running(step, now) for step in running)
            pieces.append((f"  {said}", ""))
        elif leg.reused:
            pieces.append((f"  taken from run {leg.reused}", "dim"))
        elif (leg.why or leg.waits) and not leg.failing():
            pieces.append((f"  {tame(leg.why or leg.waits)}", "dim"))
        yield Row(_WEIGHTS.get(leg.state, _WAITING), *pieces)
        for step in leg.failing():
            yield from self._failed(leg, step, depth)
        if not leg.result and running:
            for line in list(self._tail(leg.id, running[-1]))[-1:]:
                yield Row(_LOG, ("  " * depth + "    ", ""), (tame(line), "dim"))

    def _running(self, step: StepView, now: datetime | None) -> str:
        time = _time(_since(step.since, now))
        return f"{short(step.name)} {time}" if time else short(step.name)

    def _failed(self, leg: LegView, step: StepView, depth: int) -> Iterator[Row]:
        """A failing step with its log unfolded."""
        margin = "  " * depth + "    "
        said = f" {short(step.name, 40)}  {seconds_text(step.seconds)}"
        why = f"  {tame(step.why)}" if step.why else ""
        yield Row(_FAILED, (margin, ""), self._style.sign("failure"), (said, ""), (why, "red"))
        for line in list(self._tail(leg.id, step))[-self._unfolded :]:
            yield Row(_LOG, (margin + "  ", ""), (tame(line), ""))


def _names(nodes: Mapping[str, Node], depth: int) -> Iterator[tuple[str, int]]:
    """The names with the columns that they end at."""
    for node in nodes.values():
        single = len(node.legs) == 1 and not node.children
        for leg in node.legs:
            name = leg.name.rpartition(" / ")[2]
            yield name, (depth if single else depth + 1) * 2 + len(name)
        yield from _names(node.children, depth + 1)


def _since(since: datetime | None, now: datetime | None) -> float:
    return (now - since).total_seconds() if since is not None and now is not None else 0.0


def _time(seconds: float) -> str:
    return seconds_text(seconds) if seconds > 0 else ""
