"""Durations and percentages as people write them, and the floats they stand for.

A duration is one or more `<number><unit>` with units falling from days to milliseconds ("250ms",
"2m", "1h30m"), held as seconds. A percentage is "1%", "0.5%" or a bare "10", held as 0..100.
Printing gives back the shortest text that reads as the same value. `Seconds` and `Percent` mark
struct fields, so that one reader of placid.yaml, its JSON schema and its docs know what is meant.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Annotated

import msgspec

Seconds = Annotated[float, msgspec.Meta(ge=0, extra={"unit": "seconds"})]
Percent = Annotated[float, msgspec.Meta(ge=0, le=100, extra={"unit": "percent"})]

DURATION = r"(?:\d+(?:\.\d+)?(?:d|h|ms|m|s))+"
PERCENTAGE = r"\d+(?:\.\d+)? ?%?"

_UNITS = {"d": 86_400_000_000, "h": 3_600_000_000, "m": 60_000_000, "s": 1_000_000, "ms": 1_000}
_PARTS = re.compile(r"(\d{1,12}(?:\.\d{1,12})?)(ms|d|h|m|s)", re.ASCII)
_PERCENTAGE = re.compile(r"(\d{1,12}(?:\.\d{1,12})?) ?%?", re.ASCII)
_LONGEST = 36_500 * 86_400.0


def seconds(text: str) -> float:
    """The seconds that `text` stands for; ValueError says what is wrong with it."""
    parts = _PARTS.findall(text)
    if text == "0":
        return 0.0
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(_why_no_duration(text))
    order = list(_UNITS)
    ranks = [order.index(unit) for _, unit in parts]
    if any(later <= earlier for earlier, later in pairwise(ranks)):
        raise ValueError("its units must fall, each at most once, like 1h30m")
    total = sum(float(number) * _UNITS[unit] for number, unit in parts) / 1e6
    if total > _LONGEST:
        raise ValueError("it is longer than a hundred years")
    return total


def _why_no_duration(text: str) -> str:
    if re.fullmatch(r"[0-9.]+", text):
        return f"it has no unit: write {text}s for seconds or {text}m for minutes"
    if text.startswith("-"):
        return "it is negative"
    unit = re.fullmatch(r"[0-9.]+ *([a-zA-Zµ]+)", text)
    if unit and unit[1] not in _UNITS:
        return f"{unit[1]!r} is no unit of time: use ms, s, m, h or d"
    if " " in text:
        return "it has a space in it: write it without, like 1h30m"
    return "write it like 250ms, 5s, 2m or 1h30m"


def duration(value: float) -> str:
    """`value` seconds, exact to the microsecond, in the shortest form `seconds` reads back."""
    left = round(value * 1e6)
    if left == 0:
        return "0s"
    words: list[str] = []
    for unit in ("d", "h", "m"):
        count, left = divmod(left, _UNITS[unit])
        if count:
            words.append(f"{count}{unit}")
    if left and left < 1_000_000 and not words:
        words.append(f"{_number(left / 1e3)}ms")
    elif left:
        words.append(f"{_number(left / 1e6)}s")
    return "".join(words)


def percent(text: str) -> float:
    """The percentage that `text` stands for, 0 to 100; ValueError says what is wrong with it."""
    found = _PERCENTAGE.fullmatch(text.strip())
    if not found:
        raise ValueError(
            "it is negative" if text.startswith("-") else "write it like 1%, 0.5% or 50%"
        )
    value = float(found[1])
    if value > 100:
        raise ValueError("it is more than 100%")
    return value


def percentage(value: float) -> str:
    """`value` percent as "0.5%": the shortest form that `percent` reads back."""
    return f"{_number(value)}%"


def _number(value: float) -> str:
    return f"{value:.9f}".rstrip("0").rstrip(".")
