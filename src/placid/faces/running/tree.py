"""A run on a terminal: a tree that moves, drawn ten times a second, and stays when all is over.

Only a thread of its own draws: facts and lines change what the next picture shows, and cost the
run next to nothing. What is to stay (every line, when the whole log is wanted) is written above.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from threading import Event, Lock, Thread
from typing import TextIO

from placid.core.pipeline.asked import Log
from placid.core.pipeline.facts import Fact, LegStarted, RunEnded, RunStarted
from placid.core.pipeline.listener import Kind, Phase
from placid.faces.running.annotations import Excerpts, annotation_text
from placid.faces.running.blocks import Key
from placid.faces.running.closing import differs, verdict
from placid.faces.running.plain import Plain
from placid.faces.running.progress import Progress, StepView
from placid.faces.running.region import Region, write_safely
from placid.faces.running.rows import Row, chosen, fitted, width_of
from placid.faces.running.style import Style, calm
from placid.faces.running.treeview import TreeView
from placid.faces.running.wording import Prologue, heading, line_text

_EVERY = 0.1
_KEPT = 40
_UNFOLDED = 6
Size = Callable[[], tuple[int, int]]
"""The columns and rows of the terminal, now."""


class Tree:
    """Draws a run on the terminal `out`.

    log      full: every line goes by above the tree; failed: the end of what failed unfolds in it
    planned  the run's jobs by path with their names, for those of which nothing was heard yet
    """

    def __init__(
        self,
        out: TextIO,
        style: Style,
        *,
        log: Log = "failed",
        excerpts: Excerpts | None = None,
        planned: Mapping[str, str] | None = None,
        size: Size | None = None,
    ) -> None:
        self._out, self._style, self._log = out, style, log
        self._excerpts = excerpts or Excerpts()
        self._size = size or (lambda: _size_of(out))
        self._region = Region(out, lambda: self._size()[0])
        self._progress = Progress(planned)
        self._tails: dict[Key, deque[str]] = {}
        self._above: list[str] = []
        self._prologue = Prologue()
        full = log == "full"
        self._plain = Plain(self._above.append, style, close=False) if full else None
        self._lock, self._over = Lock(), Event()
        self._frame = 0
        self._ticker = Thread(target=self._tick, name="placid-tree", daemon=True)
        self._ticking = self._closed = False

    def happened(self, fact: Fact) -> None:
        """Take in a fact."""
        with self._lock:
            self._progress.happened(fact)
            if isinstance(fact, RunStarted) and self._plain is None:
                self._above.append(heading(fact, self._style) + "\n")
            if isinstance(fact, LegStarted):
                self._forget(fact.leg)
            if self._plain is not None:
                self._plain.happened(fact)
        if isinstance(fact, RunEnded):
            self.close()
        elif not self._ticking and not self._closed:
            self._ticking = True
            self._ticker.start()

    def line(self, leg: str, index: int, phase: Phase, text: str, kind: Kind) -> None:
        """Take in a line."""
        said = line_text(text, kind, Style(colour=False, unicode=self._style.unicode))
        with self._lock:
            key = (leg, phase, index)
            if key not in self._tails:
                self._tails[key] = deque(maxlen=_KEPT)
            if not self._prologue.holds(key, kind) and said is not None:
                self._tails[key].append(said)
            if self._plain is not None:
                self._plain.line(leg, index, phase, text, kind)

    def plain_lines(self, leg: str, index: int, phase: Phase, texts: Sequence[str]) -> None:
        """Take in many plain lines."""
        with self._lock:
            key = (leg, phase, index)
            if key not in self._tails:
                self._tails[key] = deque(maxlen=_KEPT)
            if not self._prologue.holds(key, "out"):
                self._tails[key].extend(texts[-_KEPT:])
            if self._plain is not None:
                self._plain.plain_lines(leg, index, phase, texts)

    def close(self) -> None:
        """Stop moving, and leave the whole tree with the verdict."""
        self._over.set()
        if self._ticking and self._ticker.is_alive():
            self._ticker.join()
        with self._lock:
            if not self._closed:
                self._closed = True
                self._last()

    def draw(self, now: datetime) -> None:
        """One picture."""
        with self._lock:
            columns, rows = self._size()
            tree = TreeView(self._style, self._tail, _UNFOLDED)
            picked = chosen(tree.rows(self._progress, now, self._frame), max(rows - 1, 1))
            self._frame += 1
            above, self._above[:] = calm("".join(self._above)), []
            self._region.draw([self._fitted(row, columns - 1) for row in picked], above)

    def _tick(self) -> None:
        while not self._over.wait(_EVERY):
            self.draw(datetime.now(UTC))

    def _forget(self, leg: str) -> None:
        """A leg that begins anew begins with nothing."""
        for key in [key for key in self._tails if key[0] == leg]:
            del self._tails[key]
            self._prologue.forget(key)

    def _tail(self, leg: str, step: StepView) -> Sequence[str]:
        return self._tails.get((leg, step.phase, step.index), ())

    def _fitted(self, row: Row, columns: int) -> tuple[str, int]:
        text = fitted(row, columns, self._style)
        width = sum(width_of(self._style.text(each)) for each, _ in row.pieces)
        return text, min(width, columns)

    def _last(self) -> None:
        if self._plain is not None:
            self._plain.close()
        self._region.clear()
        columns = max(self._size()[0] - 1, 20)
        tree = TreeView(self._style, self._tail, 0 if self._log != "failed" else _KEPT)
        rows = tree.rows(self._progress, None, 0)
        lines = [calm("".join(self._above)).rstrip("\n")] if self._above else []
        lines += [fitted(row, columns, self._style) for row in rows]
        lines += self._annotations() if self._plain is None else []
        lines += [*differs(self._progress, self._style), "", verdict(self._progress, self._style)]
        write_safely(self._out, "\n".join(lines) + "\n")
        self._above.clear()

    def _annotations(self) -> list[str]:
        """The errors of what failed, with their source."""
        found: list[str] = []
        for _, step in self._progress.failed():
            errors = [
                each
                for each in step.annotations
                if each.level == "error" and (each.file or each.message != step.why)
            ]
            found += (annotation_text(each, self._style, self._excerpts) for each in errors)
        return ["", *found] if found else []


def _size_of(out: TextIO) -> tuple[int, int]:
    try:
        size = os.get_terminal_size(out.fileno())
    except (OSError, ValueError):
        return 80, 24
    return size.columns or 80, size.lines or 24
