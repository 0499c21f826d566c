"""Whatever happens, traffic never goes to a release that is not healthy while a healthy one is."""

from __future__ import annotations

import math
from datetime import timedelta

import trio
import trio.testing
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from placid.core.rollout.environment import HeadSeen
from placid.core.rollout.environment_facts import Allowed, RollbackAsked
from placid.core.rollout.environment_state import EnvironmentState
from placid.core.rollout.facts import (
    AbortAsked,
    PauseAsked,
    PromoteAsked,
    ResumeAsked,
    RolloutFact,
)
from placid.core.rollout.policy import Policy
from placid.core.rollout.steps import Judge, Scale, Shift
from placid.engine.environments import rollout_stream
from placid.engine.rollouts import story
from tests.engine.fakes import release
from tests.engine.stage import Stage
from tests.fakes import EPOCH

ALL = (Shift(100.0), Judge(3.0), Scale(0, "old"))
COMMITS = st.sampled_from(["aaaaa", "bbbbb", "ccccc", "ddddd"])
POLICIES = {
    "bbbbb": Policy("rolling", (Scale(4), Shift(50.0), Judge(3.0), Scale(3, "old"), *ALL), 4),
    "ccccc": Policy("blue-green", (Scale(1), *ALL), 1, warm=5.0, newer="wait", git="revert"),
}


class AnythingHappens(RuleBasedStateMachine):
    """Commits, people, sickness, recovery, kills and time, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = Stage(policies=POLICIES)
        self.seconds = 0.0

    def _live(self, seconds: float) -> None:
        """A process lives for a while, and is killed."""

        async def life() -> None:
            with trio.move_on_after(seconds):
                await self.stage.keep(never)

        trio.run(life, clock=trio.testing.MockClock(autojump_threshold=0))
        self.seconds += seconds

    @initialize()
    def first(self) -> None:
        self.stage.head = HeadSeen("aaaaa", "tree-aaaaa")
        self._live(40.0)

    @rule(commit=COMMITS)
    def push(self, commit: str) -> None:
        self.stage.head = HeadSeen(commit, f"tree-{commit}")
        self._live(1.0)

    @rule(seconds=st.floats(0.1, 30.0))
    def wait(self, seconds: float) -> None:
        self._live(seconds)

    @rule(commit=COMMITS)
    def fall_sick(self, commit: str) -> None:
        if release(commit).id in self.stage.target.world.releases:
            self.stage.target.sicken(release(commit).id)
            self._live(1.0)

    @rule(commit=COMMITS)
    def recover(self, commit: str) -> None:
        self.stage.target.broken.discard(release(commit).id)
        self._live(1.0)

    @rule(commit=COMMITS, bad=st.booleans())
    def judged(self, commit: str, bad: bool) -> None:
        found = self.stage.judge.bad
        (found.add if bad else found.discard)(release(commit).id)

    @rule(what=st.sampled_from(["abort", "promote", "pause", "resume", "rollback", "allow"]))
    def ask(self, what: str) -> None:
        at = EPOCH + timedelta(seconds=self.seconds)

        async def asks() -> None:
            state = await self.stage.state()
            if what == "rollback":
                await self.stage.tell(RollbackAsked("ada", at))
            elif what == "allow":
                await self.stage.tell(Allowed("bbbbb", "ada", at))
            elif state.rollout is not None:
                number = state.rollout.number
                stream = rollout_stream("shop", "production", number)
                facts: dict[str, RolloutFact] = {
                    "abort": AbortAsked("ada", at),
                    "promote": PromoteAsked("ada", at, True),
                    "pause": PauseAsked("ada", at),
                    "resume": ResumeAsked("ada", at),
                }
                if await self.stage.store.read(stream):
                    await story(self.stage.store, stream).tell(facts[what])

        trio.run(asks)
        self._live(1.0)

    @invariant()
    def a_healthy_release_serves(self) -> None:
        assert not self.stage.target.violations
        assert not self.stage.troubles
        assert not self.stage.target.unserved()
        weights = self.stage.target.world.split.weights
        assert not weights or math.isclose(sum(weights.values()), 100.0)


def never(state: EnvironmentState) -> bool:
    return False


AnythingHappens.TestCase.settings = settings(max_examples=12, stateful_step_count=8, deadline=None)
TestAnythingHappens = AnythingHappens.TestCase
