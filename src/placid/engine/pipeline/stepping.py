"""The life of one step: its condition, its time, its outcome, and what that counts for.

condition false -> skipped         condition wrong -> failure
runs -> success | failure | cancelled, and `continue-on-error` turns a failure into a success
"""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from placid.core.pipeline.facts import Result
from placid.core.pipeline.steps import status_functions
from placid.core.pipeline.templates import Scope
from placid.engine.pipeline.effects import Effects
from placid.engine.pipeline.frame import Frame
from placid.engine.pipeline.naming import shown
from placid.engine.pipeline.stopping import Stopper
from placid.formats.expressions.nodes import ExpressionError
from placid.formats.expressions.values import number_of
from placid.formats.workflows.model import Step

Work = Callable[[Scope, dict[str, str], Stopper], Effects]
"""Does what a step says: with its scope, its own variables, evaluated, and when it must stop."""


class Stepped(msgspec.Struct):
    """How a step ended and counts."""

    effects: Effects
    outcome: Result
    conclusion: Result


def stepped(step: Step, condition: str, frame: Frame, job: Stopper, work: Work) -> Stepped:
    """Run a step, unless its condition is false."""
    try:
        own = frame.scope().texts(step.env)
        scope = frame.scope(own)
        if not scope.holds(condition):
            return Stepped(Effects("skipped", _why(condition)), "skipped", "skipped")
    except ExpressionError as wrong:
        said = f"The step's `if` or `env` cannot be evaluated: {wrong}"
        return Stepped(Effects("failure", said), "failure", "failure")
    effects = _worked(step, condition, (scope, own), job, work)
    outcome = effects.result
    tolerated = outcome == "failure" and _tolerated(step, scope)
    return Stepped(effects, outcome, "success" if tolerated else outcome)


def _worked(
    step: Step, condition: str, seen: tuple[Scope, dict[str, str]], job: Stopper, work: Work
) -> Effects:
    scope, own = seen

    def heeds() -> bool:
        """Whether a cancelled job ends this step: not when its condition holds even so."""
        late = Scope(scope.contexts, {**scope.functions, **status_functions("cancelled")})
        try:
            return not late.holds(condition)
        except ExpressionError:
            return True

    try:
        limit = step.timeout_minutes
        minutes = number_of(scope.scalar(limit)) if limit is not None else 0.0
        deadline = time.monotonic() + minutes * 60 if minutes > 0 else None
        with Stopper(deadline, job, heeds) as stop:
            effects = work(scope, own, stop)
            if effects.result == "cancelled":
                _judge_stop(effects, stop, shown(step, scope), minutes)
            return effects
    except ExpressionError as wrong:
        return Effects("failure", f"The template is not valid. {wrong}")


def _judge_stop(effects: Effects, stop: Stopper, name: str, minutes: float) -> None:
    """A step that ran out of its own time has failed; any other was cancelled."""
    if stop.expired and not stop.asked:
        effects.result = "failure"
        effects.why = f"The action '{name}' has timed out after {minutes:g} minutes."
    else:
        effects.why = "The operation was canceled."


def _tolerated(step: Step, scope: Scope) -> bool:
    try:
        return scope.flag(step.continue_on_error)
    except ExpressionError:
        return False


def _why(condition: str) -> str:
    said = condition.strip()
    return f"its condition is false: {said}" if said else "a step before it did not succeed"


def count(frame: Frame, id: str, ended: Stepped) -> None:
    """Let the steps after it see what a step did."""
    effects = ended.effects
    frame.record.put(id, ended.outcome, ended.conclusion, effects.outputs)
    frame.env.update(effects.env)
    frame.paths += effects.paths
