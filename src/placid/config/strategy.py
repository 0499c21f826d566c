"""The `strategy` of an environment: a name, a name with options, or steps of one's own.

strategy: rolling
strategy: {canary: {steps: [1%, 10%], bake: 2m}}
strategy: {steps: [{scale: 2}, {shift: 10%}, {judge: 2m}, {approve: "look"}, {shift: 100%}]}
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, inspect

from placid.base.registry import nearest
from placid.base.units import Percent, Seconds
from placid.base.yamltext import Entry, Mapping, Node, Route, Scalar, Sequence, Span
from placid.config.faults import Reading
from placid.config.model import Chosen, Copies, known_strategies
from placid.config.reading import read, read_struct
from placid.config.scalars import BROKEN, Broken, read_scalar, what_is
from placid.config.types import fields_of
from placid.core.rollout.steps import Approve, Judge, Preview, Scale, Shift, Spec, Step

_STEPS = ("scale", "shift", "judge", "approve", "preview")
_EXAMPLE = "write each step like {shift: 10%}, {judge: 2m}, {scale: 2}, {approve: why} or preview"
_COPIES = inspect.type_info(Copies)
_DOWN_TO_NONE = inspect.type_info(Annotated[int, Meta(ge=0, le=1000)])
_PERCENT = inspect.type_info(Percent)
_SECONDS = inspect.type_info(Seconds)


def read_strategy(reading: Reading, node: Node, route: Route) -> object:
    """The Chosen that is written, or BROKEN."""
    if isinstance(node, Scalar) and isinstance(node.value, str):
        return Chosen(name=node.text) if _known(reading, node, route) else BROKEN
    if not isinstance(node, Mapping) or not node.entries:
        what = f'"strategy" must be a name or a mapping, not {what_is(node)}'
        known = ", ".join(known_strategies().names())
        reading.fault(route, reading.place(*route), what, fix=f"write one of: {known}")
        return BROKEN
    if len(node.entries) > 1:
        return _several(reading, node, route)
    entry = next(iter(node.entries))
    if entry.key.text == "steps":
        return _own(reading, entry.value, (*route, "steps"))
    if not _known(reading, entry.key, route):
        return BROKEN
    spec = fields_of(known_strategies().get(entry.key.text).spec)
    options = read_struct(reading, entry.value, spec, (*route, entry.key.text))
    return Chosen(name=entry.key.text, spec=options) if isinstance(options, Spec) else BROKEN


def _known(reading: Reading, name: Scalar, route: Route) -> bool:
    known = known_strategies().names()
    if name.text in known:
        return True
    guess = nearest(name.text.lower().replace("_", "-"), known)
    reading.fault(
        route,
        name.span,
        f'no strategy is called "{name.text}"',
        hint=f'did you mean "{guess}"?' if guess else "",
        fix=f"use one of: {', '.join(known)}; or write your own: {{steps: [...]}}",
    )
    return False


def _several(reading: Reading, node: Mapping, route: Route) -> Broken:
    known = [*known_strategies().names(), "steps"]
    names = [entry.key.text for entry in node.entries]
    chosen = [name for name in names if name in known]
    extra = next(entry.key for entry in node.entries if [entry.key.text] != chosen[:1])
    options = ", ".join(name for name in names if name not in known)
    if options and len(chosen) == 1 and chosen != ["steps"]:
        fix = f"write the options inside: {{{chosen[0]}: {{{options}: …}}}}"
        what = f'"{extra.text}" stands beside the strategy "{chosen[0]}"'
    else:
        what, fix = '"strategy" takes one strategy', f"keep one of: {', '.join(names)}"
    reading.fault(route, extra.span, what, fix=fix)
    return BROKEN


def _own(reading: Reading, node: Node, route: Route) -> object:
    """Own steps; they must start copies before they send traffic, and end with all of it."""
    if not isinstance(node, Sequence) or not node.items:
        what = f'"steps" must be a list of steps, not {what_is(node)}'
        if isinstance(node, Sequence):
            what = '"steps" is empty'
        reading.fault(route, reading.place(*route), what, fix=_EXAMPLE)
        return BROKEN
    steps = [_step(reading, item, (*route, i)) for i, item in enumerate(node.items)]
    whole = tuple(step for step in steps if not isinstance(step, Broken))
    if len(whole) < len(steps):
        return BROKEN
    spans = [_start(item) for item in node.items]
    return Chosen(name="steps", steps=whole) if _walks(reading, whole, spans, route) else BROKEN


def _start(node: Node) -> Span:
    return node.entries[0].key.span if isinstance(node, Mapping) and node.entries else node.span


def _walks(reading: Reading, steps: tuple[Step, ...], spans: list[Span], route: Route) -> bool:
    running, shifted = False, 0.0
    for step, span in zip(steps, spans, strict=True):
        if isinstance(step, Scale) and step.which == "new":
            running = step.copies > 0
        if isinstance(step, Shift):
            shifted = step.percent
            if shifted and not running:
                what = "traffic is sent to the new release before any copy of it runs"
                reading.fault(route, span, what, fix="put a step like {scale: 2} before it")
                return False
    if shifted != 100:
        what = "these steps never send all traffic to the new release"
        reading.fault(route, spans[-1], what, hint="the last step", fix="end with {shift: 100%}")
        return False
    return True


def _step(reading: Reading, node: Node, route: Route) -> Step | Broken:
    if isinstance(node, Scalar) and node.text in ("approve", "preview"):
        return Approve() if node.text == "approve" else Preview()
    if isinstance(node, Scalar) and isinstance(node.value, str):
        return _no_step(reading, node, route)
    if not isinstance(node, Mapping) or len(node.entries) != 1:
        many = isinstance(node, Mapping) and len(node.entries) > 1
        what = "a step holds one key" if many else f"a step is a mapping, not {what_is(node)}"
        reading.fault(route, _start(node), what, fix=_EXAMPLE)
        return BROKEN
    entry = node.entries[0]
    name = entry.key.text
    if name not in _STEPS:
        return _no_step(reading, entry.key, route)
    return _one(reading, entry, (*route, name))


def _no_step(reading: Reading, node: Scalar, route: Route) -> Broken:
    if node.text in _STEPS:
        what, hint = f'"{node.text}" needs a value', ""
    else:
        guess = nearest(node.text, list(_STEPS))
        what, hint = f'no step is called "{node.text}"', f'did you mean "{guess}"?' if guess else ""
    reading.fault(route, node.span, what, hint=hint, fix=_EXAMPLE)
    return BROKEN


def _one(reading: Reading, entry: Entry, route: Route) -> Step | Broken:
    match entry.key.text:
        case "scale":
            return _scale(reading, entry.value, route)
        case "shift":
            share = read_scalar(reading, entry.value, _PERCENT, route)
            return Shift(share) if isinstance(share, float) else BROKEN
        case "judge":
            seconds = read_scalar(reading, entry.value, _SECONDS, route)
            return Judge(seconds) if isinstance(seconds, float) else BROKEN
        case "preview":
            return Preview() if _agreed(reading, entry.value, route) else BROKEN
        case _:
            if isinstance(entry.value, Scalar) and entry.value.value is True:
                return Approve()
            reason = read_scalar(reading, entry.value, inspect.type_info(str), route)
            return Approve(reason) if isinstance(reason, str) else BROKEN


def _agreed(reading: Reading, node: Node, route: Route) -> bool:
    if isinstance(node, Scalar) and node.value is True:
        return True
    what = f'"preview" must be true, not {what_is(node)}'
    reading.fault(route, reading.place(*route), what, fix="write preview: true, or remove the step")
    return False


def _scale(reading: Reading, node: Node, route: Route) -> Step | Broken:
    if not isinstance(node, Mapping):
        copies = read_scalar(reading, node, _COPIES, route)
        return Scale(copies) if isinstance(copies, int) else BROKEN
    entry = node.entries[0] if len(node.entries) == 1 else None
    if entry is None or entry.key.text not in ("new", "old"):
        what = '"scale" takes a number, or {old: number}'
        reading.fault(route, _start(node), what, fix="write {scale: 2} or {scale: {old: 0}}")
        return BROKEN
    copies = read(reading, entry.value, _DOWN_TO_NONE, (*route, entry.key.text))
    if not isinstance(copies, int):
        return BROKEN
    return Scale(copies, "old" if entry.key.text == "old" else "new")
