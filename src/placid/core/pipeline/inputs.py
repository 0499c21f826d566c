"""The inputs of a workflow that somebody starts by hand: checked, typed, and with their defaults.

What is not given has its default, or else what GitHub's form shows: the first choice, false, 0, no
text. A required input has to be given or to have a default.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan

from placid.base.errors import Problem, Problems
from placid.core.pipeline.spelling import nearest
from placid.formats.expressions.values import number_of, text_of
from placid.formats.workflows.model import Input, Trigger

_FIX = "say --input {}=..."


def inputs_of(trigger: Trigger | None, given: Mapping[str, object]) -> dict[str, object]:
    """The `inputs` context for workflow_dispatch, or for a reusable workflow that is run alone.

    `given` has values by name (names ignore case) as text or as JSON has them. Problems names all
    that is wrong: inputs that are not known, missing ones, and values of another type.
    """
    declared = trigger.inputs if trigger is not None else ()
    known = {each.id.text.lower(): each for each in declared}
    problems = [
        Problem(
            f"the workflow has no input '{name}'",
            fix=nearest(name, [each.id.text for each in declared]),
        )
        for name in given
        if name.lower() not in known
    ]
    values = {name.lower(): value for name, value in given.items()}
    found: dict[str, object] = {}
    for name, each in known.items():
        try:
            found[each.id.text] = _value(each, values.get(name))
        except Problem as wrong:
            problems.append(wrong)
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise Problems(problems)
    return found


def _value(declared: Input, value: object) -> object:
    if value is None and declared.default is not None:
        value = declared.default.text if declared.default.value is not None else None
    if value is None and declared.needed:
        name = declared.id.text
        raise Problem(f"Required input '{name}' not provided", fix=_FIX.format(name))
    kind = declared.type.text if declared.type is not None else "string"
    if kind == "boolean":
        return _boolean(declared, value)
    if kind == "number":
        return _number(declared, value)
    if kind == "choice":
        return _choice(declared, value)
    return text_of(value)


def _boolean(declared: Input, value: object) -> bool:
    text = text_of(value).lower()
    if text not in ("", "true", "false"):
        raise _wrong(declared, value, "is no boolean", "true or false")
    return text == "true"


def _number(declared: Input, value: object) -> int | float:
    found = number_of(value)
    if isnan(found):
        raise _wrong(declared, value, "is no number", "a number")
    return int(found) if found.is_integer() and abs(found) < 1e15 else found


def _choice(declared: Input, value: object) -> str:
    options = [each.text for each in declared.options]
    if value is None:
        return options[0] if options else ""
    text = text_of(value)
    if text not in options:
        what = "is not in the list of allowed values"
        raise _wrong(declared, text, what, nearest(text, options))
    return text


def _wrong(declared: Input, value: object, what: str, fix: str) -> Problem:
    name = declared.id.text
    return Problem(f"Provided value '{text_of(value)}' for input '{name}' {what}", fix=fix)
