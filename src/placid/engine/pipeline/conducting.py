"""Carries a run to its end: reads its facts, decides, gives legs to workers, writes down.

Everything that happens comes through one queue: workers put facts into it, and the thread that
conducts writes them and decides what follows. What the steps do is written with a short delay, so
that a job of twenty quick steps costs a few commits; what a decision rests on is written at once.
Facts of other processes (somebody cancels, somebody approves) are looked for while it waits.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import msgspec

from placid.base.errors import Conflict
from placid.core.pipeline.facts import CancelAsked, Fact, LegEnded, StepDone, StepStarted
from placid.core.pipeline.listener import Listener
from placid.core.pipeline.machine import Pipeline, Seen, StartLeg, StopLeg, TakeGroup, Wish
from placid.core.pipeline.state import RunState
from placid.engine.pipeline.groups import Groups
from placid.engine.pipeline.veil import Veil
from placid.ports.pipeline import Book

GLANCE = 0.5
"""Seconds between two looks for facts of other processes, and at the groups."""


class Crew(Protocol):
    """Gives legs to workers."""

    def start(self, leg: str, state: RunState) -> None:
        """Begin a leg in a thread of its own; it reports its facts, and at the end `None`."""
        ...

    def stop(self, leg: str, why: str) -> None:
        """Ask a working leg to end; asking again changes nothing."""
        ...

    def kill(self) -> None:
        """End every command now, without waiting for anything."""
        ...

    def join(self) -> None:
        """Return once every worker has ended."""
        ...


class Finished(msgspec.Struct, frozen=True):
    """A worker is free again; `error` is a bug that ended it."""

    leg: str
    error: BaseException | None = None


class Reporter:
    """Takes facts from all threads, tells them to the face at once, and queues them."""

    def __init__(self, listener: Listener, veil: Veil | None = None) -> None:
        self.queue: queue.SimpleQueue[Fact | Finished] = queue.SimpleQueue()
        self.veil = veil or Veil()
        self._listener = listener
        self._one = threading.Lock()

    def __call__(self, fact: Fact) -> None:
        """A worker's fact."""
        self.tell(fact)
        self.queue.put(fact)

    def tell(self, fact: Fact) -> None:
        """Let the face know."""
        with self._one:
            self._listener.happened(self.veil.shown(fact))


class Conductor(msgspec.Struct):
    """One run, its stream in the ledger, and its workers. `most` legs work at once."""

    machine: Pipeline
    book: Book
    stream: str
    reporter: Reporter
    groups: Groups
    now: Callable[[], datetime]
    most: int
    state: RunState = msgspec.field(default_factory=RunState)
    _seq: int = 0
    _working: set[str] = msgspec.field(default_factory=set[str])
    _late: list[Fact] = msgspec.field(default_factory=list[Fact])

    def conduct(self, crew: Crew) -> RunState:
        """Return the state of the run that has ended; safe to kill and to call again."""
        self._others()
        try:
            while not self.machine.done(self.state):
                self._once(crew)
        except BaseException:  # somebody who cannot wait, or a bug
            crew.kill()
            raise
        finally:
            self._write()
            crew.join()
            self.groups.leave("")
        return self.state

    def begin(self, *facts: Fact) -> None:
        """Write the first facts of a new run."""
        for fact in facts:
            self.reporter.tell(fact)
        self._record(facts)

    def _once(self, crew: Crew) -> None:
        self.groups.leave_done(lambda leg: self.state.legs[leg].status == "done")
        looked = self.groups.look()
        seen = Seen(frozenset(self._working), self.most - len(self._working), tuple(looked.items()))
        decision = self.machine.decide(self.state, seen, self.now())
        if decision.events:
            for fact in decision.events:
                self.reporter.tell(fact)
            self._record(decision.events)
            return
        for wish in decision.effects:
            self._act(wish, crew)
        self._wait(crew)

    def _act(self, wish: Wish, crew: Crew) -> None:
        match wish:
            case StartLeg():
                self._working.add(wish.leg)
                crew.start(wish.leg, self.state)
            case StopLeg():
                crew.stop(wish.leg, wish.why)
            case TakeGroup():
                self.groups.join(wish.group, wish.leg, wish.cancels)

    def _wait(self, crew: Crew) -> None:
        """Until something happened that may change a decision."""
        try:
            first = self.reporter.queue.get(timeout=GLANCE)
        except queue.Empty:
            self._write()
            self._others()
            return
        self._take(first, crew)
        while True:
            try:
                self._take(self.reporter.queue.get_nowait(), crew)
            except queue.Empty:
                return

    def _take(self, happened: Fact | Finished, crew: Crew) -> None:
        if isinstance(happened, Finished):
            self._working.discard(happened.leg)
            self.groups.leave(happened.leg)
            if happened.error is not None:
                raise happened.error
        elif isinstance(happened, (StepStarted, StepDone)):
            self._late.append(happened)
        else:
            if isinstance(happened, CancelAsked):
                self.reporter.tell(happened)
            self._record([happened])
            if isinstance(happened, LegEnded):
                self.groups.leave(happened.leg)

    def _write(self) -> None:
        if self._late:
            self._record([])

    def _record(self, facts: tuple[Fact, ...] | list[Fact]) -> None:
        """Append what is late and these, and let the state follow."""
        whole = [*self._late, *facts]
        self._late = []
        encoded = [self.reporter.veil.encoded(fact) for fact in whole]
        while True:
            try:
                self.book.append(self.stream, self._seq, encoded)
            except Conflict:
                self._others()
                continue
            break
        self._seq += len(whole)
        for fact in whole:
            self.state = self.machine.evolve(self.state, fact)

    def _others(self) -> None:
        """Take in the facts that others wrote (at the start: all that there are)."""
        for row in self.book.read(self.stream, self._seq):
            fact = self.reporter.veil.decoded(row.data)
            self._seq = row.seq
            self.state = self.machine.evolve(self.state, fact)
            self.reporter.tell(fact)

    def cancel(self, by: str, why: str) -> None:
        """Ask the run to stop; a signal's handler may do so at any moment."""
        self.reporter.queue.put(CancelAsked(by, why, self.now()))
