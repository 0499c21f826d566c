"""A stage: one environment over in-memory ports, ready to be driven, killed and driven again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from placid.base.errors import Problem
from placid.core.rollout.environment import Environment, HeadSeen
from placid.core.rollout.environment_facts import EnvironmentFact
from placid.core.rollout.environment_state import EnvironmentState, evolve
from placid.core.rollout.policy import Policy
from placid.core.rollout.steps import Judge, Scale, Shift, Step
from placid.engine.environments import FACTS, Keeper, Plan, environment_story
from placid.engine.rollouts import Place
from placid.ports import Store
from tests.engine.fakes import (
    BadWhenServing,
    MemoryBuilds,
    MemoryRepository,
    MemorySignal,
    MemoryTarget,
)
from tests.fakes import Fuse, MemoryStore, now

CANARY: tuple[Step, ...] = (
    Scale(1),
    Shift(10.0),
    Judge(10.0),
    Scale(2),
    Shift(100.0),
    Judge(10.0),
)


@dataclass
class Stage:
    """Everything outside of the engine, which outlives any `keeper`.

    policies   what the placid.yaml of commits says; without one `steps`, `how` and `copies` count
    unreadable what is wrong with those of others
    """

    steps: Sequence[Step] = CANARY
    how: Literal["off", "revert"] = "off"
    copies: int = 2
    policies: dict[str, Policy] = field(default_factory=dict[str, Policy])
    unreadable: dict[str, Problem] = field(default_factory=dict[str, Problem])
    store: Store = field(default_factory=MemoryStore)
    target: MemoryTarget = field(default_factory=MemoryTarget)
    signal: MemorySignal = field(default_factory=MemorySignal)
    builds: MemoryBuilds = field(default_factory=MemoryBuilds)
    repository: MemoryRepository = field(default_factory=MemoryRepository)
    head: HeadSeen = field(default_factory=HeadSeen)
    troubles: list[str] = field(default_factory=list[str])
    judge: BadWhenServing = field(init=False)

    def __post_init__(self) -> None:
        self.judge = BadWhenServing(self.target)

    def arm(self, fuse: Fuse) -> None:
        """Every port touches this fuse from now on."""
        self.target.fuse = self.signal.fuse = self.builds.fuse = self.repository.fuse = fuse
        if isinstance(self.store, MemoryStore):
            self.store.fuse = fuse

    def keeper(self) -> Keeper:
        """A new process' keeper over the same outside."""

        async def head() -> HeadSeen:
            return self.head

        async def policy(commit: str) -> Policy | None:
            if commit in self.unreadable:
                raise self.unreadable[commit]
            return self.policies.get(commit)

        machine = Environment(Policy("canary", tuple(self.steps), self.copies, git=self.how))
        plan = Plan("shop", "production", machine, policy)
        place = Place(self.store, self.target, self.signal, self.judge, now)
        return Keeper(plan, place, self.builds, self.repository, head, self.troubles.append)

    async def keep(self, until: Callable[[EnvironmentState], bool]) -> EnvironmentState:
        """Run one process until `until` holds."""
        async with self.keeper().working() as keeper:
            return await keeper.keep(until)

    async def keep_until_live(self, commit: str) -> None:
        """Run one process until `commit` ("" for any) is live."""
        await self.keep(lambda s: s.live is not None and commit in ("", s.live.commit))

    async def keep_until_quarantine(self) -> None:
        """Run one process until some commit is in quarantine."""
        await self.keep(lambda s: bool(s.quarantined))

    async def deploy(self, commit: str) -> EnvironmentState:
        """The branch moves to `commit`; run until that is settled."""
        self.head = HeadSeen(commit, f"tree-{commit}")
        return await self.keep(lambda state: settled(state, commit))

    async def facts(self) -> list[EnvironmentFact]:
        """All facts of the environment."""
        return await environment_story(self.store, "shop", "production").read()

    async def tell(self, fact: EnvironmentFact) -> None:
        """What a face would append."""
        await environment_story(self.store, "shop", "production").tell(fact)

    async def state(self) -> EnvironmentState:
        """The fold of all facts so far."""
        state = EnvironmentState()
        for row in await self.store.read("environment/shop/production"):
            state = evolve(state, FACTS.decode(row.data))
        return state


def settled(state: EnvironmentState, commit: str) -> bool:
    """`commit` was chosen, and nothing about it is under way."""
    busy = state.wanted or state.rollout or state.blamed or state.back
    return state.head == commit and not busy


def kinds(facts: Sequence[EnvironmentFact]) -> list[str]:
    """The tags of facts, in order."""
    return [str(msgspec.to_builtins(fact)["kind"]) for fact in facts]
