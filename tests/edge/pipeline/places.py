"""A host place for a test, and what tests do with it."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from placid.edge.pipeline.host import HostOptions, HostPlace
from placid.edge.pipeline.running import Patience
from placid.engine.pipeline.stopping import Stopper
from placid.ports.pipeline import Command, Ended, Layout, PlaceSpec

QUICK = Patience(interrupt=0.4, terminate=0.4, quiet=0.15, linger=0.6)
_numbers = itertools.count()


def fresh_mark() -> str:
    """A mark that no other test has."""
    return f"github_test_{os.getpid()}_{next(_numbers)}"


def host(root: Path, patience: Patience = QUICK, options: HostOptions | None = None) -> HostPlace:
    """A place that is quick to stop."""
    return HostPlace(
        PlaceSpec(Layout(root, "repo"), fresh_mark()),
        msgspec.structs.replace(options or HostOptions(), patience=patience),
    )


class Ran:
    """How a command ended, and all of its output."""

    def __init__(self, ended: Ended, output: bytes) -> None:
        self.code, self.stopped, self.output = ended.code, ended.stopped, output

    @property
    def lines(self) -> list[str]:
        return self.output.decode().splitlines()


def run(
    place: HostPlace,
    *argv: str,
    env: Mapping[str, str] | None = None,
    stop: Stopper | None = None,
    folder: Path | None = None,
) -> Ran:
    """Run a command in the place's workspace."""
    pieces: list[bytes] = []
    command = Command(
        argv, str(folder or place.layout.workspace), place.environment if env is None else env
    )
    if stop is not None:
        return Ran(place.run(command, pieces.append, stop), b"".join(pieces))
    with Stopper() as mine:
        ended = place.run(command, pieces.append, mine)
    return Ran(ended, b"".join(pieces))


def bash(
    place: HostPlace,
    script: str,
    env: Mapping[str, str] | None = None,
    stop: Stopper | None = None,
) -> Ran:
    """Run a script with bash."""
    return run(place, "bash", "-c", script, env=env, stop=stop)


def so(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until it holds."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it never was so"
        time.sleep(0.005)


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie that init has not reaped yet does not."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] not in "ZX"


def number(path: Path) -> int:
    """A process id that a script writes into a file, as soon as it is there."""
    so(lambda: path.exists() and path.read_text().endswith("\n"))
    return int(path.read_text())
