"""Which views a run is told to: chosen by the options and by where the output goes.

                   terminal                 pipe, file, CI        --json
stdout                                      plain lines           facts
stderr             the tree                                       the tree on a terminal
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol, TextIO, runtime_checkable

from placid.core.pipeline.asked import Asked
from placid.core.pipeline.facts import Fact, RunStarted
from placid.core.pipeline.listener import Kind, Listener, Phase, tell_lines
from placid.faces.running.annotations import Excerpts
from placid.faces.running.region import write_safely
from placid.faces.running.style import style_of


class View(Listener, Protocol):
    """A listener that has something left to say at the end."""

    def close(self) -> None: ...


@runtime_checkable
class Planned(Protocol):
    """A view that is told beforehand what is known of a run."""

    def plan(self, jobs: Mapping[str, str]) -> None: ...

    def differs(self, found: Sequence[Mapping[str, object]]) -> None: ...


class Streams(NamedTuple):
    """Where views write, and the environment that says what they may."""

    out: TextIO
    err: TextIO
    environment: Mapping[str, str]

    @property
    def moving(self) -> bool:
        """Whether stderr is a terminal on which things can move."""
        dumb = self.environment.get("TERM", "") in ("", "dumb")
        return self.err.isatty() and not dumb and not self.environment.get("CI")


class Hearing:
    """Tells all views of one run after the other; `close` is called once, whatever happened.

    watched  makes what a person looks at, anew for each run; others hear all runs
    """

    def __init__(
        self, watched: Callable[[Mapping[str, str]], View] | None, others: Sequence[View] = ()
    ) -> None:
        self._watched, self._others = watched, others
        self._views: tuple[View, ...] = tuple(others)
        self._plan: Mapping[str, str] = {}
        self._began = False

    def plan(self, jobs: Mapping[str, str]) -> None:
        """All jobs of the next run by their paths with their names, in the file's order."""
        self._plan = jobs
        for each in self._others:
            if isinstance(each, Planned):
                each.plan(jobs)

    def differs(self, found: Sequence[Mapping[str, object]]) -> None:
        """What was told of differences from GitHub, for the reports."""
        for each in self._others:
            if isinstance(each, Planned):
                each.differs(found)

    def happened(self, fact: Fact) -> None:
        """Take in a fact."""
        if not self._began or isinstance(fact, RunStarted):
            self._begin()
        for view in self._views:
            view.happened(fact)

    def line(self, leg: str, index: int, phase: Phase, text: str, kind: Kind) -> None:
        """Take in a line."""
        for view in self._views:
            view.line(leg, index, phase, text, kind)

    def plain_lines(self, leg: str, index: int, phase: Phase, texts: Sequence[str]) -> None:
        """Take in many plain lines."""
        for view in self._views:
            tell_lines(view, (leg, index, phase), texts)

    @property
    def reports(self) -> bool:
        """Whether somebody wants to know more than what is shown."""
        return any(isinstance(each, Planned) for each in self._others)

    def close(self) -> None:
        """Let each say what is left."""
        for view in self._views:
            view.close()

    def _begin(self) -> None:
        if self._began and self._watched is not None:
            self._views[0].close()
        self._began = True
        if self._watched is not None:
            self._views = (self._watched(self._plan), *self._others)


def _as_is(text: str) -> str:
    return text


def hearing(
    asked: Asked,
    *,
    root: Path,
    folder: Callable[[int], Path],
    mask: Callable[[str], str] = _as_is,
    streams: Streams | None = None,
) -> Hearing:
    """The views of one call of `placid run`.

    root     where annotations' files are; mask: takes the secrets out of their source lines
    folder   of a run by its number: logs and summaries
    """
    where = streams or Streams(sys.stdout, sys.stderr, os.environ)
    others: list[View] = [Events(where.out)] if asked.json else []
    excerpts = Excerpts(root, mask)
    files = {"report": asked.report, "junit": asked.junit, "summary": asked.summary}
    wanted = {kind: path for kind, path in files.items() if path is not None}
    if wanted:
        from placid.faces.running.reports import Reports

        others.append(Reports(wanted, folder))
    if asked.json and not where.moving:
        return Hearing(None, others)
    return Hearing(lambda plan: _watched(asked, where, excerpts, plan), others)


def _watched(asked: Asked, where: Streams, excerpts: Excerpts, plan: Mapping[str, str]) -> View:
    """What a person looks at."""
    if where.moving:
        from placid.faces.running.tree import Tree

        style = style_of(where.err, where.environment)
        log = asked.log or "failed"
        return Tree(where.err, style, log=log, excerpts=excerpts, planned=plan)
    from placid.faces.running.plain import Plain

    token = ""
    if where.environment.get("GITHUB_ACTIONS") == "true":
        token = os.urandom(16).hex()
    return Plain(
        lambda text: write_safely(where.out, text),
        style_of(where.out, where.environment),
        log=asked.log or "full",
        token=token,
        excerpts=excerpts,
    )


class Events:
    """One fact a line, as it is stored."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def happened(self, fact: Fact) -> None:
        """Write a fact."""
        import msgspec

        write_safely(self._out, msgspec.json.encode(fact).decode() + "\n")

    def line(self, leg: str, index: int, phase: Phase, text: str, kind: Kind) -> None:
        """Lines are in the logs."""

    def plain_lines(self, leg: str, index: int, phase: Phase, texts: Sequence[str]) -> None:
        """Lines are in the logs."""

    def close(self) -> None:
        """Nothing is left."""
