"""Which versions a statement allows: a union of intervals, and whether two of them can agree.

Three-valued: None stands for what cannot be known (an expression, a name such as `stable`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from placid.formats.versions.version import LOWEST, Version, trimmed


class Interval(NamedTuple):
    """From `low` to `high`, None for no bound; `has_low` and `has_high` take in the bound."""

    low: Version | None = None
    high: Version | None = None
    has_low: bool = True
    has_high: bool = False

    def meet(self, other: Interval) -> Interval | None:
        """What both hold, or None."""
        low, has_low = self.low, self.has_low
        if other.low is not None and (low is None or other.low >= low):
            has_low = other.has_low and (other.low != low or has_low)
            low = other.low
        high, has_high = self.high, self.has_high
        if other.high is not None and (high is None or other.high <= high):
            has_high = other.has_high and (other.high != high or has_high)
            high = other.high
        met = Interval(low, high, has_low, has_high)
        return met if met else None

    def __bool__(self) -> bool:
        if self.low is None or self.high is None or self.low < self.high:
            return True
        return self.low == self.high and self.has_low and self.has_high


@dataclass(frozen=True, slots=True)
class Versions:
    """A set of versions."""

    intervals: tuple[Interval, ...]

    def __and__(self, other: Versions) -> Versions:
        both = (one.meet(two) for one in self.intervals for two in other.intervals)
        return Versions(tuple(each for each in both if each is not None))

    def __or__(self, other: Versions) -> Versions:
        return Versions(self.intervals + other.intervals)

    def __bool__(self) -> bool:
        return bool(self.intervals)

    def has(self, version: Version) -> bool:
        """Whether `version` is one of them."""
        return bool(self & only(version))

    def floor(self) -> Version | None:
        """The lowest bound, None when there is none."""
        lows = [each.low for each in self.intervals]
        return None if None in lows or not lows else min(low for low in lows if low is not None)

    def all_below(self, version: Version) -> bool:
        """Whether each of them is lower than `version`."""
        return not self & Versions((Interval(version, None),))

    def coarse(self, places: int) -> Versions:
        """Widened so that only the first `places` numbers count."""
        return Versions(tuple(_coarse(each, places) for each in self.intervals))


EVERY = Versions((Interval(),))
NONE = Versions(())


def only(version: Version) -> Versions:
    """Just this one."""
    return Versions((Interval(version, version, True, True),))


def at_least(version: Version) -> Versions:
    """This one and all above."""
    return Versions((Interval(version),))


def between(low: Version | None, high: Version | None) -> Versions:
    """From `low` up to `high`, left out."""
    return Versions((Interval(low, high),))


def starting(release: tuple[int, ...]) -> Versions:
    """All whose first numbers are `release`, pre-releases too: 3.12 holds 3.12.0rc1 and 3.12.7."""
    return between(Version(trimmed(release), LOWEST), next_after(release))


def next_after(release: tuple[int, ...]) -> Version:
    """Below what follows `release`: (3, 12) gives a bound below any pre-release of 3.13."""
    return Version(trimmed((*release[:-1], release[-1] + 1)), LOWEST)


def together(parts: Iterable[Versions | None]) -> Versions | None:
    """What all allow; None when one is unknown."""
    result = EVERY
    for part in parts:
        if part is None:
            return None
        result = result & part
    return result


def either(parts: Iterable[Versions | None]) -> Versions | None:
    """What any allows; None when one is unknown."""
    result = NONE
    for part in parts:
        if part is None:
            return None
        result = result | part
    return result


def agree(one: Versions | None, other: Versions | None) -> bool | None:
    """Whether there is a version that both allow; None when it cannot be told."""
    if one is None or other is None:
        return None
    return bool(one & other)


def _coarse(interval: Interval, places: int) -> Interval:
    low, high = interval.low, interval.high
    if low is not None:
        low = Version(trimmed(low.release[:places]), LOWEST)
    if high is not None:
        padded = high.release + (0,) * (places - len(high.release))
        on_edge = len(high.release) <= places and not interval.has_high and high.stage <= 0
        high = Version(trimmed(padded[:places]), LOWEST) if on_edge else next_after(padded[:places])
    return Interval(low, high)
