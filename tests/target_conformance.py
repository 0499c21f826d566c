"""What every `ports.Target` keeps, fake or real: one function per law.

A test module parametrizes over `LAWS` and calls each with a function that opens a fresh `Case`.
Time is anyio's, so a target in memory may run on a clock that jumps.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import anyio

from placid.core.rollout.world import Override, Split, World
from placid.ports import Target


@dataclass(frozen=True, slots=True)
class Case:
    """A target without anything on it; `good` and `better` become ready, `broken` never does."""

    target: Target
    good: str = "aaaaaaaaaa-000001"
    better: str = "bbbbbbbbbb-000002"
    broken: str = "cccccccccc-000003"


Open = Callable[[], AbstractAsyncContextManager[Case]]
Law = Callable[[Open], Awaitable[None]]


async def eventually(target: Target, holds: Callable[[World], bool]) -> World:
    """Look until it holds."""
    end = anyio.current_time() + 60
    while not holds(world := await target.look()):
        assert anyio.current_time() < end, world
        await anyio.sleep(0.02)
    return world


async def serve(case: Case, release: str, copies: int = 1) -> None:
    """Scale a release and send all traffic to it."""
    await case.target.scale(release, copies)
    await eventually(case.target, lambda world: world.of(release).ready == copies)
    await case.target.shift(Split({release: 100.0}))


async def nothing_runs_at_first(fresh: Open) -> None:
    async with fresh() as case:
        assert await case.target.look() == World()


async def scaling_up_makes_ready_copies(fresh: Open) -> None:
    async with fresh() as case:
        await case.target.scale(case.good, 2)
        assert (await case.target.look()).of(case.good).wanted == 2
        world = await eventually(case.target, lambda world: world.of(case.good).ready == 2)
        assert world.of(case.good).alive == 2
        assert world.of(case.good).failures == 0
        assert world.of(case.good).trouble == ""


async def scaling_twice_is_scaling_once(fresh: Open) -> None:
    async with fresh() as case:
        for _ in range(3):
            await case.target.scale(case.good, 2)
        await eventually(case.target, lambda world: world.of(case.good).ready == 2)
        await case.target.scale(case.good, 2)
        for _ in range(5):
            assert (await case.target.look()).of(case.good).alive == 2
            await anyio.sleep(0.02)


async def scaling_down_stops_the_surplus_only(fresh: Open) -> None:
    async with fresh() as case:
        await serve(case, case.good, 3)
        await case.target.scale(case.good, 1)

        def seen(world: World) -> bool:
            assert world.of(case.good).ready >= 1
            return world.of(case.good).alive == 1

        await eventually(case.target, seen)


async def scaling_to_zero_keeps_the_release_listed(fresh: Open) -> None:
    async with fresh() as case:
        await case.target.scale(case.good, 1)
        await eventually(case.target, lambda world: world.of(case.good).ready == 1)
        await case.target.scale(case.good, 0)
        world = await eventually(case.target, lambda world: world.of(case.good).alive == 0)
        assert world.of(case.good).wanted == 0
        assert case.good in world.releases


async def a_split_is_shown_as_it_was_asked_for(fresh: Open) -> None:
    async with fresh() as case:
        await serve(case, case.good)
        await case.target.scale(case.better, 1)
        await eventually(case.target, lambda world: world.of(case.better).ready == 1)
        split = Split(
            {case.good: 97.5, case.better: 2.5},
            label="rollout/production/7",
            canary=case.better,
            override=Override(case.better, header="x-canary", cookie="canary", value="yes"),
            preview=case.better,
        )
        await case.target.shift(split)
        await case.target.shift(split)
        world = await eventually(case.target, lambda world: world.split == split)
        assert world.of(case.good).ready == 1


async def traffic_moves_from_one_release_to_another(fresh: Open) -> None:
    async with fresh() as case:
        await serve(case, case.good)
        await serve(case, case.better)
        split = Split({case.better: 100.0})
        await eventually(case.target, lambda world: world.split == split)


async def nobody_is_served_after_an_empty_split(fresh: Open) -> None:
    async with fresh() as case:
        await serve(case, case.good)
        await case.target.shift(Split())
        await eventually(case.target, lambda world: world.split == Split())


async def a_retired_release_is_forgotten(fresh: Open) -> None:
    async with fresh() as case:
        await serve(case, case.good)
        await serve(case, case.better)
        for _ in range(2):
            await case.target.retire(case.good)
        await eventually(case.target, lambda world: case.good not in world.releases)
        await case.target.retire(case.good)
        world = await case.target.look()
        assert world.of(case.better).ready == 1
        assert world.split == Split({case.better: 100.0})


async def retiring_a_stranger_is_no_error(fresh: Open) -> None:
    async with fresh() as case:
        await case.target.retire(case.good)
        assert await case.target.look() == World()


async def a_retired_release_can_come_back(fresh: Open) -> None:
    async with fresh() as case:
        await case.target.scale(case.good, 1)
        await eventually(case.target, lambda world: world.of(case.good).ready == 1)
        await case.target.retire(case.good)
        await eventually(case.target, lambda world: case.good not in world.releases)
        await case.target.scale(case.good, 1)
        await eventually(case.target, lambda world: world.of(case.good).ready == 1)


async def a_broken_release_says_its_trouble(fresh: Open) -> None:
    async with fresh() as case:
        await case.target.scale(case.broken, 1)
        world = await eventually(case.target, lambda world: world.of(case.broken).failures > 0)
        assert world.of(case.broken).ready == 0
        assert world.of(case.broken).trouble != ""
        await case.target.retire(case.broken)
        await eventually(case.target, lambda world: case.broken not in world.releases)


async def a_broken_release_is_tried_again_when_asked_again(fresh: Open) -> None:
    async with fresh() as case:
        seen = 0
        with anyio.fail_after(60):
            while seen < 2:
                await case.target.scale(case.broken, 1)
                await anyio.sleep(0.02)
                seen = (await case.target.look()).of(case.broken).failures


async def failures_count_anew_from_zero_copies(fresh: Open) -> None:
    async with fresh() as case:
        await case.target.scale(case.broken, 1)
        await eventually(case.target, lambda world: world.of(case.broken).failures > 0)
        await case.target.scale(case.broken, 0)
        await eventually(case.target, lambda world: world.of(case.broken).alive == 0)
        await case.target.scale(case.broken, 1)
        assert (await case.target.look()).of(case.broken).failures <= 1


LAWS: tuple[Law, ...] = (
    nothing_runs_at_first,
    scaling_up_makes_ready_copies,
    scaling_twice_is_scaling_once,
    scaling_down_stops_the_surplus_only,
    scaling_to_zero_keeps_the_release_listed,
    a_split_is_shown_as_it_was_asked_for,
    traffic_moves_from_one_release_to_another,
    nobody_is_served_after_an_empty_split,
    a_retired_release_is_forgotten,
    retiring_a_stranger_is_no_error,
    a_retired_release_can_come_back,
    a_broken_release_says_its_trouble,
    a_broken_release_is_tried_again_when_asked_again,
    failures_count_anew_from_zero_copies,
)
