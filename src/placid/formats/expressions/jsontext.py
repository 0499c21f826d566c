"""`toJSON` and `fromJSON`: JSON as GitHub writes it, two blanks deep, and as it reads it.

Strict JSON is read. Of keys that differ only by case the first stays; numbers are all double.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from placid.formats.expressions.values import (
    fold,
    is_array,
    is_object,
    text_of,
)

if TYPE_CHECKING:
    import json

_ESCAPED_TOO = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def to_json(value: object) -> str:
    """The value as JSON on as many lines as it has parts."""
    out: list[str] = []
    _write(value, "\n", out)
    return "".join(out)


def _write(value: object, line: str, out: list[str]) -> None:
    if is_object(value):
        _write_parts(((_quoted(key) + ": ", item) for key, item in value.items()), "{}", line, out)
    elif is_array(value):
        _write_parts((("", item) for item in value), "[]", line, out)
    elif value is None:
        out.append("null")
    elif isinstance(value, (bool, int, float)):
        out.append(text_of(value))
    else:
        out.append(_quoted(text_of(value)))


def _write_parts(
    parts: Iterable[tuple[str, object]], brackets: str, line: str, out: list[str]
) -> None:
    inner = line + "  "
    before = brackets[0] + inner
    empty = True
    for key, item in parts:
        out.append(before + key)
        _write(item, inner, out)
        before = "," + inner
        empty = False
    out.append(brackets if empty else line + brackets[1])


def _quoted(text: str) -> str:
    import json  # noqa: PLC0415 - few expressions read or write JSON

    return json.dumps(text, ensure_ascii=False).translate(_ESCAPED_TOO)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    names: dict[str, str] = {}
    for key, value in pairs:
        kept = names.setdefault(fold(key), key)
        if kept == key:
            found[key] = value
    return found


def _refuse(word: str) -> object:
    raise ValueError(word)


@cache
def _decoder() -> json.JSONDecoder:
    import json  # noqa: PLC0415 - few expressions read or write JSON

    return json.JSONDecoder(object_pairs_hook=_object, parse_int=float, parse_constant=_refuse)


def from_json(text: str) -> object:
    """The value of a JSON text; ValueError, worded as GitHub does, when it is none."""
    if not text.strip():
        raise ValueError("empty input")
    try:
        found: object = _decoder().decode(text)
    except (ValueError, RecursionError):
        raise ValueError("Error parsing JSON when evaluating fromJson") from None
    return found
