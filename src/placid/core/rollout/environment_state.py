"""Where an environment stands: the fold of its facts. Pure; nothing here decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never

from placid.core.rollout.environment_facts import (
    Allowed,
    BuildFailed,
    Chosen,
    Crashed,
    DeployAsked,
    EnvironmentFact,
    Quarantined,
    Refused,
    Reverted,
    RollbackAsked,
    RolloutEnded,
    RolloutOpened,
    Skipped,
)
from placid.core.rollout.policy import Policy
from placid.core.rollout.world import Release


@dataclass(frozen=True, slots=True)
class Wanted:
    """A commit that waits for its rollout, and who asked for it ("" for the branch)."""

    commit: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class EnvironmentState:
    """One environment so far.

    live      the release that serves; previous: the ones before it, newest first
    rollout   the open one; rollouts: how many there have been
    revert    a rollout whose commit Git must still be taken back from
    policies  what the commits of releases said of their rollout, by release id
    """

    head: str = ""
    wanted: Wanted | None = None
    live: Release | None = None
    since: datetime | None = None
    previous: tuple[Release, ...] = ()
    quarantined: Mapping[str, str] = field(default_factory=dict[str, str])
    rollout: RolloutOpened | None = None
    rollouts: int = 0
    back: RollbackAsked | None = None
    blamed: RolloutEnded | None = None
    revert: RolloutEnded | None = None
    policies: Mapping[str, Policy] = field(default_factory=dict[str, Policy])


def evolve(state: EnvironmentState, fact: EnvironmentFact) -> EnvironmentState:
    """`state` once `fact` is added."""
    match fact:
        case DeployAsked() | Chosen():
            by, head = ("", fact.commit) if isinstance(fact, Chosen) else (fact.by, state.head)
            return replace(state, head=head, wanted=Wanted(fact.commit, by))
        case Skipped(commit=commit) | BuildFailed(commit=commit):
            waiting = state.wanted if state.wanted and state.wanted.commit != commit else None
            return replace(state, wanted=waiting)
        case RollbackAsked() | Refused():
            return replace(state, back=fact if isinstance(fact, RollbackAsked) else None)
        case RolloutOpened():
            return _opened(state, fact)
        case RolloutEnded():
            return _ended(state, fact)
        case Quarantined() | Allowed() | Reverted() | Crashed():
            return _noted(state, fact)
        case _:
            assert_never(fact)


def _opened(state: EnvironmentState, fact: RolloutOpened) -> EnvironmentState:
    commit = fact.release.commit
    keep = state.wanted if state.wanted and state.wanted.commit != commit else None
    back = None if fact.purpose == "rollback" else state.back
    policies = {id: said for id, said in state.policies.items() if id != fact.release.id}
    if fact.policy is not None:
        policies[fact.release.id] = fact.policy
    state = replace(state, policies=policies)
    return replace(state, rollout=fact, rollouts=fact.number, wanted=keep, back=back)


def _noted(
    state: EnvironmentState, fact: Quarantined | Allowed | Reverted | Crashed
) -> EnvironmentState:
    match fact:
        case Quarantined(commit=commit, why=why):
            return replace(state, quarantined={**state.quarantined, commit: why}, blamed=None)
        case Allowed(commit=commit):
            left = {c: why for c, why in state.quarantined.items() if c != commit}
            return replace(state, quarantined=left)
        case Reverted():
            return replace(state, revert=None)
        case Crashed():
            return state
        case _:
            assert_never(fact)


def _ended(state: EnvironmentState, fact: RolloutEnded) -> EnvironmentState:
    """A release that was taken back is blamed; an older one that could not be gone back to is not.

    Who asked to go back, and named no release, has it once the rollout under way is undone.
    """
    opened = state.rollout
    state = replace(state, rollout=None)
    back = opened is not None and opened.purpose == "rollback"
    if fact.outcome == "promoted":
        left = state.live
        past = (left, *state.previous) if left and left.id != fact.release.id else state.previous
        past = tuple(release for release in past if release.id != fact.release.id)
        state = replace(state, live=fact.release, since=fact.at, previous=past, revert=None)
        if back and opened is not None and left is not None:
            blamed = RolloutEnded(
                fact.number, left, "rolled_back", f"{opened.by} went back", fact.at
            )
            return replace(state, blamed=blamed, revert=blamed)
        return state
    if fact.outcome in ("rolled_back", "aborted") and not back:
        asked = state.back if state.back is not None and state.back.to else None
        return replace(state, back=asked, blamed=fact, revert=fact if state.live else None)
    return state
