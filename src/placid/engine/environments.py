"""Environments: what the environment machine sees, and how its wishes are carried out.

Builds and rollouts run as tasks of their own inside the keeper's task group; a kill ends them all,
and the next look starts again what is missing. A bug or a Problem in one of them becomes a fact,
never the end of the others.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import assert_never

import anyio
import msgspec
from anyio.abc import TaskGroup

from placid.base.errors import Conflict, Problem, Unavailable
from placid.core.rollout.environment import (
    BuildSeen,
    DriveRollout,
    Environment,
    EnvironmentSeen,
    EnvironmentWish,
    HeadSeen,
    MakeRelease,
    StopRollout,
    Supersede,
    TakeBack,
)
from placid.core.rollout.environment_facts import Crashed, EnvironmentFact, Reverted
from placid.core.rollout.environment_state import EnvironmentState
from placid.core.rollout.facts import AbortAsked, Failed, Opened, Superseded
from placid.core.rollout.machine import Retire, SetScale, SetTraffic
from placid.core.rollout.policy import Policy
from placid.core.rollout.state import State as RolloutState
from placid.core.rollout.state import evolve
from placid.core.rollout.steps import Approve, Judge, Scale, Shift, Step
from placid.engine.loop import Hands, Nudge, Story, drive
from placid.engine.rollouts import Place, carry_out, roll, story
from placid.ports import Builds, Repository, Store

FACTS: msgspec.json.Decoder[EnvironmentFact] = msgspec.json.Decoder(EnvironmentFact)
AGAIN = 5.0


def environment_story(store: Store, app: str, name: str) -> Story[EnvironmentFact]:
    """The stream of one environment."""
    return Story(store, f"environment/{app}/{name}", FACTS)


def rollout_stream(app: str, name: str, number: int) -> str:
    """The name of the stream of one rollout."""
    return f"rollout/{app}/{name}/{number}"


@dataclass(frozen=True, slots=True)
class Plan:
    """Which environment is kept, and by what: its machine, and what commits say of their rollout.

    policy   reads placid.yaml at a commit; None when it has none
    """

    app: str
    name: str
    machine: Environment
    policy: Callable[[str], Awaitable[Policy | None]]


@dataclass
class Keeper:
    """Keeps one environment. `head` tells where its source stands; `trouble` hears of failures."""

    plan: Plan
    place: Place
    builds: Builds
    repository: Repository
    head: Callable[[], Awaitable[HeadSeen]]
    trouble: Callable[[str], None]
    nudge: Nudge = field(default_factory=Nudge)
    _making: set[str] = field(default_factory=set[str])
    _rolling: set[int] = field(default_factory=set[int])
    _tasks: TaskGroup | None = None

    @asynccontextmanager
    async def working(self) -> AsyncGenerator[Keeper]:
        """Owns the tasks of builds and rollouts; leaving ends them (they resume when next kept)."""
        async with anyio.create_task_group() as tasks:
            self._tasks = tasks
            yield self
            tasks.cancel_scope.cancel()

    async def keep(self, until: Callable[[EnvironmentState], bool]) -> EnvironmentState:
        """Work until `until` holds of the environment's state."""
        hands = Hands(self._look, self._act, self.place.now, self.nudge)
        return await drive(self.plan.machine, self._story(), hands, until)

    async def settle(self, state: EnvironmentState, seconds: float) -> None:
        """Leave things tidy (traffic on live alone, old releases stopped) within `seconds`."""
        with anyio.move_on_after(seconds):
            while True:
                world = await self.place.target.look()
                wishes = self.plan.machine.steady(state, world, self.place.now())
                if not wishes:
                    return
                for wish in wishes:
                    await self._act(wish)
                await anyio.sleep(0.1)

    def _story(self) -> Story[EnvironmentFact]:
        return environment_story(self.place.store, self.plan.app, self.plan.name)

    def _stream(self, number: int) -> str:
        return rollout_stream(self.plan.app, self.plan.name, number)

    async def _look(self, state: EnvironmentState) -> EnvironmentSeen:
        build = BuildSeen()
        if state.wanted is not None:
            build = await self._build(state.wanted.commit)
        rollout, driven = None, False
        if state.rollout is not None:
            number = state.rollout.number
            rollout = await self._rollout(number)
            driven = number in self._rolling
        world = await self.place.target.look()
        return EnvironmentSeen(world, await self.head(), build, rollout, driven)

    async def _build(self, commit: str) -> BuildSeen:
        if commit in self._making:
            return BuildSeen("running")
        build = await self.builds.look(commit)
        if build.status != "built":
            status = "missing" if build.status == "running" else build.status
            return BuildSeen(status, why=build.why, log=build.log)
        try:
            policy = await self.plan.policy(commit)
        except Unavailable:
            raise
        except Problem as problem:  # an older placid could read it: what is live is kept on
            return BuildSeen("failed", why=problem.what, log=build.log)
        return BuildSeen("built", build.release, log=build.log, policy=policy)

    async def _rollout(self, number: int) -> RolloutState:
        state = RolloutState()
        for fact in await story(self.place.store, self._stream(number)).read():
            state = evolve(state, fact)
        return state

    async def _act(self, wish: EnvironmentWish) -> None:
        match wish:
            case SetScale() | SetTraffic() | Retire():
                await carry_out(self.place, wish)
            case MakeRelease(commit=commit):
                self._spawn_build(commit)
            case DriveRollout():
                await self._begin(wish)
            case Supersede(number=number, commit=commit):
                fact = Superseded(commit, self.place.now())
                await story(self.place.store, self._stream(number)).tell(fact)
            case StopRollout(number=number, by=by):
                stop = AbortAsked(by, self.place.now(), "to go back")
                await story(self.place.store, self._stream(number)).tell(stop)
            case TakeBack():
                await self._take_back(wish)
            case _:
                assert_never(wish)

    def _spawn_build(self, commit: str) -> None:
        assert self._tasks is not None
        if commit not in self._making:
            self._making.add(commit)
            self._tasks.start_soon(self._make, commit)

    async def _make(self, commit: str) -> None:
        try:
            await self.builds.make(commit)
        except Exception as error:
            await self._failed(f"building {commit[:10]}", error)
            await anyio.sleep(AGAIN)
        finally:
            self._making.discard(commit)
            self.nudge.give()

    async def _begin(self, wish: DriveRollout) -> None:
        assert self._tasks is not None
        opened, number = wish.opened, wish.opened.number
        if number in self._rolling:
            return
        policy, back = wish.policy, opened.purpose == "rollback"
        first = Opened(
            opened.release,
            _steps(policy, back, wish.stable is None),
            wish.copies,
            self.place.now(),
            wish.stable,
            "instant" if back else policy.strategy,
            opened.purpose,
            opened.by,
            judged=not back,
            override=policy.override,
            standard=policy.standard,
        )
        with suppress(Conflict):  # it had begun before we came
            await story(self.place.store, self._stream(number)).append(0, first)
        self._rolling.add(number)
        self._tasks.start_soon(self._roll, number)

    async def _roll(self, number: int) -> None:
        try:
            await roll(self.place, self._stream(number))
            await self._prune()
        except Problem as problem:
            self.trouble(problem.what)
            await self._give_up(number, f"it could not go on: {problem.what}")
            await anyio.sleep(1.0)
        except Exception as error:
            await self._failed(f"rollout {number}", error)
            await anyio.sleep(AGAIN)
        finally:
            self._rolling.discard(number)
            self.nudge.give()

    async def _give_up(self, number: int, why: str) -> None:
        """What a person must mend sends a rollout back, once; going back is then tried for ever."""
        state = await self._rollout(number)
        if not state.going_back and state.ended is None:
            fact = Failed(why, self.place.now())
            await story(self.place.store, self._stream(number)).tell(fact)

    async def _prune(self) -> None:
        """Old builds go, but for those that run or can be gone back to."""
        world = await self.place.target.look()
        machine, state = self.plan.machine, self.plan.machine.start()
        for fact in await self._story().read():
            state = machine.evolve(state, fact)
        known = (state.live, *machine.reachable(state))
        ids = {release.id for release in known if release is not None}
        await self.builds.prune(frozenset(ids | set(world.releases)))

    async def _failed(self, what: str, error: Exception) -> None:
        said = f"{what}: {type(error).__name__}: {error}"
        self.trouble(said)
        await self._story().tell(Crashed(said, self.place.now()))

    async def _take_back(self, wish: TakeBack) -> None:
        try:
            said = await self.repository.take_back(wish.bad, wish.good, wish.why, wish.how)
            fact = Reverted(wish.bad, said, self.place.now())
        except Unavailable:
            raise
        except Problem as problem:
            said = f"Git was left alone: {problem.what}" + (
                f" ({problem.fix})" if problem.fix else ""
            )
            fact = Reverted(wish.bad, said, self.place.now(), done=False)
        await self._story().tell(fact)


def _steps(policy: Policy, back: bool, first: bool) -> tuple[Step, ...]:
    """The strategy's steps; at once when going back; without shares for a first release,
    which has nothing to share with or to be compared to."""
    at_once: tuple[Step, ...] = (Scale(policy.copies), Shift(100.0))
    if back:
        return at_once
    if not first:
        return policy.steps
    asked = tuple(step for step in policy.steps if isinstance(step, Approve))
    watched = [step for step in policy.steps if isinstance(step, Judge)]
    return (*asked, *at_once, *watched[-1:])
