"""Pipes that a job's background processes still write to after their step has ended.

GitHub's runner goes on reading them and throws away what it reads, so that a server that logs to
its standard output lives on through the steps that need it. One thread does so for all of a job.
"""

from __future__ import annotations

import os
import select
from threading import Lock, Thread

_PIECE = 1 << 16


class BackgroundOutput:
    """Drains what it is given until its end, or until `close`. The thread starts when needed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._wake = -1
        self._new: list[int] = []
        self._thread: Thread | None = None
        self._closed = False

    def add(self, pipe: int) -> None:
        """Take over the reading end of a pipe."""
        with self._lock:
            if self._closed:
                os.close(pipe)
                return
            self._new.append(pipe)
            if self._thread is None:
                self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
                self._thread = Thread(target=self._drain, name="background output", daemon=True)
                self._thread.start()
            os.eventfd_write(self._wake, 1)

    def close(self) -> None:
        """Close all pipes."""
        with self._lock:
            self._closed = True
            thread = self._thread
            if thread is not None:
                os.eventfd_write(self._wake, 1)
        if thread is not None:
            thread.join()

    def _drain(self) -> None:
        poll = select.poll()
        poll.register(self._wake, select.POLLIN)
        pipes: set[int] = set()
        while not self._closed:
            for descriptor, _ in poll.poll():
                if descriptor == self._wake:
                    os.eventfd_read(self._wake)
                elif not os.read(descriptor, _PIECE):
                    poll.unregister(descriptor)
                    pipes.discard(descriptor)
                    os.close(descriptor)
            with self._lock:
                for pipe in self._new:
                    poll.register(pipe, select.POLLIN)
                    pipes.add(pipe)
                self._new.clear()
        for descriptor in (*pipes, *self._new, self._wake):
            os.close(descriptor)
