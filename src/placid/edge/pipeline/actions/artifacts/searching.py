"""The files that go into an artifact, and the folder their paths in it begin at.

Links are followed, folders reached twice by them entered once on each way; hidden names are left
out unless asked for, also when they are named themselves. One search path is the root of the
artifact, or its folder when it is the only file; of several it is their last common folder.
Excluding patterns have no part in that.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from placid.formats.globs import Selection


class Found(NamedTuple):
    """Files, and the folder that their paths in the artifact are relative to."""

    files: tuple[str, ...]
    root: str
    searched: tuple[str, ...]

    def named(self) -> Iterator[tuple[str, str]]:
        """Each file with its path in the artifact."""
        cut = len(self.root.rstrip("/")) + 1
        for path in self.files:
            yield path, path[cut:]


def search(lines: Sequence[str], workspace: Path, home: Path, hidden: bool) -> Found:
    """What the lines of an input mean; Problem for a pattern that cannot be read."""
    selection = Selection(lines, os.path.abspath(workspace), os.path.abspath(home))
    files = tuple(_walk(selection, hidden))
    starts = selection.starts
    return Found(files, _root(files, starts), starts)


def _root(files: Sequence[str], starts: Sequence[str]) -> str:
    if len(starts) > 1:
        return os.path.commonpath(starts)
    if len(starts) == 1 and list(files) == list(starts):
        return os.path.dirname(starts[0])
    return starts[0] if starts else "/"


def _walk(selection: Selection, hidden: bool) -> Iterator[str]:
    waiting: list[tuple[str, tuple[tuple[int, int], ...]]]
    waiting = [(start, ()) for start in reversed(selection.starts)]
    while waiting:
        path, through = waiting.pop()
        if not hidden and os.path.basename(path).startswith("."):
            continue
        try:
            seen = os.stat(path)
        except OSError:  # a link to nothing, or a pattern for nothing
            continue
        if stat.S_ISREG(seen.st_mode):
            if selection.has(path):
                yield path
        elif stat.S_ISDIR(seen.st_mode) and selection.may_be_below(path):
            one = (seen.st_dev, seen.st_ino)
            if one not in through:
                names = sorted(os.listdir(path), key=os.fsencode, reverse=True)
                waiting += [(os.path.join(path, name), (*through, one)) for name in names]
