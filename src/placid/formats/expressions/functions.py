"""The built-in functions, each from its arguments to a value; ValueError when there is none.

`case` is not among them: it looks at its arguments one by one, which the evaluation does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from placid.formats.expressions.jsontext import from_json, to_json
from placid.formats.expressions.values import equal, fold, is_array, is_primitive, text_of

MAX_TEXT = 5_000_000
"""Characters of a text that a function makes; calls within calls could fill any memory."""

_FIELD = re.compile(r"\{([0-9]+)(?::((?:[^}]|\}\})*+))?\}")
_BRACE = re.compile(r"[{}]")


def _contains(args: Sequence[object]) -> bool:
    left, right = args
    if is_array(left):
        return any(equal(right, item) for item in left)
    if is_primitive(left) and is_primitive(right):
        return fold(text_of(right)) in fold(text_of(left))
    return False


def _starts_with(args: Sequence[object]) -> bool:
    if not all(is_primitive(arg) for arg in args):
        return False
    return fold(text_of(args[0])).startswith(fold(text_of(args[1])))


def _ends_with(args: Sequence[object]) -> bool:
    if not all(is_primitive(arg) for arg in args):
        return False
    return fold(text_of(args[0])).endswith(fold(text_of(args[1])))


def _join(args: Sequence[object]) -> str:
    first = args[0]
    if not is_array(first):
        return text_of(first) if is_primitive(first) else ""
    given = args[1] if len(args) > 1 else ","
    separator = text_of(given) if is_primitive(given) else ","
    items = [text_of(item) for item in first]
    _bound(sum(map(len, items)) + len(separator) * len(items))
    return separator.join(items)


def _format(args: Sequence[object]) -> str:
    pattern = text_of(args[0])
    out: list[str] = []
    place = size = 0
    while brace := _BRACE.search(pattern, place):
        start = brace.start()
        out.append(pattern[place:start])
        if pattern[start + 1 : start + 2] == brace[0]:
            out.append(brace[0])
            place = start + 2
        else:
            field = _FIELD.match(pattern, start)
            out.append(_field(pattern, field, args))
            size += len(out[-1])
            _bound(size)
            place = field.end() if field else start
    out.append(pattern[place:])
    return "".join(out)


def _field(pattern: str, field: re.Match[str] | None, args: Sequence[object]) -> str:
    if field is None:
        raise ValueError(f"The following format string is invalid: {pattern}")
    digits = field[1].lstrip("0")
    place = int(digits or 0) + 1 if len(digits) < 5 else len(args)
    if place >= len(args):
        raise ValueError(
            f"The following format string references more arguments than were supplied: {pattern}"
        )
    if field[2]:
        specifiers, kind = field[2].replace("}}", "}"), _kind(args[place])
        raise ValueError(
            f"The format specifiers '{specifiers}' are not valid for objects of type '{kind}'"
        )
    return text_of(args[place])


def _kind(value: object) -> str:
    if value is None:
        return "Null"
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, str):
        return "String"
    return "Number" if isinstance(value, (int, float)) else text_of(value)


def _bound(size: int) -> None:
    if size > MAX_TEXT:
        raise ValueError("The maximum allowed memory size was exceeded")


def _to_json(args: Sequence[object]) -> str:
    text = to_json(args[0])
    _bound(len(text))
    return text


def _from_json(args: Sequence[object]) -> object:
    return from_json(text_of(args[0]))


FUNCTIONS: dict[str, Callable[[Sequence[object]], object]] = {
    "contains": _contains,
    "endswith": _ends_with,
    "format": _format,
    "fromjson": _from_json,
    "join": _join,
    "startswith": _starts_with,
    "tojson": _to_json,
}
