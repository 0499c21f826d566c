"""The facts of an environment, stream `environment/<app>/<name>`."""

from __future__ import annotations

from datetime import datetime

from placid.core.rollout.facts import Fact, Outcome
from placid.core.rollout.policy import Policy
from placid.core.rollout.world import Release


class DeployAsked(Fact, frozen=True, tag="deploy_asked"):
    """Somebody asked for a commit (full id) to be deployed."""

    commit: str
    by: str
    at: datetime


class RollbackAsked(Fact, frozen=True, tag="rollback_asked"):
    """Somebody asked to go back, to a release or commit (a prefix) or, with "", to the last one."""

    by: str
    at: datetime
    to: str = ""


class Allowed(Fact, frozen=True, tag="allowed"):
    """Somebody lifted the quarantine of a commit."""

    commit: str
    by: str
    at: datetime


class Chosen(Fact, frozen=True, tag="chosen"):
    """The branch (or the environment before this one) moved to a commit: it is to be deployed.

    skipped   commits in between that will never be deployed here; forced: history was rewritten
    """

    commit: str
    at: datetime
    subject: str = ""
    skipped: tuple[str, ...] = ()
    forced: bool = False


class Skipped(Fact, frozen=True, tag="skipped"):
    """A commit will not be deployed, and why; `live` when what it holds is live already."""

    commit: str
    why: str
    at: datetime
    live: bool = False


class Refused(Fact, frozen=True, tag="refused"):
    """What somebody asked cannot be done, and why."""

    what: str
    why: str
    at: datetime


class BuildFailed(Fact, frozen=True, tag="build_failed"):
    """The release could not be made; what serves is untouched."""

    commit: str
    why: str
    at: datetime
    log: str = ""


class RolloutOpened(Fact, frozen=True, tag="rollout_opened"):
    """Rollout `number` (from 1) of this environment begins; purpose: "deploy" or "rollback".

    policy   what placid.yaml of its commit says; None: it has none, and the agent's own counts
    """

    number: int
    release: Release
    at: datetime
    purpose: str = "deploy"
    by: str = ""
    policy: Policy | None = None


class RolloutEnded(Fact, frozen=True, tag="rollout_ended"):
    """Rollout `number` is over; `why` is its closing sentence."""

    number: int
    release: Release
    outcome: Outcome
    why: str
    at: datetime
    superseded_by: str = ""
    purpose: str = "deploy"


class Quarantined(Fact, frozen=True, tag="quarantined"):
    """A commit is not deployed again until a person allows it."""

    commit: str
    why: str
    at: datetime


class Reverted(Fact, frozen=True, tag="reverted"):
    """Git was brought back to what runs: `said` tells how, or why it was not done."""

    commit: str
    said: str
    at: datetime
    done: bool = True


class Crashed(Fact, frozen=True, tag="crashed"):
    """A bug in placid ended a task; it is tried again after a while."""

    what: str
    at: datetime


EnvironmentFact = (
    DeployAsked
    | RollbackAsked
    | Allowed
    | Chosen
    | Skipped
    | Refused
    | BuildFailed
    | RolloutOpened
    | RolloutEnded
    | Quarantined
    | Reverted
    | Crashed
)
