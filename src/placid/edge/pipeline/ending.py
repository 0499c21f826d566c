"""Ending processes, every one of them, however many they start meanwhile.

    find -> stop all -> find again: nothing new, all stand still? -> kill all -> wait -> find

All are stopped before any is killed, for the child of a killed process has no parent to be known
by.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable, Collection

from placid.edge.pipeline.processes import entry

_PATIENCE = 5.0  # seconds for killed processes to be gone
_STILL = 0.5  # seconds for stopped processes to stand still


def end(find: Callable[[], set[int]], watched: Collection[int] = ()) -> set[int]:
    """Kill what `find` finds until it finds nothing more; returns what did not die.

    `watched`: those whose own thread reaps them; other children of ours are reaped here.
    """
    refused: set[int] = set()
    until = time.monotonic() + _PATIENCE
    while found := find() - refused:
        if time.monotonic() > until:
            return refused | found
        refused |= _kill(_stopped(find, found) - refused, watched, until)
    return refused


def _stopped(find: Callable[[], set[int]], found: set[int]) -> set[int]:
    """Stop what is found until nothing new is, and all of it stands still (for half a second)."""
    stopped: set[int] = set()
    until = time.monotonic() + _STILL
    while time.monotonic() < until:
        for pid in found - stopped:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGSTOP)
        still = all(seen.state in "TtZX" for pid in found if (seen := entry(pid)))
        stopped |= found
        found = find()
        if still and found <= stopped:
            break
    return stopped | found


def _kill(found: set[int], watched: Collection[int], until: float) -> set[int]:
    """Kill each and wait until they are gone; returns those that are not ours to kill."""
    refused: set[int] = set()
    dying: dict[int, int] = {}
    for pid in found:
        with contextlib.suppress(ProcessLookupError):
            dying[os.pidfd_open(pid)] = pid
    for descriptor, pid in dying.items():
        try:
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        except ProcessLookupError:
            pass
        except PermissionError:
            refused.add(pid)
    for descriptor, pid in dying.items():
        if pid not in refused:
            _gone(descriptor, max(0.0, until - time.monotonic()))
        os.close(descriptor)
        if pid not in watched:
            with contextlib.suppress(ChildProcessError):
                os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG)
    return refused


def _gone(descriptor: int, seconds: float) -> None:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    poll.poll(seconds * 1000)
