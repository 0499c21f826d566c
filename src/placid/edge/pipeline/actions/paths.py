"""Paths that a step's inputs name, as they are on this machine.

A step says paths as its commands see them: `~` is the job's home, what is relative is in the
workspace. In a container only what is mounted can be reached from outside; the rest is a Problem,
so that nobody reads or writes the machine's folder of that name.
"""

from __future__ import annotations

from pathlib import Path

from placid.base.errors import Problem
from placid.formats.globs.pattern import BLANK
from placid.ports.pipeline import Use


def home(use: Use) -> Path:
    """What `~` stands for."""
    inside = use.env.get("HOME") or use.place.environment.get("HOME") or "/root"
    return _reached(use, inside)


def located(use: Use, text: str) -> Path:
    """The path that an input names."""
    if text.startswith("~"):
        return _reached(use, f"{use.place.inside(home(use))}{text[1:]}")
    if text.startswith("/"):
        return _reached(use, text)
    return use.place.layout.workspace / text


def shown(use: Use, path: Path) -> str:
    """A path as the step's commands would call it."""
    return use.place.inside(path) if path.is_relative_to(use.place.layout.root) else str(path)


def patterns(use: Use, text: str) -> list[str]:
    """The lines of an input with glob patterns, absolute ones as they are on this machine."""
    return [_pattern(use, line.strip(BLANK)) for line in text.split("\n") if line.strip(BLANK)]


def _pattern(use: Use, line: str) -> str:
    bare = line.lstrip("!")
    marks, path = line[: len(line) - len(bare)], bare.strip(BLANK)
    if use.place.kind == "host" or not path.startswith("/"):
        return line
    slash = "/" if path.endswith("/") else ""
    return f"{marks}{_reached(use, path)}{slash}"


def _reached(use: Use, inside: str) -> Path:
    found = use.place.outside(inside)
    if use.place.kind == "container" and not found.is_relative_to(use.place.layout.root):
        raise Problem(
            f"{inside} lies inside of the container, where placid's own actions cannot reach it",
            fix="use a path below the workspace, $RUNNER_TEMP or the home folder",
        )
    return found
