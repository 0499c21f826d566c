"""A resumable process is a fold over facts and one pure decision.

Facts (events) are past tense and stored. Effects are wishes and are never stored: they come from
the gap between what the facts say should be and what was just seen. A crash, a restart and a slow
tick therefore look the same, and replaying the facts never repeats an effect.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import reduce
from typing import Generic, Protocol, TypeVar

import msgspec

State = TypeVar("State")
Event = TypeVar("Event")
Effect = TypeVar("Effect")
Seen = TypeVar("Seen", contravariant=True)


class Decision(msgspec.Struct, Generic[Event, Effect], frozen=True):
    """What follows from one look: facts to record, or wishes to carry out; when to look again.

    A decision holds facts or wishes, never both: record, look again, act.
    """

    events: tuple[Event, ...] = ()
    effects: tuple[Effect, ...] = ()
    wake: timedelta = timedelta(seconds=5)


class Machine(Protocol[State, Event, Effect, Seen]):
    """The pure half of a controller."""

    def start(self) -> State: ...
    def evolve(self, state: State, event: Event, /) -> State: ...
    def decide(self, state: State, seen: Seen, now: datetime, /) -> Decision[Event, Effect]: ...
    def done(self, state: State, /) -> bool: ...


def replay(
    machine: Machine[State, Event, Effect, Seen], events: Iterable[Event], state: State
) -> State:
    """Where `state` stands once those facts are added."""
    return reduce(machine.evolve, events, state)
