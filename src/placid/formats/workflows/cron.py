"""The cron lines that GitHub's schedule takes: five POSIX fields, with names for months and days.

No seconds, no `@daily`, no `L`, `W`, `#` or `?`, and Sunday is 0 only.
"""

from __future__ import annotations

import re

import msgspec

_DIGITS = re.compile(r"[0-9]{1,9}")


class _Field(msgspec.Struct, frozen=True):
    least: int
    most: int
    names: dict[str, int] = msgspec.field(default_factory=dict[str, int])

    def value(self, text: str) -> int | None:
        """A number or a name of this field."""
        named = self.names.get(text.lower())
        if named is not None:
            return named
        number = int(text) if _DIGITS.fullmatch(text) else -1
        return number if self.least <= number <= self.most else None

    def fits(self, text: str) -> bool:
        """Whether a whole field, with its lists, ranges and steps, is one."""
        return all(self._part(part) for part in text.split(","))

    def _part(self, text: str) -> bool:
        start, slash, step = text.partition("/")
        if slash:
            stepped = bool(_DIGITS.fullmatch(step)) and int(step) > 0
            return stepped and self.value(step) is not None and self._range(start)
        return self._range(text)

    def _range(self, text: str) -> bool:
        if text == "*":
            return True
        first, dash, last = text.partition("-")
        low, high = self.value(first), self.value(last) if dash else self.value(first)
        return low is not None and high is not None and low <= high


_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_DAYS = "sun mon tue wed thu fri sat"
_FIELDS = (
    _Field(0, 59),
    _Field(0, 23),
    _Field(1, 31),
    _Field(1, 12, {name: number for number, name in enumerate(_MONTHS.split(), 1)}),
    _Field(0, 6, {name: number for number, name in enumerate(_DAYS.split())}),
)
_BLANKS = re.compile(r" +")


def is_cron(text: str) -> bool:
    """Whether GitHub takes this as the time of a schedule."""
    parts = _BLANKS.split(text)
    return len(parts) == len(_FIELDS) and all(
        field.fits(part) for field, part in zip(_FIELDS, parts, strict=True)
    )
