"""Where a run stands: its jobs, their legs, and below a leg that calls a workflow, that one's jobs.

    job: waiting --needs done--> ready --JobExpanded--> running --every leg done--> done
                                       \\-JobSkipped---------------------------->

`evolve` changes the state it is given: a run may have a thousand jobs, and each fact touches few.
Ids of jobs are joined by "/" below a calling leg, which counts by its own id.
"""

from __future__ import annotations

import msgspec

from placid.core.pipeline.facts import Leg, Result
from placid.formats.workflows.model import Job, Workflow


class LegState(msgspec.Struct, eq=False):
    """One leg. `inner` is the called workflow's scope; a leg that has one needs no worker."""

    plan: Leg
    job: JobState
    status: str = "queued"
    result: Result | None = None
    outputs: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    inner: ScopeState | None = None
    stop: str = ""
    waits: str = ""


class JobState(msgspec.Struct, eq=False):
    """One job of the workflow. `sound`: it and all it needs succeeded; broken: some failed."""

    path: str
    job: Job
    scope: ScopeState
    needs: list[JobState] = msgspec.field(default_factory=list["JobState"])
    dependents: list[JobState] = msgspec.field(default_factory=list["JobState"])
    missing: int = 0
    legs: list[LegState] = msgspec.field(default_factory=list[LegState])
    left: int = 0
    active: int = 0
    fail_fast: bool = True
    max_parallel: int = 0
    result: Result | None = None
    outputs: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    sound: bool = False
    broken: bool = False

    @property
    def name(self) -> str:
        """What GitHub calls it before its matrix is known."""
        return self.scope.prefix + self.job.id.text


class ScopeState(msgspec.Struct, eq=False):
    """The jobs of one workflow: the one that runs, or one that `caller` calls."""

    workflow: Workflow
    inputs: dict[str, object]
    caller: LegState | None = None
    jobs: dict[str, JobState] = msgspec.field(default_factory=dict[str, JobState])
    left: int = 0

    @property
    def prefix(self) -> str:
        """What stands before the names of its jobs."""
        return "" if self.caller is None else f"{self.caller.plan.name} / "

    @property
    def path(self) -> str:
        """What stands before the paths of its jobs."""
        return "" if self.caller is None else f"{self.caller.plan.id}/"


class RunState(msgspec.Struct, eq=False):
    """The whole run. `ready` jobs wait for a decision, `queued` legs for a worker (both in order),
    of which `special` have a group, an environment, a workflow to call or a reason to stop;
    `stopping` are running legs that are to end, with why.

    group, cancels  the concurrency group of the whole run, "" for none; waits: why it has not begun
    begun           whether any of its jobs was looked at
    """

    root: ScopeState | None = None
    jobs: dict[str, JobState] = msgspec.field(default_factory=dict[str, JobState])
    legs: dict[str, LegState] = msgspec.field(default_factory=dict[str, LegState])
    ready: dict[str, JobState] = msgspec.field(default_factory=dict[str, JobState])
    queued: dict[str, LegState] = msgspec.field(default_factory=dict[str, LegState])
    special: dict[str, LegState] = msgspec.field(default_factory=dict[str, LegState])
    running: dict[str, LegState] = msgspec.field(default_factory=dict[str, LegState])
    stopping: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    approved: dict[str, bool] = msgspec.field(default_factory=dict[str, bool])
    cancelled: str = ""
    group: str = ""
    cancels: bool = False
    waits: str = ""
    begun: bool = False
    result: Result | None = None
    called: dict[str, Workflow] = msgspec.field(default_factory=dict[str, Workflow])


def open_scope(run: RunState, scope: ScopeState, only: frozenset[str] = frozenset()) -> None:
    """Put the jobs of a scope into the run; `only` these (in lower case) and what they need."""
    wanted = _with_needs(scope.workflow, only)
    for job in scope.workflow.jobs:
        key = job.id.text.lower()
        if key in wanted:
            state = JobState(scope.path + job.id.text, job, scope)
            scope.jobs[key] = run.jobs[state.path] = state
    for state in scope.jobs.values():
        for need in dict.fromkeys(each.text.lower() for each in state.job.needs):
            state.needs.append(scope.jobs[need])
            scope.jobs[need].dependents.append(state)
        state.missing = len(state.needs)
    scope.left = len(scope.jobs)
    run.ready.update((each.path, each) for each in scope.jobs.values() if not each.missing)


def _with_needs(workflow: Workflow, only: frozenset[str]) -> set[str]:
    jobs = {job.id.text.lower(): job for job in workflow.jobs}
    if not only:
        return set(jobs)
    found, waiting = set[str](), [name for name in only if name in jobs]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += (need.text.lower() for need in jobs[name].needs)
    return found
