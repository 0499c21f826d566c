"""`placid run --watch`: once more whenever a file of the repository has changed."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from placid.app.sites import site
from placid.base.errors import Problem
from placid.core.pipeline.asked import Asked

_EVERY = 0.5


def watch(asked: Asked, once: Callable[[Asked], int], say: Callable[[str], None]) -> int:
    """Run, then run again after each change; ends with Ctrl-C, with the last run's code."""
    top = site(asked.folder).top
    code = 1
    try:
        while True:
            before = _seen(top)
            try:
                code = once(asked)
            except Problem as problem:
                say(problem.what)
            say("waiting for a change (Ctrl-C ends)")
            while _seen(top) == before:
                time.sleep(_EVERY)
    except KeyboardInterrupt:
        return code


def _seen(top: Path) -> frozenset[tuple[str, int, int]]:
    """Every file that git tracks or would add, with its size and time."""
    words = ["git", "-C", str(top), "ls-files", "-z", "-c", "-o", "--exclude-standard"]
    listed = subprocess.run(words, capture_output=True, check=False).stdout
    found: set[tuple[str, int, int]] = set()
    for name in listed.split(b"\0"):
        try:
            stat = (top / name.decode("utf-8", "surrogateescape")).lstat()
        except OSError:
            continue
        found.add((str(name), stat.st_size, stat.st_mtime_ns))
    return frozenset(found)
