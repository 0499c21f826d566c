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
from typing import NamedTuple, Protocol, TextIO

from placid.core.pipeline.asked import Asked
from placid.core.pipeline.facts import Fact
from placid.core.pipeline.listener import Kind, Listener, Phase
from placid.faces.running.annotations import Excerpts
from placid.faces.running.region import write_safely
from placid.faces.running.style import style_of


class View(Listener, Protocol):
    """A listener that has something left to say at the end."""

    def close(self) -> None: ...


class Streams(NamedTuple):
    """Where views write, and the environment that says what they may."""

    out: TextIO = sys.stdout
    err: TextIO = sys.stderr
    environment: Mapping[str, str] = os.environ

    @property
    def moving(self) -> bool:
        """Whether stderr is a terminal on which things can move."""
        dumb = self.environment.get("TERM", "") in ("", "dumb")
        return self.err.isatty() and not dumb and not self.environment.get("CI")


class Hearing:
    """Tells all views of a run; `close` is called once, whatever happened."""

    def __init__(self, views: Sequence[View]) -> None:
        self._views = views

    def happened(self, fact: Fact) -> None:
        """Take in a fact."""
        for view in self._views:
            view.happened(fact)

    def line(self, leg: str, index: int, phase: Phase, text: str, kind: Kind) -> None:
        """Take in a line."""
        for view in self._views:
            view.line(leg, index, phase, text, kind)

    def close(self) -> None:
        """Let each say what is left."""
        for view in self._views:
            view.close()


def _as_is(text: str) -> str:
    return text


def hearing(
    asked: Asked,
    *,
    root: Path,
    folder: Callable[[int], Path],
    mask: Callable[[str], str] = _as_is,
    planned: Mapping[str, str] | None = None,
    streams: Streams | None = None,
) -> Hearing:
    """The views of one call of `placid run`.

    root     where annotations' files are; mask: takes the secrets out of their source lines
    folder   of a run by its number: logs and summaries
    planned  the paths of the jobs with their names, in the file's order
    """
    where = streams or Streams()
    views: list[View] = []
    if asked.json:
        views.append(Events(where.out))
    if where.moving or not asked.json:
        views.append(_watched(asked, where, Excerpts(root, mask), planned))
    files = {"report": asked.report, "junit": asked.junit, "summary": asked.summary}
    wanted = {kind: path for kind, path in files.items() if path is not None}
    if wanted:
        from placid.faces.running.reports import Reports

        views.append(Reports(wanted, folder, planned))
    return Hearing(views)


def _watched(
    asked: Asked, where: Streams, excerpts: Excerpts, planned: Mapping[str, str] | None
) -> View:
    """What a person looks at."""
    if where.moving:
        from placid.faces.running.tree import Tree

        style = style_of(where.err, where.environment)
        log = asked.log or "failed"
        return Tree(where.err, style, log=log, excerpts=excerpts, planned=planned)
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

    def close(self) -> None:
        """Nothing is left."""
