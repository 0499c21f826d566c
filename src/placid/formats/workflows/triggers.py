"""What GitHub refuses of `on:` beyond its keys: cron lines, pairs of filters, inputs."""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Mapping, Node, Scalar
from placid.formats.workflows.cron import is_cron
from placid.formats.workflows.fault import Fault
from placid.formats.workflows.model import FILTERS, Input, Trigger, Workflow
from placid.formats.workflows.templates import OPEN

_FILTERS = frozenset((*FILTERS, "types"))
_TYPE = "Unexpected type of '{}' encountered while reading 'input default': {} was expected"
_MOST_INPUTS = 25
_PAIRS = ("branches", "tags", "paths")


def trigger_faults(workflow: Workflow) -> Iterator[Fault]:
    """The faults of every event."""
    on = workflow.root.get("on")
    if on is not None and not workflow.triggers and _empty(on.value):
        yield Fault("No event triggers defined in `on`", on.key.span)
    for trigger in workflow.triggers:
        yield from _schedules(trigger)
        yield from _filters(trigger)
        if trigger.event.text == "workflow_dispatch":
            yield from _dispatch(trigger)
        if trigger.event.text == "workflow_call":
            yield from _call(trigger)


def weighed(workflow: Workflow, fault: Fault) -> Fault:
    """The fault, ignored when it is that an event has a filter it does not know."""
    return fault._replace(standing="ignored") if _needless(workflow, fault) else fault


def _needless(workflow: Workflow, fault: Fault) -> bool:
    for trigger in workflow.triggers:
        body = trigger.body
        if isinstance(body, Mapping):
            keys = [entry.key for entry in body.entries]
            filters_only = all(key.text in _FILTERS for key in keys)
            if fault.span == body.span and filters_only and "mapping" in fault.message:
                return True
            if any(key.span == fault.span and key.text in _FILTERS for key in keys):
                return fault.message.startswith("Unexpected value")
    return False


def _empty(node: Node) -> bool:
    return not isinstance(node, Scalar)


def _schedules(trigger: Trigger) -> Iterator[Fault]:
    for schedule in trigger.schedules:
        if schedule.cron.text and not is_cron(schedule.cron.text):
            yield Fault(
                f"Invalid cron expression '{schedule.cron.text}'. Expected format: '* * * * *' "
                "(minute hour day month weekday)",
                schedule.cron.span,
            )


def _filters(trigger: Trigger) -> Iterator[Fault]:
    given = {name for name, _ in trigger.filters}
    for name in _PAIRS:
        if {name, f"{name}-ignore"} <= given:
            yield Fault(
                f"you may only define one of `{name}` and `{name}-ignore` for a single event",
                trigger.event.span,
            )


def _dispatch(trigger: Trigger) -> Iterator[Fault]:
    if len(trigger.inputs) > _MOST_INPUTS:
        yield Fault(
            f"you may only define up to {_MOST_INPUTS} `inputs` for a `workflow_dispatch` event",
            trigger.event.span,
        )
    for each in trigger.inputs:
        kind = each.type.text if each.type is not None else "string"
        if kind == "choice" and not each.options:
            yield Fault("Missing 'options' for choice input", each.id.span)
        if kind != "choice" and each.options:
            yield Fault("Input type is not 'choice', but 'options' is defined", each.id.span)
        yield from _default(each)


def _call(trigger: Trigger) -> Iterator[Fault]:
    for each in trigger.inputs:
        yield from _default(each)
    for secret in trigger.secrets:
        if secret.id.text.lower() == "github_token":
            yield Fault(
                f"secret name `{secret.id.text}` within `workflow_call` can not be used since it "
                "would collide with system reserved name",
                secret.id.span,
            )


def _default(given: Input) -> Iterator[Fault]:
    """A default that cannot be of the input's type."""
    default, kind = given.default, given.type.text if given.type is not None else ""
    if default is None or OPEN in default.text:
        return
    value = "" if default.value is None else default.value
    if kind == "number" and not is_number(default):
        yield Fault(f"Unexpected value '{default.text}': no number", default.span, "harmless")
    elif kind == "boolean" and not isinstance(value, bool):
        yield Fault(_TYPE.format(default.text, "true or false"), default.span, "harmless")
    elif kind not in {"number", "boolean"} and not isinstance(value, str):
        yield Fault(_TYPE.format(default.text, "text, in quotes"), default.span, "harmless")


def is_number(value: Scalar) -> bool:
    """Whether a value is a number, also in quotes."""
    if isinstance(value.value, int | float) and not isinstance(value.value, bool):
        return True
    try:
        float(value.text)
    except ValueError:
        return False
    return True


def is_true(value: Scalar | None) -> bool:
    """Whether a value is true, also in quotes."""
    return value is not None and value.text.lower() == "true"
