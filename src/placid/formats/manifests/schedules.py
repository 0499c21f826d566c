"""Schedules of CronJobs, by the grammar that the CronJob controller reads.

Five fields with lists, ranges, steps and names, or a descriptor (`@daily`, `@every 1h`). Sunday is
0, never 7. A time zone goes into `timeZone`, not into the schedule.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class _Field(NamedTuple):
    what: str
    least: int
    most: int
    names: tuple[str, ...] = ()


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of the week", 0, 6, _DAYS),
)
_WORDS = frozenset(
    {"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}
)
_EVERY = re.compile(r"@every ([0-9]{1,9}(\.[0-9]{1,9})?(ns|us|µs|ms|s|m|h)){1,9}")


def schedule_fault(schedule: str) -> str:
    """What is wrong with a schedule, as the end of a sentence; "" when nothing is."""
    if schedule.startswith(("TZ=", "CRON_TZ=")):
        return "has a time zone, which belongs into timeZone"
    if schedule.startswith("@"):
        known = schedule in _WORDS or _EVERY.fullmatch(schedule)
        return "" if known else "is no descriptor (@hourly, @daily, @every 1h ...)"
    parts = schedule.split()
    if len(parts) != len(_FIELDS):
        return f"has {len(parts)} fields, not 5"
    faults = (_fault(part, each) for part, each in zip(parts, _FIELDS, strict=True))
    return next((each for each in faults if each), "")


def _fault(part: str, field: _Field) -> str:
    for each in part.split(","):
        span, slash, step = each.partition("/")
        if slash and not (step.isdecimal() and step.isascii() and int(step[:9]) > 0):
            return f'has the step "{step[:20]}" for the {field.what}'
        if span in ("*", "?"):
            continue
        first, dash, last = span.partition("-")
        ends = [_number(end, field) for end in ((first, last) if dash else (first,))]
        for text, number in zip((first, last), ends, strict=False):
            if number is None or not field.least <= number <= field.most:
                return f'has the {field.what} "{text[:20]}" (it goes from {field.least} to' + (
                    f" {field.most})"
                )
        if dash and (ends[0] or 0) > (ends[1] or 0):
            return f'has the {field.what} "{span[:20]}", which runs backwards'
    return ""


def _number(text: str, field: _Field) -> int | None:
    if text.isdecimal() and text.isascii():
        return int(text[:9])
    name = text.lower()
    return field.names.index(name) + field.least if name in field.names else None
