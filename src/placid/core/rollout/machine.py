"""The rollout: one machine walks the steps of every strategy, and owns going back.

opened --StepDone--> ... --last step--> Ended(promoted)
   \\--Failed | AbortAsked | Superseded--> traffic to stable --> Ended(rolled_back | aborted | ...)

Each look yields one thing: a fact, or the wishes that close the gap between what the steps done so
far ask for and what was seen. Invariant: traffic goes only to a release that is healthy now, and a
release that serves is never scaled down before another one serves in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from placid.core.machine import Decision
from placid.core.rollout.facts import (
    Ended,
    Failed,
    Held,
    Measured,
    Outcome,
    RolloutFact,
    StepDone,
    StepStarted,
)
from placid.core.rollout.state import State, evolve
from placid.core.rollout.steps import Approve, Judge, Preview, Scale, Shift, Step
from placid.core.rollout.world import Override, Release, Split, World
from placid.core.verdict import Verdict


@dataclass(frozen=True, slots=True)
class SetScale:
    """Run so many copies of a release."""

    release: str
    copies: int


@dataclass(frozen=True, slots=True)
class SetTraffic:
    """Share traffic like this."""

    split: Split


@dataclass(frozen=True, slots=True)
class Retire:
    """Drain and stop a release."""

    release: str


@dataclass(frozen=True, slots=True)
class SetSlow:
    """Count requests slower than this as slow."""

    ms: float


Wish = SetScale | SetTraffic | Retire | SetSlow


@dataclass(frozen=True, slots=True)
class Seen:
    """One look: the world, the judge's word, counters to start from (None: no counters), and the
    duration above which requests count as slow now (0: none do)."""

    world: World
    verdict: Verdict
    baseline: Measured | None = None
    slow_ms: float = 0.0


Next = Decision[RolloutFact, Wish]
SOON = timedelta(milliseconds=200)
CRASH_LOOP = 3


@dataclass(frozen=True, slots=True)
class Rollout:
    """The machine for one rollout of an environment; `stream` names it in the evidence."""

    stream: str

    def start(self) -> State:
        return State()

    def done(self, state: State) -> bool:
        return state.ended is not None

    def evolve(self, state: State, event: RolloutFact) -> State:
        return evolve(state, event)

    def decide(self, state: State, seen: Seen, now: datetime) -> Next:
        if state.opened is None:
            return Decision()
        if state.measured is None and seen.baseline is not None:
            return Decision(events=(seen.baseline,))
        if state.going_back:
            return self._go_back(state, seen, now)
        if state.index >= len(state.opened.steps):
            return Decision(events=(Ended("promoted", _summary(state), now),))
        worse = self._worse(state, seen)
        if worse:
            return Decision(events=(Failed(worse, now, dict(seen.verdict.numbers)),))
        if state.started is None:
            return Decision(events=(StepStarted(state.index, now),))
        onward = self._advance(state, seen, now)
        wishes = self._keep(state, seen)
        return onward if onward.events or not wishes else Decision(effects=wishes, wake=SOON)

    def _worse(self, state: State, seen: Seen) -> str:
        assert state.opened is not None
        new = seen.world.of(state.opened.release.id)
        if new.failures >= CRASH_LOOP:
            return f"the new release does not stay up: {new.trouble or 'its copies keep ending'}"
        starting = isinstance(self._step(state), Scale) and not state.wanted_before()
        if not new.ready and (new.failures if starting else state.wanted_before()):
            return f"the new release is not healthy: {new.trouble or 'no copy answers its probes'}"
        if state.opened.judged and seen.verdict.outcome == "bad":
            return f"the new release is worse: {seen.verdict.sentence}"
        return ""

    def _keep(self, state: State, seen: Seen) -> tuple[Wish, ...]:
        """Wishes that bring the world to where the steps so far want it, safest first."""
        assert state.opened is not None
        new_copies, old_copies, percent = state.wanted()
        release, stable = state.opened.release, state.opened.stable
        new = seen.world.of(release.id)
        wishes: list[Wish] = []
        if new.wanted != new_copies or new.alive < new_copies:
            wishes.append(SetScale(release.id, new_copies))
        split = self._split(state, seen, percent)
        if split is not None and seen.world.split != split:
            wishes.append(SetTraffic(split))
        elif stable is not None and self._may_scale_old(seen, stable, old_copies, new.ready):
            wishes.append(SetScale(stable.id, old_copies))
        if state.slow_ms not in (0.0, seen.slow_ms):
            wishes.append(SetSlow(state.slow_ms))
        return tuple(wishes)

    def _may_scale_old(self, seen: Seen, stable: Release, copies: int, new_ready: int) -> bool:
        old = seen.world.of(stable.id)
        if old.alive >= copies and old.wanted == copies:
            return False
        others = new_ready > 0 and seen.world.split.weights.get(stable.id, 0) < 100
        return copies >= old.wanted or others

    def _split(self, state: State, seen: Seen, percent: float) -> Split | None:
        """How traffic should be shared now; None while nothing healthy can serve."""
        assert state.opened is not None
        release, stable = state.opened.release, state.opened.stable
        weights = steer(percent, release.id, stable.id if stable else None, seen.world)
        if weights is None:
            return None
        ready, given = seen.world.of(release.id).ready > 0, state.opened.override
        override = None
        if given is not None and ready and weights.get(release.id) != 100.0:
            override = Override(release.id, given.header, given.cookie, given.value)
        preview = release.id if ready and self._previewed(state) else ""
        canary = release.id if 0 < weights.get(release.id, 0) < 100 else ""
        return Split(weights, self.stream, canary, override, preview)

    def _step(self, state: State) -> Step | None:
        assert state.opened is not None
        steps = state.opened.steps
        return steps[state.index] if state.index < len(steps) else None

    def _previewed(self, state: State) -> bool:
        assert state.opened is not None
        return any(isinstance(step, Preview) for step in state.opened.steps[: state.index + 1])

    def _advance(self, state: State, seen: Seen, now: datetime) -> Next:
        assert state.opened is not None and state.started is not None
        step = state.opened.steps[state.index]
        done: Next = Decision(events=(StepDone(state.index, now),))
        if state.paused and isinstance(step, Judge | Approve):
            return Decision(wake=SOON)
        match step:
            case Scale():
                return done if self._scaled(state, seen, step) else Decision(wake=SOON)
            case Shift(percent=percent):
                share = seen.world.split.weights.get(state.opened.release.id, 0.0)
                alone = share == 100.0  # nothing else is healthy: there is nothing to split
                if not alone and abs(share - percent) >= 1e-6:
                    return Decision(wake=SOON)
                counted = (seen.baseline,) if seen.baseline else ()
                return Decision(events=(*done.events, *counted))
            case Preview():
                return done
            case Approve(reason=reason):
                return self._approve(state, reason, now)
            case Judge(seconds=seconds):
                return self._judge(state, seen, now, timedelta(seconds=seconds))
            case _:
                assert_never(step)

    def _scaled(self, state: State, seen: Seen, step: Scale) -> bool:
        assert state.opened is not None
        if step.which == "new":
            return seen.world.of(state.opened.release.id).ready >= step.copies
        stable, (_, copies, _) = state.opened.stable, state.wanted()
        return stable is None or seen.world.of(stable.id).wanted == copies

    def _approve(self, state: State, reason: str, now: datetime) -> Next:
        if state.passed or state.full:
            return Decision(events=(StepDone(state.index, now, "approved"),))
        if state.held != reason:
            return Decision(events=(Held(reason, now),))
        return Decision(wake=SOON)

    def _judge(self, state: State, seen: Seen, now: datetime, bake: timedelta) -> Next:
        assert state.opened is not None and state.started is not None
        verdict = seen.verdict
        done: Next = Decision(events=(StepDone(state.index, now, verdict.sentence),))
        if state.passed or state.full:
            return done
        if verdict.sick and state.opened.judged:
            if not state.held:
                return Decision(events=(Held(verdict.sentence, now),))
            return Decision(wake=SOON)
        left = state.started + bake - now
        new = seen.world.of(state.opened.release.id)
        if left > timedelta(0) or new.ready < new.wanted:
            return Decision(wake=min(max(left, timedelta(0)), SOON) or SOON)
        return done

    def _leave_nothing(self, state: State, seen: Seen, now: datetime) -> Next:
        """A first release that failed: nobody was served before, and nobody is after."""
        assert state.opened is not None
        release = state.opened.release
        if seen.world.split.weights:
            return Decision(effects=(SetTraffic(Split(label=self.stream)),))
        if release.id in seen.world.releases:
            return Decision(effects=(Retire(release.id),), wake=SOON)
        why = f"{state.going_back}; there was nothing before it, so nothing runs now"
        return Decision(events=(Ended(_outcome(state), why, now),))

    def _go_back(self, state: State, seen: Seen, now: datetime) -> Next:
        """Traffic first (stable is brought back to full size before it takes it), then the rest."""
        assert state.opened is not None
        release, stable = state.opened.release, state.opened.stable
        if stable is None:
            return self._leave_nothing(state, seen, now)
        copies = state.opened.copies
        old = seen.world.of(stable.id)
        wishes: list[Wish] = []
        if old.wanted < copies or old.alive < copies:
            wishes.append(SetScale(stable.id, copies))
        weights = steer(0.0, release.id, stable.id, seen.world)
        if weights is not None and seen.world.split != Split(weights, self.stream):
            wishes.insert(0, SetTraffic(Split(weights, self.stream)))
        if wishes or weights != {stable.id: 100.0} or old.ready < copies:
            return Decision(effects=tuple(wishes), wake=SOON)
        if release.id in seen.world.releases:
            return Decision(effects=(Retire(release.id),), wake=SOON)
        return Decision(events=(Ended(_outcome(state), state.going_back, now),))


def _outcome(state: State) -> Outcome:
    if state.superseded:
        return "superseded"
    return "aborted" if state.aborted else "rolled_back"


def _summary(state: State) -> str:
    return state.notes[-1] if state.notes else "every step passed"


def steer(percent: float, new: str, old: str | None, world: World) -> dict[str, float] | None:
    """Percent per release: as wanted, but never to a release that is not ready while another is.

    None when there is nothing to change: none is ready, or the first release has no turn yet.
    """
    new_ready = world.of(new).ready > 0
    old_ready = old is not None and world.of(old).ready > 0
    if old is not None and old_ready and (percent <= 0 or not new_ready):
        return {old: 100.0}
    if new_ready and (percent >= 100 or not old_ready):
        return None if old is None and percent <= 0 else {new: 100.0}
    if old is not None and old_ready:
        return {new: percent, old: 100.0 - percent}
    others = sorted(id for id, running in world.releases.items() if running.ready)
    return {others[0]: 100.0} if others and world.split.weights else None
