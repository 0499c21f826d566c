"""Copies that stop for a moment: the scheduler, a collector, a first request that imports things.

What a stall costs is one thing that happened to one copy, but it slows every request that the copy
had or got meanwhile, and all of them are answered as it ends: the draws of the release that the
judge bets on come in clusters. The new release's copies all stall at the start (they are cold), and
both releases' at random, rare times, alike per copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Stalls:
    """Each of a release's `copies` stalls every so many seconds on average (exponential), for
    `least` to `most` seconds; the canary's also as they start, all at once, or when `staggered`
    each at its own moment of the first five seconds."""

    every: float = 120.0
    copies: int = 2
    least: float = 0.5
    most: float = 1.5
    staggered: bool = False


@dataclass(frozen=True)
class Stalled:
    """One release's stalls: the share of its copies that serve, per second; and the requests that
    were caught, by second of answer and latency bucket, and when the slow ones were answered."""

    serving: Floats
    latency: Ints
    slow: Floats
    weight: Floats


@dataclass(frozen=True)
class Service:
    """What a request takes when nothing stalls: lognormal, in ms; `slow` is over the cut."""

    median: float
    sigma: float
    bounds: tuple[int, ...]
    cut: float


def hold(
    stalls: Stalls,
    cold: bool,
    traffic: tuple[Floats, Floats],
    service: Service,
    rng: np.random.Generator,
) -> Stalled:
    """One release's stalls; `traffic`: its requests a second and the canary's weight, by second."""
    arrivals, weight = traffic
    serving = np.ones(len(arrivals))
    caught = [np.zeros((0, 2))]
    for _ in range(stalls.copies):
        for start, end in _of_one(stalls, cold, len(arrivals), rng):
            for second in range(int(start), min(int(end) + 1, len(arrivals))):
                begin, part = max(start, second), min(end, second + 1) - max(start, second)
                serving[second] -= part / stalls.copies
                count = int(rng.poisson(float(arrivals[second]) * part / stalls.copies))
                at = begin + part * rng.random(count)
                caught.append(np.stack([at, end - at], axis=1))
    at, wait = _columns(caught)
    ms = 1000 * wait + service.median * np.exp(service.sigma * rng.normal(size=len(wait)))
    answered = at + ms / 1000
    inside = answered < len(arrivals)
    at, ms, answered = at[inside], ms[inside], answered[inside]
    latency = np.zeros((len(arrivals), len(service.bounds) + 1), np.int64)
    np.add.at(latency, (answered.astype(np.int64), np.searchsorted(service.bounds, ms)), 1)
    slow = ms > service.cut
    return Stalled(serving, latency, answered[slow], weight[at[slow].astype(np.int64)])


def _columns(pairs: list[Floats]) -> tuple[Floats, Floats]:
    both: Floats = np.concatenate(pairs)
    return both[:, 0], both[:, 1]


def _of_one(
    stalls: Stalls, cold: bool, seconds: int, rng: np.random.Generator
) -> list[tuple[float, float]]:
    """(start, end) of one copy's stalls; none begins before the one before has ended."""
    starts = np.cumsum(rng.exponential(stalls.every, 3 * int(seconds / stalls.every) + 10))
    begun = [5.0 * float(rng.random()) * stalls.staggered] if cold else []
    begun += [float(start) for start in starts if start < seconds]
    ends = [start + float(rng.uniform(stalls.least, stalls.most)) for start in sorted(begun)]
    found = list(zip(sorted(begun), ends, strict=True))
    return found[:1] + [two for one, two in pairwise(found) if two[0] >= one[1]]
