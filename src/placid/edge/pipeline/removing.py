"""Containers and networks that a killed run left, found by its mark and removed.

A call of the engine that was under way goes on by itself when placid is killed, and what it makes
is there only later: such calls are ended first. An engine that cleans up after one of them at this
moment holds its things, so that what cannot be removed is tried again.

    calls with the mark ended -> containers removed -> networks removed -> anything left? again
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Collection, Iterator

from placid.edge.engines import Engine, likely
from placid.edge.pipeline.calls import LABEL, ask, remove
from placid.edge.pipeline.processes import pids, running

_ENDING = 3.0  # seconds for a call to end by itself, most of them do at once
_TRIES, _WAIT = 8, 0.25


def clean(marks: Collection[str]) -> list[str]:
    """Remove the containers and networks of these marks; a sentence for each that stays."""
    for mark in marks:
        _end_calls(mark)
    engines = {engine.program: engine for engine in reversed(likely())}
    return [
        f"{engine.program} cannot remove {each}"
        for engine in engines.values()
        for mark in marks
        for each in _removed(engine, mark)
    ]


def _removed(engine: Engine, mark: str) -> list[str]:
    """What is left of a mark after some tries."""
    left: list[str] = []
    for turn in range(_TRIES):
        if turn:
            time.sleep(_WAIT)
        containers = _labelled(engine, mark, "ps", "--all")
        networks = _labelled(engine, mark, "network", "ls")
        left = containers + networks
        if not left:
            break
        remove(engine, *containers)
        for network in networks:
            ask(engine, "network", "rm", network)
    return left


def _labelled(engine: Engine, mark: str, *listing: str) -> list[str]:
    wanted = ("--filter", f"label={LABEL}={mark}", "--quiet")
    said = ask(engine, *listing, *wanted)
    return said.out.split() if said.code == 0 else []


def _end_calls(mark: str) -> None:
    """Wait for the calls that make something of this mark, and end those that take long."""
    until = time.monotonic() + _ENDING
    while found := list(_calls(mark)):
        over = time.monotonic() > until
        for pid in found if over else ():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if over:
            return
        time.sleep(0.02)


def _calls(mark: str) -> Iterator[int]:
    wanted = f"{LABEL}={mark}".encode()
    for pid in pids():
        with contextlib.suppress(OSError), open(f"/proc/{pid}/cmdline", "rb") as file:
            if wanted in file.read().split(b"\0") and running(pid):
                yield pid
