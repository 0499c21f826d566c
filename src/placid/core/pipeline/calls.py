"""Calls of reusable workflows: what the called one gets as its inputs."""

from __future__ import annotations

from placid.core.pipeline.facts import Leg
from placid.core.pipeline.templates import Scope
from placid.formats.expressions.nodes import ExpressionError
from placid.formats.expressions.values import Value, number_of, text_of, truthy, value_of
from placid.formats.workflows.model import Input, Job, Workflow

DEEPEST = 10
"""How many workflows may call each other in a row."""


def inputs_of(job: Job, called: Workflow, scope: Scope) -> dict[str, object]:
    """What `with` gives, else the declared defaults, else the type's empty value.

    ExpressionError for a value of another type, and for one that is missing.
    """
    trigger = called.trigger("workflow_call")
    given = {each.key.text.lower(): each.value for each in job.given}
    found: dict[str, object] = {}
    for declared in trigger.inputs if trigger is not None else ():
        node = given.get(declared.id.text.lower())
        if node is None and declared.needed:
            what = f"Input {declared.id.text} is required, but not provided while calling."
            raise ExpressionError(what, declared.id.span)
        if node is not None:
            value = scope.value(node)
        else:
            value = None if declared.default is None else scope.scalar(declared.default)
        found[declared.id.text] = _typed(declared, value_of(value))
    return found


def _typed(declared: Input, value: Value) -> object:
    kind = declared.type.text if declared.type is not None else "string"
    if value is None:
        return {"boolean": False, "number": 0}.get(kind, "")
    fits = {"boolean": isinstance(value, bool), "number": isinstance(value, (int, float))}
    if fits.get(kind, True):
        return text_of(value) if kind == "string" else value
    if kind == "number" and number_of(value) == number_of(value):
        return number_of(value)
    if kind == "boolean" and isinstance(value, str) and value.lower() in ("true", "false"):
        return truthy(value.lower() == "true")
    raise ExpressionError(f"Unexpected value '{text_of(value)}'", declared.id.span)


def depth(plan: Leg) -> int:
    """How many calls deep a leg lies."""
    return plan.id.count("/")
