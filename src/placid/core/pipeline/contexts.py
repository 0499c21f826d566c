"""What expressions at the level of jobs see: `needs`, `strategy`, `matrix`, and the job functions.

`success()` and `failure()` of a job look at everything it needs, near and far; what was skipped is
no success, so that a skipped job skips what needs it unless that asks for the status itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from placid.core.pipeline.facts import Leg, Result
from placid.core.pipeline.state import JobState, LegState, ScopeState
from placid.core.pipeline.templates import Scope
from placid.formats.expressions.evaluation import Function
from placid.formats.expressions.values import CaseSensitive, Value, text_of

Known = Mapping[str, object]
"""Contexts that are the same everywhere in a run: github and vars."""


def job_scope(job: JobState, known: Known, cancelled: bool = False) -> Scope:
    """What a job's own keys see before its matrix is known."""
    contexts = {**known, "inputs": job.scope.inputs, "needs": needs(job)}
    return Scope(contexts, _functions(job, cancelled))


def leg_scope(leg: LegState, known: Known) -> Scope:
    """The same with the leg's combination."""
    return combined(leg.job, leg.plan, known)


def combined(job: JobState, plan: Leg, known: Known) -> Scope:
    """What the keys of a job see for one combination of its matrix."""
    scope = job_scope(job, known)
    strategy = strategy_of(plan, job.fail_fast, job.max_parallel)
    return Scope({**scope.contexts, "strategy": strategy, "matrix": plan.matrix}, scope.functions)


def strategy_of(plan: Leg, fail_fast: bool, max_parallel: int) -> dict[str, object]:
    """The `strategy` context."""
    return {
        "fail-fast": fail_fast,
        "job-index": plan.index,
        "job-total": plan.total,
        "max-parallel": max_parallel or plan.total,
    }


def needs(job: JobState) -> dict[str, object]:
    """The `needs` context: the jobs that it names."""
    return {
        each.job.id.text: {"result": each.result, "outputs": dict(each.outputs)}
        for each in job.needs
    }


def call_outputs(scope: ScopeState, known: Known) -> dict[str, str]:
    """The outputs of a called workflow, from those of its jobs."""
    jobs = {
        state.job.id.text: {"result": state.result, "outputs": dict(state.outputs)}
        for state in scope.jobs.values()
    }
    trigger = scope.workflow.trigger("workflow_call")
    place = Scope({**known, "inputs": scope.inputs, "jobs": jobs})
    outputs = trigger.outputs if trigger is not None else ()
    return {output.id.text: place.text(output.value) for output in outputs}


def environment(*layers: Mapping[str, str]) -> CaseSensitive:
    """The `env` context: later layers win."""
    merged = CaseSensitive()
    for layer in layers:
        merged.update(layer)
    return merged


def together(results: Sequence[Result]) -> Result:
    """The one result of several: what failed, else what was cancelled, else success."""
    for worst in ("failure", "cancelled"):
        if worst in results:
            return worst
    return "skipped" if results and all(each == "skipped" for each in results) else "success"


def _functions(job: JobState, cancelled: bool) -> dict[str, Function]:
    def among(args: Sequence[Value]) -> list[JobState]:
        names = {text_of(arg).lower() for arg in args}
        return [each for each in job.needs if not names or each.job.id.text.lower() in names]

    return {
        "always": lambda _: True,
        "cancelled": lambda _: cancelled,
        "success": lambda args: not cancelled and all(each.sound for each in among(args)),
        "failure": lambda args: any(each.broken for each in among(args)),
    }
