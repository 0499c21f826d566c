"""Single values of placid.yaml: text, numbers, yes or no, one of a few words; and their bounds."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from msgspec import inspect

from placid.base.registry import nearest
from placid.base.units import duration, percentage
from placid.base.yamltext import Mapping, Node, Route, Scalar, Sequence
from placid.config.faults import Reading
from placid.config.kinds import FILES, KINDS, SECRETS, Wrong
from placid.config.types import unfold


class Broken:
    """Stands for a value that could not be read."""


BROKEN: Final = Broken()
_UNITS = {"seconds": "a duration, like 30s", "percent": "a percentage, like 5%"}
_YES = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}

_SAYS_ITSELF = {"secret", "address", "preview"}
_Shown = Callable[[float], str]
Number = inspect.IntType | inspect.FloatType


def label(route: Route) -> str:
    """How a value is called in a sentence."""
    if not route:
        return "placid.yaml"
    if isinstance(route[-1], int):
        return f"item {route[-1] + 1} of {label(route[:-1])}"
    return f'"{route[-1]}"'


def what_is(node: Node) -> str:
    """What a person wrote, in one or two words."""
    match node:
        case Mapping():
            return "a mapping"
        case Sequence():
            return "a list"
        case Scalar(value=None):
            return "nothing"
        case Scalar(value=bool()):
            return "true or false"
        case Scalar(value=str()):
            return "text"
        case Scalar():
            return "a number"


def read_scalar(reading: Reading, node: Node, kind: inspect.Type, route: Route) -> object:
    """A single value of the kind, or BROKEN with the fault put down."""
    bare, unit = unfold(kind)
    try:
        return _value(reading, node, bare, unit, route)
    except Wrong as wrong:
        if wrong.secret:
            reading.hidden.append(node.span)
        span = node.span if isinstance(node, Scalar) and node.text else reading.place(*route)
        reading.fault(route, span, wrong.what, hint=wrong.hint, fix=wrong.fix)
        return BROKEN


def _value(
    reading: Reading, node: Node, bare: inspect.Type, unit: str, route: Route
) -> str | int | float | bool:
    name = label(route)
    if not isinstance(node, Scalar):
        wanted, secret = _wanted(bare, unit), unit in SECRETS
        fix = f"write {wanted}" if wanted != "text" else "write it as one text"
        raise Wrong(f"{name} must be {wanted}, not {what_is(node)}", "", fix, secret)
    if node.value is None:
        raise Wrong(f"{name} has no value", fix=f"write {_wanted(bare, unit)}, or remove the key")
    match bare:
        case inspect.LiteralType():
            return _word(node, bare, name)
        case inspect.BoolType():
            return _bool(node, name)
        case inspect.IntType() | inspect.FloatType() if unit not in _UNITS:
            return _number(node, bare, name)
        case inspect.FloatType():
            return _measure(node, bare, unit, name)
        case _:
            return _text(reading, node, unit, name)


def _wanted(bare: inspect.Type, unit: str) -> str:
    match bare:
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType():
            return "a whole number"
        case inspect.FloatType():
            return _UNITS.get(unit, "a number")
        case inspect.LiteralType():
            return f"one of {', '.join(map(str, bare.values))}"
        case _:
            return "text"


def _word(node: Scalar, bare: inspect.LiteralType, name: str) -> str:
    known = sorted(map(str, bare.values))
    if node.value in known:
        return node.text
    guess = nearest(node.text, known)
    hint = f'did you mean "{guess}"?' if guess else ""
    one = f"only {known[0]} is known" if len(known) == 1 else f"use one of: {', '.join(known)}"
    raise Wrong(f'{name} cannot be "{node.text}"', hint, one)


def _bool(node: Scalar, name: str) -> bool:
    if isinstance(node.value, bool):
        return node.value
    meant = _YES.get(node.text.lower(), node.text.lower())
    hint = f"write {meant}" if meant in ("true", "false") else ""
    fix = "without quotes: true or false" if not node.plain else "write true or false"
    raise Wrong(f"{name} must be true or false, not {what_is(node)}", hint, fix)


def _number(node: Scalar, bare: Number, name: str) -> int | float:
    value = node.value
    whole = isinstance(bare, inspect.IntType)
    fits = isinstance(value, int) if whole else isinstance(value, int | float)
    if isinstance(value, bool | str | None) or not fits or not math.isfinite(value):
        hint = "write it without quotes" if not node.plain and _digits(node.text) else ""
        wrote = f"not {node.text}" if isinstance(value, float) else f"not {what_is(node)}"
        raise Wrong(f"{name} must be {_wanted(bare, '')}, {wrote}", hint, "write digits only")
    _check_bounds(value, bare, name, str)
    return value


def _digits(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _measure(node: Scalar, bare: inspect.FloatType, unit: str, name: str) -> float:
    if isinstance(node.value, bool):
        wanted = _UNITS[unit]
        raise Wrong(f"{name} must be {wanted}, not true or false", fix=f"write {wanted}")
    value = float(KINDS[unit](node.text))
    _check_bounds(value, bare, name, duration if unit == "seconds" else percentage)
    return value


def _check_bounds(value: float, bare: Number, name: str, shown: _Shown) -> None:
    bounds = (
        (bare.ge, value.__ge__, "at least"),
        (bare.gt, value.__gt__, "more than"),
        (bare.le, value.__le__, "at most"),
        (bare.lt, value.__lt__, "less than"),
    )
    for bound, holds, words in bounds:
        if bound is not None and holds(type(value)(bound)) is not True:
            limits = _limits(bare, shown)
            what = f"{name} must be {words} {shown(bound)}, not {shown(value)}"
            raise Wrong(what, fix=f"write {limits}")


def _limits(bare: Number, shown: _Shown) -> str:
    low, high = bare.ge if bare.ge is not None else bare.gt, bare.le
    if high is None:
        return f"{shown(low or 0)} or more" if bare.gt is None else f"more than {shown(bare.gt)}"
    return f"a value from {shown(low or 0)} to {shown(high)}"


def _text(reading: Reading, node: Scalar, unit: str, name: str) -> str:
    if unit == "text":
        return node.text
    if not isinstance(node.value, str) and unit not in _SAYS_ITSELF:
        what, shown = f"{name} must be text, not {what_is(node)}", f'write "{node.text}"'
        raise Wrong(what, shown, "put it in quotes, so that YAML takes it as text")
    if unit not in KINDS:
        return node.text
    value = str(KINDS[unit](node.text))
    if unit in FILES and value and not reading.exists(value):
        raise Wrong(
            f'there is no file "{value}"',
            fix="create it, or correct the path, which starts at the folder of placid.yaml",
        )
    return value
