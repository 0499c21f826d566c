"""From a job whose needs are done to its legs: `if`, matrix, names, and what each leg must hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from placid.core.pipeline.calls import DEEPEST, depth, inputs_of
from placid.core.pipeline.contexts import Known, combined, job_scope
from placid.core.pipeline.facts import JobExpanded, JobSkipped, Leg
from placid.core.pipeline.matrix import MatrixError, combinations, suffixed
from placid.core.pipeline.state import JobState, RunState
from placid.core.pipeline.templates import OPEN, Scope
from placid.formats.expressions.nodes import ExpressionError
from placid.formats.expressions.values import number_of, text_of
from placid.formats.workflows.model import Job

_NOT_DONE = {"failure": "failed", "cancelled": "was cancelled", "skipped": "was skipped"}


def expanded(
    job: JobState, state: RunState, known: Known, now: datetime
) -> JobExpanded | JobSkipped:
    """What follows for a job whose needs are done."""
    cancelled = bool(state.cancelled)
    try:
        scope = job_scope(job, known, cancelled)
        if not _wanted(job.job, scope):
            return JobSkipped(job.path, _shown(job, scope), _why_not(job, cancelled), now)
        legs = _legs(job, known, scope, now)
        if job.job.uses is not None:
            _callable(job, legs, state, known)
        return legs
    except (ExpressionError, MatrixError) as wrong:
        return JobSkipped(job.path, job.name, str(wrong), now, "failure")


def _callable(job: JobState, legs: JobExpanded, state: RunState, known: Known) -> None:
    """Refuse a call that cannot be made: no such workflow, inputs that do not fit, too deep."""
    assert job.job.uses is not None
    uses = job.job.uses
    called = state.called.get(uses.text)
    if called is None:
        raise ExpressionError(f"the workflow {uses.text} was not found", uses.span)
    for plan in legs.legs:
        if depth(plan) >= DEEPEST:
            raise ExpressionError(f"workflows call each other over {DEEPEST} deep", uses.span)
        inputs_of(job.job, called, combined(job, plan, known))


def wanted_when_cancelled(job: JobState, known: Known) -> bool:
    """Whether a job goes on although the run is cancelled."""
    try:
        return _wanted(job.job, job_scope(job, known, True))
    except ExpressionError:
        return False


def _wanted(job: Job, scope: Scope) -> bool:
    condition = job.condition
    if condition is None:
        return scope.holds("")
    plain = condition.value
    return scope.holds(condition.text if isinstance(plain, str) else text_of(plain))


def _why_not(job: JobState, cancelled: bool) -> str:
    for need in job.needs:
        if not need.sound and need.result in _NOT_DONE:
            return f"it needs {need.job.id.text}, which {_NOT_DONE[need.result]}"
    if cancelled:
        return "the run was cancelled"
    if job.job.condition is not None:
        return f"its condition is false: {job.job.condition.text.strip()}"
    return "something that it needs did not succeed"


def _shown(job: JobState, scope: Scope) -> str:
    """The name of a job that is skipped: what its `name` says, unless that needs a matrix."""
    given = job.job.name
    if given is None or (OPEN in given.text and "matrix." in given.text):
        return job.name
    try:
        return job.scope.prefix + scope.text(given)
    except ExpressionError:
        return job.name


def _legs(job: JobState, known: Known, scope: Scope, now: datetime) -> JobExpanded:
    strategy = job.job.strategy
    found: list[dict[str, object]] = [{}]
    fail_fast, parallel = True, 0
    if strategy is not None:
        found = combinations(None if strategy.matrix is None else scope.value(strategy.matrix))
        fail_fast = scope.flag(strategy.fail_fast, True)
        if strategy.max_parallel is not None:
            parallel = max(0, int(number_of(scope.scalar(strategy.max_parallel)) or 0))
    legs: list[Leg] = []
    taken: dict[str, int] = {}
    job.fail_fast, job.max_parallel = fail_fast, parallel
    for index, matrix in enumerate(found):
        plan = Leg(job.path, job.path, job.name, matrix, index, len(found))
        legs.append(_leg(job, plan, combined(job, plan, known), taken))
    return JobExpanded(job.path, tuple(legs), now, fail_fast, parallel)


def _leg(job: JobState, plan: Leg, scope: Scope, taken: dict[str, int]) -> Leg:
    said = job.job
    group = said.concurrency
    name = _name(job, plan.matrix, scope)
    path = job.path if plan.total == 1 and not plan.matrix else suffixed(job.path, plan.matrix)
    taken[path] = taken.get(path, 0) + 1
    if taken[path] > 1:
        path = f"{path} #{taken[path]}"
    return Leg(
        id=path,
        job=job.path,
        name=name,
        matrix=plan.matrix,
        index=plan.index,
        total=plan.total,
        group=scope.text(group.group) if group is not None else "",
        cancels=scope.flag(group.cancel_in_progress) if group is not None else False,
        environment=scope.text(said.environment.name) if said.environment is not None else "",
        tolerated=scope.flag(said.continue_on_error),
    )


def _name(job: JobState, matrix: Mapping[str, object], scope: Scope) -> str:
    given = job.job.name
    if given is not None and OPEN in given.text:
        return job.scope.prefix + scope.text(given)
    plain = job.job.id.text if given is None else scope.text(given)
    return job.scope.prefix + suffixed(plain or job.job.id.text, dict(matrix))
