"""The environment: chooses the commit to deploy, opens rollouts, and keeps what is live alive.

head moves --Chosen--> build --RolloutOpened--> rollout --RolloutEnded--> live | Quarantined
The newest commit wins; those passed over are Skipped. While nothing is rolled out it keeps the live
release at full size, the one before it warm for a while, and stops the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from placid.core.machine import Decision
from placid.core.rollout.environment_facts import (
    BuildFailed,
    Chosen,
    EnvironmentFact,
    Quarantined,
    Refused,
    RolloutEnded,
    RolloutOpened,
    Skipped,
)
from placid.core.rollout.environment_state import EnvironmentState, Wanted, evolve
from placid.core.rollout.machine import Retire, SetScale, SetTraffic, steer
from placid.core.rollout.policy import Policy
from placid.core.rollout.state import State as RolloutState
from placid.core.rollout.world import Release, Split, World


@dataclass(frozen=True, slots=True)
class MakeRelease:
    """Build a commit (in the background; asking again while it runs does nothing)."""

    commit: str


@dataclass(frozen=True, slots=True)
class DriveRollout:
    """Begin a rollout by `policy`, or carry it on when nobody does; `copies` of stable run."""

    opened: RolloutOpened
    stable: Release | None
    policy: Policy
    copies: int


@dataclass(frozen=True, slots=True)
class Supersede:
    """Tell an open rollout that a newer commit, built and ready, takes its place."""

    number: int
    commit: str


@dataclass(frozen=True, slots=True)
class StopRollout:
    """Tell an open rollout that somebody asked to go back."""

    number: int
    by: str


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Bring Git back to what runs; `how`: "revert" or "pull-request"."""

    bad: str
    good: str
    why: str
    how: str


EnvironmentWish = (
    SetScale | SetTraffic | Retire | MakeRelease | DriveRollout | Supersede | StopRollout | TakeBack
)


@dataclass(frozen=True, slots=True)
class BuildSeen:
    """The build of the wanted commit, and what its placid.yaml says of its rollout."""

    status: Literal["missing", "running", "built", "failed"] = "missing"
    release: Release | None = None
    why: str = ""
    log: str = ""
    policy: Policy | None = None


@dataclass(frozen=True, slots=True)
class HeadSeen:
    """Where the branch, or the environment before this one, stands ("" when unknown)."""

    commit: str = ""
    tree: str = ""
    subject: str = ""
    skipped: tuple[str, ...] = ()
    forced: bool = False


@dataclass(frozen=True, slots=True)
class EnvironmentSeen:
    """One look. `driven` is true when a task carries the open rollout on."""

    world: World
    head: HeadSeen = HeadSeen()
    build: BuildSeen = BuildSeen()
    rollout: RolloutState | None = None
    driven: bool = False


Next = Decision[EnvironmentFact, EnvironmentWish]
REST = timedelta(seconds=1)
QUICK = timedelta(milliseconds=100)


