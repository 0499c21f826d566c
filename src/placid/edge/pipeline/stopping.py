"""How a command elsewhere is asked to end: SIGINT, then SIGTERM, then SIGKILL, each in its time."""

from __future__ import annotations

import os
import select
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


class EarlierStop:
    """A Stop that may be asked, or be over at `deadline`, before the one it extends."""

    def __init__(self, stop: Stop, deadline: float | None = None) -> None:
        self._stop, self._own = stop, deadline
        self._asked = False
        self._wake = os.eventfd(0, os.EFD_CLOEXEC)
        self._both = select.epoll()
        for descriptor in (self._wake, stop.fileno()):
            self._both.register(descriptor, select.EPOLLIN)

    @property
    def asked(self) -> bool:
        return self._asked or self._stop.asked

    @property
    def deadline(self) -> float | None:
        both = [each for each in (self._stop.deadline, self._own) if each is not None]
        return min(both, default=None)

    def fileno(self) -> int:
        return self._both.fileno()

    def ask(self) -> None:
        """From now on it is asked."""
        self._asked = True
        os.eventfd_write(self._wake, 1)

    def close(self) -> None:
        """Nobody waits for it any more."""
        self._both.close()
        os.close(self._wake)

    def __enter__(self) -> EarlierStop:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Waiting:
    """A Stop that nobody asks, which is over after some seconds."""

    asked = False

    def __init__(self, seconds: float) -> None:
        self._wake = os.eventfd(0, os.EFD_CLOEXEC)
        self.deadline: float | None = time.monotonic() + seconds

    def fileno(self) -> int:
        return self._wake

    def __enter__(self) -> Waiting:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._wake)
