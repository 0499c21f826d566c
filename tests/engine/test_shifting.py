"""What the judge compares while traffic is being moved: one hour is not another."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from anyio.lowlevel import checkpoint

from placid.core.rollout.facts import Opened, RolloutFact
from placid.core.rollout.steps import Judge, Preview, Scale, Shift
from placid.core.rollout.world import Running, Split, World
from placid.engine.judging import Court
from placid.engine.rollouts import Place, roll, story
from placid.ports import Samples, Totals
from tests.engine.fakes import MemoryTarget, release
from tests.fakes import MemoryStore, now

pytestmark = pytest.mark.anyio

OLD, NEW = release("aaaaa"), release("bbbbb")
BLUE_GREEN = (Scale(2), Preview(), Judge(5.0), Shift(100.0), Judge(5.0))
STREAM = "rollout/shop/production/2"


@dataclass
class Noisy:
    """300 requests between two looks, all of them slow once traffic has moved: the machine is busy
    with something else, and either release would be."""

    target: MemoryTarget
    sticky: bool = False
    quick: dict[str, int] = field(default_factory=dict[str, int])
    slow: dict[str, int] = field(default_factory=dict[str, int])

    async def samples(self, label: str) -> Samples:
        await checkpoint()
        for one, share in self.target.world.split.weights.items():
            counts = self.slow if NEW.id in self.target.world.split.weights else self.quick
            counts[one] = counts.get(one, 0) + round(3 * share)
        return Samples(totals={one.id: self._totals(one.id) for one in (OLD, NEW)})

    def _totals(self, one: str) -> Totals:
        quick, slow = self.quick.get(one, 0), self.slow.get(one, 0)
        return Totals(quick + slow, 0, ((10.0, quick), (100.0, quick + slow)))

    async def slower_than(self, ms: float) -> None:
        await checkpoint()


async def test_a_busy_hour_that_begins_with_the_switch_blames_nobody() -> None:
    running = {OLD.id: Running(2, 2, 2)}
    target = MemoryTarget(world=World(running, Split({OLD.id: 100.0})))
    store = MemoryStore()
    place = Place(store, target, Noisy(target), Court(), now)
    facts = story(store, STREAM)
    first: RolloutFact = Opened(NEW, BLUE_GREEN, 2, now(), OLD, "blue-green")
    await facts.append(0, first)

    state = await roll(place, STREAM)

    assert state.ended is not None
    assert state.ended.outcome == "promoted", state.ended.why
