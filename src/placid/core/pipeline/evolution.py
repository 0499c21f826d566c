"""How each fact changes a run.

A leg that ends may end its job, which may end the called workflow it belongs to, whose calling leg
then ends, and so on up; whatever has become ready on the way waits in `ready`.
"""

from __future__ import annotations

from collections.abc import Callable

from placid.core.pipeline.calls import inputs_of
from placid.core.pipeline.contexts import Known, call_outputs, leg_scope, together
from placid.core.pipeline.facts import (
    Approved,
    CancelAsked,
    Fact,
    JobExpanded,
    JobSkipped,
    LegEnded,
    LegStarted,
    LegWaits,
    Result,
    RunEnded,
    RunStarted,
)
from placid.core.pipeline.state import JobState, LegState, RunState, ScopeState, open_scope
from placid.core.pipeline.templates import Scope
from placid.formats.expressions.nodes import ExpressionError
from placid.formats.workflows.model import Workflow
from placid.formats.workflows.reading import read_workflow

Reader = Callable[[str, str], Workflow | None]


def evolve(state: RunState, event: Fact, known: Known, read: Reader = read_workflow) -> RunState:
    """The state after one more fact."""
    match event:
        case RunStarted():
            _start(state, event, known, read)
        case JobExpanded():
            _expand(state, event, known)
        case JobSkipped():
            state.begun = True
            _finish(state, state.ready.pop(event.job), event.result, known)
        case RunEnded():
            state.result = event.result
        case _:
            _of_leg(state, event, known)
    return state


def _of_leg(state: RunState, event: Fact, known: Known) -> None:
    match event:
        case LegWaits():
            (state.legs[event.leg] if event.leg else state).waits = event.why
        case LegStarted():
            leg = state.legs[event.leg]
            _begin(state, leg)
            if leg.job.job.uses is not None and leg.inner is None:
                _call(state, leg, known)
        case LegEnded():
            leg = state.legs[event.leg]
            leg.outputs = dict(event.outputs)
            _end(state, leg, event.result, known)
        case Approved():
            state.approved[event.environment] = not event.refused
        case CancelAsked():
            _cancel(state, event)
        case _:
            pass


def result_of(state: RunState) -> Result:
    """The result of a run whose jobs are all done."""
    jobs = state.root.jobs.values() if state.root is not None else ()
    result = together([each.result or "skipped" for each in jobs])
    if state.cancelled and result != "failure":
        return "cancelled"
    return "success" if result == "skipped" else result


def _start(state: RunState, event: RunStarted, known: Known, read: Reader) -> None:
    called = {uses: read(text, uses) for uses, text in event.called.items()}
    state.called = {uses: each for uses, each in called.items() if each is not None}
    workflow = read(event.text, event.path)
    assert workflow is not None
    state.root = ScopeState(workflow, event.inputs)
    group = workflow.concurrency
    if group is not None:
        scope = Scope({**known, "inputs": event.inputs})
        state.group = scope.text(group.group)
        state.cancels = scope.flag(group.cancel_in_progress)
    open_scope(state, state.root, frozenset(name.lower() for name in event.jobs))


def _expand(state: RunState, event: JobExpanded, known: Known) -> None:
    job = state.ready.pop(event.job)
    job.fail_fast, job.max_parallel = event.fail_fast, event.max_parallel
    job.left = len(event.legs)
    state.begun = True
    calls = job.job.uses is not None
    for plan in event.legs:
        leg = state.legs[plan.id] = LegState(plan, job)
        job.legs.append(leg)
        if calls and not (plan.group or event.max_parallel):
            _call(state, leg, known)
        else:
            state.queued[plan.id] = leg
            if plan.group or plan.environment or state.cancelled or calls:
                leg.stop = state.cancelled
                state.special[plan.id] = leg


def _call(state: RunState, leg: LegState, known: Known) -> None:
    """Open the workflow that a leg calls (that it can be was known when the leg was made)."""
    job = leg.job.job
    assert job.uses is not None
    workflow = state.called[job.uses.text]
    inputs = inputs_of(job, workflow, leg_scope(leg, known))
    _begin(state, leg)
    leg.inner = ScopeState(workflow, inputs, leg)
    open_scope(state, leg.inner)


def _begin(state: RunState, leg: LegState) -> None:
    if leg.status == "queued":
        leg.status = "running"
        leg.job.active += 1
        state.queued.pop(leg.plan.id, None)
        state.special.pop(leg.plan.id, None)
        state.running[leg.plan.id] = leg


def _end(state: RunState, leg: LegState, result: Result, known: Known) -> None:
    for legs in (state.queued, state.special, state.running, state.stopping):
        legs.pop(leg.plan.id, None)
    job = leg.job
    job.active -= leg.status == "running"
    leg.status, leg.result = "done", result
    job.left -= 1
    job.outputs.update({name: value for name, value in leg.outputs.items() if value})
    if result == "failure" and not leg.plan.tolerated and job.fail_fast:
        _stop_siblings(state, leg)
    if not job.left:
        counted: list[Result] = [
            "success" if each.plan.tolerated and each.result == "failure" else each.result
            for each in job.legs
            if each.result is not None
        ]
        _finish(state, job, together(counted), known)


def _stop_siblings(state: RunState, failed: LegState) -> None:
    for leg in failed.job.legs:
        if leg.status != "done" and not leg.stop:
            _ask(state, leg, f"{failed.plan.name} failed, and fail-fast stops the others")


def _ask(state: RunState, leg: LegState, why: str) -> None:
    """Mark a leg, or all below it, as one that is to end."""
    leg.stop = why
    if leg.inner is not None:
        for job in leg.inner.jobs.values():
            for each in job.legs:
                if each.status != "done":
                    _ask(state, each, why)
    elif leg.status == "running":
        state.stopping[leg.plan.id] = why
    else:
        state.special[leg.plan.id] = leg


def _cancel(state: RunState, event: CancelAsked) -> None:
    if event.leg:
        _ask(state, state.legs[event.leg], event.why)
        return
    state.cancelled = event.why or f"{event.by} cancelled it"
    for leg in list(state.legs.values()):
        if leg.status != "done" and leg.inner is None:
            _ask(state, leg, state.cancelled)


def _finish(state: RunState, job: JobState, result: Result, known: Known) -> None:
    job.result = result
    job.sound = result == "success" and all(each.sound for each in job.needs)
    job.broken = result == "failure" or any(each.broken for each in job.needs)
    for dependent in job.dependents:
        dependent.missing -= 1
        if not dependent.missing:
            state.ready[dependent.path] = dependent
    scope = job.scope
    scope.left -= 1
    if scope.caller is not None and not scope.left:
        _return(state, scope, scope.caller, known)


def _return(state: RunState, scope: ScopeState, leg: LegState, known: Known) -> None:
    """A called workflow is over: its calling leg ends with its result and outputs."""
    result = together([each.result or "skipped" for each in scope.jobs.values()])
    try:
        leg.outputs = call_outputs(scope, known)
    except ExpressionError:
        result = "failure"
    _end(state, leg, result, known)
