"""The facts of one rollout: past tense, stored, never changed; they only gain optional fields.

A rollout is one stream, `rollout/<app>/<environment>/<number>`, that begins with `Opened` and ends
with `Ended`. What people ask (`AbortAsked`, `PromoteAsked` ...) is a fact like any other: a face
appends it, and the machine decides what it means.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from placid.core.rollout.policy import Standard
from placid.core.rollout.steps import Step
from placid.core.rollout.world import Override, Release

Outcome = Literal["promoted", "rolled_back", "aborted", "superseded"]


class Fact(msgspec.Struct, frozen=True, tag_field="kind"):
    """What every fact of the ledger extends."""


class Opened(Fact, frozen=True, tag="opened"):
    """A rollout began; what it keeps to is frozen here. `judged` is false for a plain going back.

    copies   how many of `stable` run (of `release`, when it is the first)
    """

    release: Release
    steps: tuple[Step, ...]
    copies: int
    at: datetime
    stable: Release | None = None
    strategy: str = ""
    why: str = "deploy"
    by: str = ""
    judged: bool = True
    override: Override | None = None
    standard: Standard = Standard()


class StepStarted(Fact, frozen=True, tag="step_started"):
    """Work on step `index` (from 0) began."""

    index: int
    at: datetime


class StepDone(Fact, frozen=True, tag="step_done"):
    """Step `index` is complete; `note` is the judge's sentence after a Judge step."""

    index: int
    at: datetime
    note: str = ""


class Measured(Fact, frozen=True, tag="measured"):
    """Where the counters stood when the rollout began, so that only what came since counts.

    requests, errors   per release id; slow_ms   stable's own p95, above which a request is slow
    """

    requests: dict[str, int]
    errors: dict[str, int]
    at: datetime
    slow_ms: float = 0.0
    latency: dict[str, tuple[tuple[float, int], ...]] = {}


class Failed(Fact, frozen=True, tag="failed"):
    """The new release is worse, unhealthy or crashes: it is being taken back."""

    why: str
    at: datetime
    numbers: dict[str, float] = {}


class Held(Fact, frozen=True, tag="held"):
    """The rollout waits for a person: `promote` or `abort` ends the wait."""

    why: str
    at: datetime


class AbortAsked(Fact, frozen=True, tag="abort_asked"):
    """Somebody asked to stop and go back."""

    by: str
    at: datetime
    why: str = ""


class PromoteAsked(Fact, frozen=True, tag="promote_asked"):
    """Somebody asked to pass the present wait (`full`: every wait that is left)."""

    by: str
    at: datetime
    full: bool = False


class PauseAsked(Fact, frozen=True, tag="pause_asked"):
    """Somebody asked to stay at the present step; a bad release still goes back."""

    by: str
    at: datetime


class ResumeAsked(Fact, frozen=True, tag="resume_asked"):
    """Somebody asked to go on after a pause."""

    by: str
    at: datetime


class Superseded(Fact, frozen=True, tag="superseded"):
    """A newer commit takes this one's place: go back to stable without blame."""

    commit: str
    at: datetime


class Ended(Fact, frozen=True, tag="ended"):
    """The rollout is over."""

    outcome: Outcome
    why: str
    at: datetime


RolloutFact = (
    Opened
    | StepStarted
    | StepDone
    | Measured
    | Failed
    | Held
    | AbortAsked
    | PromoteAsked
    | PauseAsked
    | ResumeAsked
    | Superseded
    | Ended
)
