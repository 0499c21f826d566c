"""Asking work to stop, from any thread and from a signal handler.

A `Stopper` is asked once and for ever. Whoever waits in a poll watches its descriptor; whoever is
busy looks at `asked`. A stopper may hang on another one: it is asked when that one is, unless
`heeds` says no at that moment (GitHub asks a running step to stop only when its `if` no longer
holds). A deadline is only noted here: who waits for the work minds it, and no timer runs.

         ask()            ask()
    run --------> leg -----------> step      each also by its own `ask` and deadline
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from threading import RLock
from types import TracebackType


class Stopper:
    """The `Stop` of a run, a leg or a step; close it, or use it as a context.

    deadline  on the clock of `time.monotonic()`; an earlier one of the parent counts instead
    parent    it is asked when its parent is
    heeds     called once when the parent is asked or its time is over: False to go on
    """

    def __init__(
        self,
        deadline: float | None = None,
        parent: Stopper | None = None,
        heeds: Callable[[], bool] | None = None,
    ) -> None:
        # Re-entrant: a signal handler may ask in the midst of anything the main thread does here.
        self._lock = RLock()
        self._asked = self._forced = False
        self._descriptor: int | None = None
        self._closed = False
        self._own, self._parent, self._heeds = deadline, parent, heeds
        self._decided: bool | None = None
        self._listeners: dict[object, Callable[[], None]] = {}
        self._quit = parent.listen(self._parent_asked) if parent else None

    @property
    def asked(self) -> bool:
        """Whether it was asked; a deadline that has passed does not count."""
        return self._asked

    @property
    def forced(self) -> bool:
        """Whether it was asked in a way that nobody may overhear."""
        return self._forced or (self._parent is not None and self._parent.forced)

    @property
    def deadline(self) -> float | None:
        """When work must end by itself: the earlier of its own and its parent's.

        Once the parent's has passed, `heeds` decides whether it counts.
        """
        above = self._parent.deadline if self._parent else None
        if above is not None and time.monotonic() >= above and not self._heeding():
            above = None
        if self._own is None or above is None:
            return self._own if above is None else above
        return min(self._own, above)

    @property
    def expired(self) -> bool:
        """Whether its own deadline has passed: the step timed out, not the leg around it."""
        return self._own is not None and time.monotonic() >= self._own

    @property
    def over(self) -> bool:
        """Whether work must end: asked, or past the deadline."""
        deadline = self.deadline
        return self._asked or (deadline is not None and time.monotonic() >= deadline)

    def ask(self) -> None:
        """Ask it, and all that hang on it; again does nothing."""
        with self._lock:
            if self._asked:
                return
            self._asked = True
            if self._descriptor is not None:
                os.eventfd_write(self._descriptor, 1)
        for call in list(self._listeners.values()):
            call()

    def force(self) -> None:
        """Ask it, and all that hang on it, whatever they would heed."""
        self._forced = True
        self.ask()
        for call in list(self._listeners.values()):
            call()

    def fileno(self) -> int:
        """The descriptor that is readable from the moment it is asked; ValueError once closed."""
        with self._lock:
            if self._closed:
                raise ValueError("the stopper is closed")
            if self._descriptor is None:
                self._descriptor = os.eventfd(int(self._asked), os.EFD_CLOEXEC | os.EFD_NONBLOCK)
            return self._descriptor

    def listen(self, call: Callable[[], None]) -> Callable[[], None]:
        """Have `call` called when it is asked, at once when it was; returns what undoes that.

        It may be called twice when asked at this very moment.
        """
        key = object()
        self._listeners[key] = call
        if self._asked:
            call()

        def forget() -> None:
            self._listeners.pop(key, None)

        return forget

    def close(self) -> None:
        """Leave the parent and give the descriptor back."""
        if self._quit:
            self._quit()
        with self._lock:
            self._closed = True
            descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def _parent_asked(self) -> None:
        if self._parent is not None and self._parent.forced:
            self.force()
        elif self._heeding():
            self.ask()

    def _heeding(self) -> bool:
        """Whether what happened to the parent is for it, too; decided once."""
        if self._decided is None:
            self._decided = self._heeds is None or self._heeds()
        return self._decided

    def __enter__(self) -> Stopper:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
