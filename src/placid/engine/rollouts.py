"""Rollouts: what the rollout machine sees, and how its wishes are carried out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

import msgspec

from placid.core.rollout.facts import Measured, Opened, RolloutFact
from placid.core.rollout.machine import (
    Retire,
    Rollout,
    Seen,
    SetScale,
    SetSlow,
    SetTraffic,
    Wish,
)
from placid.core.rollout.state import State
from placid.core.verdict import Verdict
from placid.engine.loop import Hands, Story, drive
from placid.ports import Samples, Signal, Store, Target, Totals

FACTS: msgspec.json.Decoder[RolloutFact] = msgspec.json.Decoder(RolloutFact)
Judgement = Callable[[Samples, Opened, Measured, tuple[Measured, ...]], Verdict]
Watcher = Callable[[State, Seen], None]
UNJUDGED = Verdict("unsure", ("nothing was measured yet",))
ENOUGH_FOR_A_CUT = 100


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rollout happens: the ports of one environment, and its judge."""

    store: Store
    target: Target
    signal: Signal
    judge: Judgement
    now: Callable[[], datetime]
    watcher: Watcher | None = None


def story(store: Store, stream: str) -> Story[RolloutFact]:
    """The stream of one rollout."""
    return Story(store, stream, FACTS)


def slow_cut(stable: Totals) -> float:
    """The bound (ms) of the bucket that holds stable's p95; 0.0 with too few requests to tell."""
    count = stable.latency[-1][1] if stable.latency else 0
    if count < ENOUGH_FOR_A_CUT:
        return 0.0
    return next((bound for bound, below in stable.latency if below >= 0.95 * count), 0.0)


def measure(samples: Samples, opened: Opened, at: datetime) -> Measured:
    """Where the counters stand as a rollout begins."""
    sides = [opened.release.id] + ([opened.stable.id] if opened.stable else [])
    totals = {side: samples.totals.get(side, Totals()) for side in sides}
    cut = slow_cut(totals[opened.stable.id]) if opened.stable else 0.0
    return Measured(
        {side: total.requests for side, total in totals.items()},
        {side: total.errors for side, total in totals.items()},
        at,
        cut,
        {side: total.latency for side, total in totals.items()},
    )


async def look(place: Place, stream: str, state: State) -> Seen:
    """The world and, once measured, the judge's word on all evidence since the beginning."""
    world = await place.target.look()
    if state.opened is None or not state.opened.judged:
        return Seen(world, UNJUDGED)
    samples = await place.signal.samples(stream)
    counted = measure(samples, state.opened, place.now())
    if state.measured is None:
        return Seen(world, UNJUDGED, counted)
    changes = (*state.changes, counted) if state.shifting else state.changes
    verdict = place.judge(samples, state.opened, state.measured, changes)
    return Seen(world, verdict, counted, samples.slow_ms)


async def carry_out(place: Place, wish: Wish) -> None:
    """Do what the machine wished."""
    match wish:
        case SetScale(release=release, copies=copies):
            await place.target.scale(release, copies)
        case SetTraffic(split=split):
            await place.target.shift(split)
        case Retire(release=release):
            await place.target.retire(release)
        case SetSlow(ms=ms):
            await place.signal.slower_than(ms)
        case _:
            assert_never(wish)


async def roll(place: Place, stream: str) -> State:
    """Carry the rollout of `stream` to its end. Safe to kill anywhere and to call again."""

    async def looks(state: State) -> Seen:
        seen = await look(place, stream, state)
        if place.watcher is not None:
            place.watcher(state, seen)
        return seen

    async def acts(wish: Wish) -> None:
        await carry_out(place, wish)

    machine = Rollout(stream)
    return await drive(machine, story(place.store, stream), Hands(looks, acts, place.now))
