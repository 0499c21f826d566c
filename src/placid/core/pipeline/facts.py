"""The facts of one pipeline run: past tense, stored, never changed; they only gain optional fields.

A run is one stream, `run/<app>/<number>`, that begins with `RunStarted` and ends with `RunEnded`.
A job of the workflow becomes one or more legs (one for each combination of its matrix; GitHub calls
those jobs, too). A leg's id is unique in the run: "test", "test (3.11)", and below a called
workflow "deploy / push (eu)". Texts in facts have their secrets masked.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Result = Literal["success", "failure", "cancelled", "skipped"]
Level = Literal["error", "warning", "notice"]


class RunFact(msgspec.Struct, frozen=True, tag_field="kind", omit_defaults=True):
    """What every fact of a run extends."""


class Origin(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which commit runs, from which repository. `slug` is owner/name."""

    commit: str
    ref: str
    slug: str
    url: str = ""
    subject: str = ""
    dirty: bool = False


class RunStarted(RunFact, frozen=True, tag="run_started"):
    """A run of the workflow at `path` began, for an event.

    text     the workflow as it was read, so that a resumed run goes on with the same one
    called   the reusable workflows it calls, by what `uses` says, as far as they were found
    jobs     the ids that were asked for (`--job`), with what they need; empty for all
    github   the github context without the event and the token
    payload  the event's JSON as GitHub would send it
    guarded  the environments that somebody must open
    attempt  counts from 1; a re-run of failed jobs is a run of its own that names its `before`
    """

    number: int
    path: str
    text: str
    event: str
    origin: Origin
    at: datetime
    actor: str = ""
    name: str = ""
    called: dict[str, str] = {}
    github: dict[str, object] = {}
    guarded: tuple[str, ...] = ()
    payload: dict[str, object] = {}
    inputs: dict[str, object] = {}
    jobs: tuple[str, ...] = ()
    attempt: int = 1
    before: int = 0


class Leg(msgspec.Struct, frozen=True, omit_defaults=True):
    """One combination of a job's matrix, everything but its steps evaluated.

    job        the path of its job: ids joined by "/" ("deploy/push"); name: as GitHub shows it
    group      the concurrency group it must hold, "" for none
    """

    id: str
    job: str
    name: str
    matrix: dict[str, object] = {}
    index: int = 0
    total: int = 1
    group: str = ""
    cancels: bool = False
    environment: str = ""
    tolerated: bool = False


class JobExpanded(RunFact, frozen=True, tag="job_expanded"):
    """What a job needs is done and its condition holds: these legs are to run."""

    job: str
    legs: tuple[Leg, ...]
    at: datetime
    fail_fast: bool = True
    max_parallel: int = 0


class JobSkipped(RunFact, frozen=True, tag="job_skipped"):
    """A job does not run, and why; `result` is "failure" when its keys cannot be evaluated."""

    job: str
    name: str
    why: str
    at: datetime
    result: Result = "skipped"


class LegWaits(RunFact, frozen=True, tag="leg_waits"):
    """A leg cannot start yet: for its concurrency group, or for somebody's approval."""

    leg: str
    why: str
    at: datetime


class LegStarted(RunFact, frozen=True, tag="leg_started"):
    """Work on a leg began; a second one for the same leg means that it began anew after a crash."""

    leg: str
    at: datetime


class StepStarted(RunFact, frozen=True, tag="step_started"):
    """A step began. `index` counts from 0 over the steps as written; those before and after the
    job's own (setting up, `Post ...`) have phase "pre" and "post"."""

    leg: str
    index: int
    name: str
    at: datetime
    id: str = ""
    phase: Literal["pre", "main", "post"] = "main"


class Annotation(msgspec.Struct, frozen=True, omit_defaults=True):
    """An error, warning or notice a step reported."""

    level: Level
    message: str
    file: str = ""
    line: int = 0
    col: int = 0
    end_line: int = 0
    end_col: int = 0
    title: str = ""


class StepDone(RunFact, frozen=True, tag="step_done"):
    """A step ended or was skipped. `outcome` is before `continue-on-error`, conclusion after.

    why   the sentence of a failure or of skipping
    log   its file, relative to the run's folder; lines: how many it holds
    """

    leg: str
    index: int
    name: str
    outcome: Result
    conclusion: Result
    at: datetime
    id: str = ""
    phase: Literal["pre", "main", "post"] = "main"
    seconds: float = 0.0
    why: str = ""
    log: str = ""
    lines: int = 0
    annotations: tuple[Annotation, ...] = ()


class LegEnded(RunFact, frozen=True, tag="leg_ended"):
    """A leg is over. `reused` names the run whose result was taken, for a pure job."""

    leg: str
    result: Result
    at: datetime
    outputs: dict[str, str] = {}
    why: str = ""
    seconds: float = 0.0
    reused: int = 0
    differs: tuple[str, ...] = ()
    url: str = ""


class Approved(RunFact, frozen=True, tag="approved"):
    """Somebody let the jobs of an environment go (or not)."""

    environment: str
    by: str
    at: datetime
    refused: bool = False


class CancelAsked(RunFact, frozen=True, tag="cancel_asked"):
    """Somebody, or a newer run, asked to stop: the whole run, or one leg."""

    by: str
    why: str
    at: datetime
    leg: str = ""


class RunEnded(RunFact, frozen=True, tag="run_ended"):
    """The run is over."""

    result: Result
    at: datetime
    why: str = ""


class RunOpened(RunFact, frozen=True, tag="run_opened"):
    """A run got its number; the stream `runs/<app>` has one for each, in order."""

    run: int
    path: str
    event: str
    commit: str
    ref: str
    at: datetime


Fact = (
    RunStarted
    | JobExpanded
    | JobSkipped
    | LegWaits
    | LegStarted
    | StepStarted
    | StepDone
    | LegEnded
    | Approved
    | CancelAsked
    | RunEnded
)
