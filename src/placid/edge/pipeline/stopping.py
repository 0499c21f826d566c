"""How a command elsewhere is asked to end: SIGINT, then SIGTERM, then SIGKILL, each in its time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

from placid.edge.pipeline.running import Patience
from placid.ports.pipeline import Stop

Signal = Literal["INT", "TERM", "KILL"]
SIGNALS: tuple[Signal, ...] = ("INT", "TERM", "KILL")
_AGAIN = 0.02  # seconds until a signal that could not be sent yet is tried again
_NEVER = 3600.0  # seconds: longest sleep, so that a deadline may move


class Stopping:
    """Sends the signals when they are due; `send` answers False while it is too early."""

    def __init__(self, stop: Stop, patience: Patience, send: Callable[[Signal], bool]) -> None:
        self._stop, self._send = stop, send
        self._waits = (patience.interrupt, patience.terminate)
        self._due: float | None = None
        self._sent = 0

    @property
    def begun(self) -> bool:
        """Whether the command was stopped."""
        return self._sent > 0

    def wait(self) -> float:
        """Do what is due; milliseconds until there may be something to do again."""
        now = time.monotonic()
        if self._sent == 0:
            self._due = now if self._stop.asked else self._stop.deadline
        if self._due is None:
            return _NEVER * 1000
        if now < self._due:
            return min(_NEVER, self._due - now) * 1000 + 1
        if not self._send(SIGNALS[self._sent]):
            return _AGAIN * 1000
        self._due = now + self._waits[self._sent] if self._sent < len(self._waits) else None
        self._sent += 1
        return self.wait()
