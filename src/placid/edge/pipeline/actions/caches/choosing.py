"""The paths that a cache is made of: those its patterns match, folders with all that is in them.

Unlike artifacts a pattern takes what it matches and no more, so that `!` leaves out only a path
that was matched itself, not one inside of a folder that was.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from placid.formats.globs import Pattern
from placid.formats.globs.segments import expression


def chosen(lines: Sequence[str], workspace: Path, home: Path) -> list[str]:
    """The absolute paths, none inside of another; Problem for a pattern that cannot be read."""
    folder, tilde = os.path.abspath(workspace), os.path.abspath(home)
    patterns = [Pattern.read(line, folder, tilde) for line in lines if not line.startswith("#")]
    rules = [(pattern, _expression(pattern)) for pattern in patterns]
    found: dict[str, None] = {}
    for pattern, matches in rules:
        if not pattern.negative:
            for path in _walk(pattern, matches):
                if _wanted(path, rules):
                    found[path] = None
    return [path for path in sorted(found) if not _inside(path, found)]


def _expression(pattern: Pattern) -> re.Pattern[str]:
    above = "".join(f"/{re.escape(name)}" for name in pattern.above)
    steps = (
        "(?:/[^/]+)*" if segment == "**" else f"/{expression(segment)}"
        for segment in pattern.segments
    )
    return re.compile(above + "".join(steps) or "/", re.DOTALL)


def _wanted(path: str, rules: Sequence[tuple[Pattern, re.Pattern[str]]]) -> bool:
    wanted = False
    for pattern, matches in rules:
        if matches.fullmatch(path) and (not pattern.folders or os.path.isdir(path)):
            wanted = not pattern.negative
    return wanted


def _walk(pattern: Pattern, matches: re.Pattern[str]) -> Iterator[str]:
    """The paths that a pattern matches; what is in a folder that it matches is not looked at."""
    partial = re.compile(pattern.partial, re.DOTALL)
    waiting = [pattern.search]
    while waiting:
        path = waiting.pop()
        if not os.path.lexists(path):
            continue
        folder = os.path.isdir(path) and not (os.path.islink(path) and path != pattern.search)
        if matches.fullmatch(path) and (folder or not pattern.folders):
            yield path
        elif folder and partial.fullmatch(path):
            waiting += [os.path.join(path, name) for name in os.listdir(path)]


def _inside(path: str, others: dict[str, None]) -> bool:
    folder = os.path.dirname(path)
    while folder != "/":
        if folder in others:
            return True
        folder = os.path.dirname(folder)
    return "/" in others and path != "/"
