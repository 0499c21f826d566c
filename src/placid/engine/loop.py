"""The one loop: read the facts, look, decide, record or act, rest until time or a nudge wakes it.

A decision holds facts or wishes, never both; that costs one extra look for each step and buys that
a kill at any await is the same case as a slow tick: the next run reads, looks and decides again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

import anyio
import msgspec

from placid.base.errors import Conflict, Unavailable
from placid.core.machine import Machine, replay
from placid.ports import Store

State = TypeVar("State")
Event = TypeVar("Event")
Effect = TypeVar("Effect")
Seen = TypeVar("Seen")


class Nudge:
    """Wakes whoever rests in `wait`; a nudge given while nobody rests is kept."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def give(self) -> None:
        """Wake the one that rests, or the next to rest."""
        self._event.set()

    async def wait(self) -> None:
        """Return at the next nudge."""
        await self._event.wait()
        self._event = anyio.Event()


@dataclass(frozen=True, slots=True)
class Story(Generic[Event]):
    """One stream of the ledger and how its facts are read and written."""

    store: Store
    stream: str
    decoder: msgspec.json.Decoder[Event]

    async def read(self, after: int = 0) -> list[Event]:
        """The facts after `after`."""
        rows = await self.store.read(self.stream, after)
        return [self.decoder.decode(row.data) for row in rows]

    async def append(self, expected: int, *facts: Event) -> None:
        """Record facts; Conflict when the stream does not end at `expected`."""
        await self.store.append(self.stream, expected, [msgspec.json.encode(f) for f in facts])

    async def tell(self, fact: Event) -> None:
        """Record a fact wherever the stream ends now."""
        while True:
            rows = await self.store.read(self.stream)
            try:
                await self.append(len(rows), fact)
            except Conflict:
                continue
            return


@dataclass(frozen=True, slots=True)
class Hands(Generic[State, Effect, Seen]):
    """How a machine meets the world: look for a state, carry out a wish, tell the time."""

    look: Callable[[State], Awaitable[Seen]]
    act: Callable[[Effect], Awaitable[None]]
    now: Callable[[], datetime]
    nudge: Nudge | None = None


async def drive(
    machine: Machine[State, Event, Effect, Seen],
    story: Story[Event],
    hands: Hands[State, Effect, Seen],
    until: Callable[[State], bool] | None = None,
) -> State:
    """Carry a stream to its end (or `until`). Safe to kill at any await and to call again."""
    state, seq = machine.start(), 0
    ended = until or machine.done
    while True:
        try:
            facts = await story.read(seq)
            state = replay(machine, facts, state)
            seq += len(facts)
            if ended(state):
                return state
            decision = machine.decide(state, await hands.look(state), hands.now())
            if decision.events:
                await story.append(seq, *decision.events)
                continue
            for effect in decision.effects:
                await hands.act(effect)
            rest = decision.wake.total_seconds()
        except Conflict:
            continue
        except Unavailable as error:
            rest = error.retry_after
        await _rest(story, seq, rest, hands.nudge)


async def _rest(story: Story[Event], seq: int, seconds: float, nudge: Nudge | None) -> None:
    """Until `seconds` passed, the stream grew, or a nudge came."""
    with anyio.move_on_after(seconds):
        async with anyio.create_task_group() as tasks:

            async def first(wait: Callable[[], Awaitable[None]]) -> None:
                await wait()
                tasks.cancel_scope.cancel()

            if nudge is not None:
                tasks.start_soon(first, nudge.wait)
            await first(lambda: story.store.changed(story.stream, seq))