@dataclass(frozen=True, slots=True)
class Environment:
    """The machine for one environment. `own` is the policy of the agent's file, for commits that
    have none; `kept` releases before the live one can be gone back to."""

    own: Policy
    kept: int = 5

    def start(self) -> EnvironmentState:
        return EnvironmentState()

    def done(self, state: EnvironmentState) -> bool:
        return False

    def evolve(self, state: EnvironmentState, event: EnvironmentFact) -> EnvironmentState:
        return evolve(state, event)

    def decide(self, state: EnvironmentState, seen: EnvironmentSeen, now: datetime) -> Next:
        step = (
            self._blame(state, now)
            or self._choose(state, seen, now)
            or self._roll(state, seen, now)
            or self._back(state, now)
            or self._start(state, seen, now)
        )
        if step is not None:
            return step
        taken = self.reverts(state)
        if taken is not None:
            return Decision(effects=(taken,))
        wishes = self.steady(state, seen.world, now)
        return Decision(effects=wishes, wake=QUICK if wishes else REST)

    def policy(self, state: EnvironmentState, release: Release) -> Policy:
        """What counts for a release."""
        return state.policies.get(release.id, self.own)

    def reverts(self, state: EnvironmentState) -> TakeBack | None:
        """What is still to be done in Git, if anything."""
        bad, live = state.revert, state.live
        if bad is None or live is None:
            return None
        how = self.policy(state, bad.release).git
        return TakeBack(bad.release.commit, live.commit, bad.why, how) if how != "off" else None

    def _blame(self, state: EnvironmentState, now: datetime) -> Next | None:
        if state.blamed is None:
            return None
        return Decision(events=(Quarantined(state.blamed.release.commit, state.blamed.why, now),))

    def _choose(self, state: EnvironmentState, seen: EnvironmentSeen, now: datetime) -> Next | None:
        head = seen.head
        if not head.commit or head.commit == state.head:
            return None
        facts: list[EnvironmentFact] = []
        if state.wanted and state.wanted.commit != head.commit:
            facts.append(Skipped(state.wanted.commit, f"{head.commit[:10]} is newer", now))
        facts.append(Chosen(head.commit, now, head.subject, head.skipped, head.forced))
        return Decision(events=tuple(facts))

    def _roll(self, state: EnvironmentState, seen: EnvironmentSeen, now: datetime) -> Next | None:
        opened, rollout = state.rollout, seen.rollout
        if opened is None:
            return None
        if rollout is not None and rollout.ended is not None:
            end = rollout.ended
            number, release = opened.number, opened.release
            by, purpose = rollout.superseded, opened.purpose
            ended = RolloutEnded(number, release, end.outcome, end.why, now, by, purpose)
            return Decision(events=(ended,))
        if not seen.driven:
            live, policy = state.live, self.policy(state, opened.release)
            copies = self.policy(state, live or opened.release).copies
            return Decision(effects=(DriveRollout(opened, live, policy, copies),), wake=QUICK)
        if rollout is not None and not rollout.going_back and opened.purpose == "deploy":
            if state.back is not None:
                return Decision(effects=(StopRollout(opened.number, state.back.by),), wake=QUICK)
            return self._newer(state, seen, now)
        return Decision(wake=REST)

    def _newer(self, state: EnvironmentState, seen: EnvironmentSeen, now: datetime) -> Next:
        """A newer commit is built while the rollout goes on, and only then takes its place."""
        assert state.rollout is not None
        newer = self.policy(state, state.rollout.release).newer
        if state.wanted is None or newer == "wait":
            return Decision(wake=REST)
        skip = self._unfit(state, seen, now)
        if skip is not None:
            return skip
        match seen.build.status:
            case "missing":
                return Decision(effects=(MakeRelease(state.wanted.commit),), wake=QUICK)
            case "running":
                return Decision(wake=QUICK)
            case "failed":
                return self._broken(state.wanted, seen, now)
            case "built":
                wish = Supersede(state.rollout.number, state.wanted.commit)
                return Decision(effects=(wish,), wake=QUICK)

    def reachable(self, state: EnvironmentState) -> tuple[Release, ...]:
        """The releases that can be gone back to, newest first."""
        return state.previous[: self.kept]

    def _back(self, state: EnvironmentState, now: datetime) -> Next | None:
        if state.back is None:
            return None
        to, by, known = state.back.to, state.back.by, self.reachable(state)
        fitting = [r for r in known if r.id.startswith(to) or r.commit.startswith(to)]
        if not fitting:
            ids = ", ".join(release.id for release in known) or "none"
            what = f"go back to {to}" if to else "go back"
            why = f"no such release before the live one (kept: {ids})"
            return Decision(events=(Refused(what, why, now),))
        number = state.rollouts + 1
        policy = state.policies.get(fitting[0].id)
        return Decision(events=(RolloutOpened(number, fitting[0], now, "rollback", by, policy),))

    def _start(self, state: EnvironmentState, seen: EnvironmentSeen, now: datetime) -> Next | None:
        if state.wanted is None or state.rollout is not None:
            return None
        skip = self._unfit(state, seen, now)
        if skip is not None:
            return skip
        match seen.build.status:
            case "missing":
                return Decision(effects=(MakeRelease(state.wanted.commit),), wake=QUICK)
            case "running":
                wishes = self.steady(state, seen.world, now)
                return Decision(effects=wishes, wake=QUICK)
            case "failed":
                return self._broken(state.wanted, seen, now)
            case "built":
                return self._open(state, seen, now)

    def _open(self, state: EnvironmentState, seen: EnvironmentSeen, now: datetime) -> Next:
        assert state.wanted is not None and seen.build.release is not None
        release, live = seen.build.release, state.live
        if live is not None and release.id == live.id:
            return Decision(
                events=(Skipped(state.wanted.commit, "it is live already", now, live=True),)
            )
        same = live is not None and (live.tree, live.config) == (release.tree, release.config)
        if same and not state.wanted.by:
            why = f"it holds the same files as {live.id if live else ''}, which is live"
            return Decision(events=(Skipped(state.wanted.commit, why, now, live=True),))
        number, by = state.rollouts + 1, state.wanted.by
        policy = seen.build.policy
        return Decision(events=(RolloutOpened(number, release, now, "deploy", by, policy),))

    def _unfit(self, state: EnvironmentState, seen: EnvironmentSeen, now: datetime) -> Next | None:
        assert state.wanted is not None
        why = state.quarantined.get(state.wanted.commit)
        if why is not None:
            said = f"it is in quarantine: {why}"
            return Decision(events=(Skipped(state.wanted.commit, said, now),))
        return None

    def _broken(self, wanted: Wanted, seen: EnvironmentSeen, now: datetime) -> Next:
        return Decision(events=(BuildFailed(wanted.commit, seen.build.why, now, seen.build.log),))

    def steady(
        self, state: EnvironmentState, world: World, now: datetime
    ) -> tuple[EnvironmentWish, ...]:
        """While nothing is rolled out: live at full size, the one before warm, the rest stopped."""
        live = state.live
        if live is None or state.rollout is not None:
            return ()
        wishes: list[EnvironmentWish] = []
        running, copies = world.of(live.id), self.policy(state, live).copies
        if running.wanted != copies or running.alive < copies:
            wishes.append(SetScale(live.id, copies))
        before = self._warm(state, world, now)
        weights = steer(100.0, live.id, before, world)
        if weights is not None and world.split != Split(weights):
            wishes.append(SetTraffic(Split(weights)))
        stay = {live.id, before or ""} | set(weights or world.split.weights)
        if running.ready:
            wishes += [Retire(id) for id in world.releases if id not in stay]
        return tuple(wishes)

    def _warm(self, state: EnvironmentState, world: World, now: datetime) -> str | None:
        assert state.since is not None and state.live is not None
        warm = timedelta(seconds=self.policy(state, state.live).warm)
        if now >= state.since + warm or not state.previous:
            return None
        before = state.previous[0].id
        return before if world.of(before).wanted else None
