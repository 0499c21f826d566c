"""A band on the whole latency distribution that holds at every look.

Howard & Ramdas (2022, "Sequential estimation of quantiles"): the empirical distribution of t
independent draws stays within `radius(t, alpha)` of the true one, at all points and all t >= 100 at
once, with probability 1 - alpha:  0.85 * sqrt((log(1 + log(t/100)) + C) / t), where C solves

  alpha = inf over eta > 1 of 4 exp(-g*C) (1 + 1 / ((g - 1) log eta)),
  g = 2/eta * (0.85 - sqrt(2 (eta - 1) / C))^2 > 1.

The canary is slower when, at some bucket bound, its share of requests above lies over stable's by
more than both radii. One-sided; a histogram sees fewer points than the theorem covers, so it stays
valid with any buckets. It compares totals: when traffic's nature drifts while the weights change,
two equal releases look different (Simpson), so each weight starts a band of its own (`level`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

Histogram = tuple[tuple[float, int], ...]
"""Cumulative: (upper bound in ms, requests at or below it), ascending."""

LEAST = 100
_A = 0.85


@dataclass(frozen=True, slots=True)
class Gap:
    """Where two latency distributions differ most: shares above `bound` ms, both radii, and the
    share of the canary's requests that a stall may have held."""

    bound: float
    canary: float
    stable: float
    radius: float
    stalled: float = 0.0

    @property
    def beyond(self) -> bool:
        """True when the canary is slower than chance, and a stall, allow."""
        return self.canary - self.stable > self.radius + self.stalled


def radius(requests: int, alpha: float) -> float:
    """Half the band's height after that many requests; infinite below 100."""
    if requests < LEAST:
        return math.inf
    return _A * math.sqrt((math.log1p(math.log(requests / LEAST)) + constant(alpha)) / requests)


@lru_cache(maxsize=256)
def constant(alpha: float) -> float:
    """The C of the band that crosses with probability at most `alpha`, on the safe side."""
    low, high = 1.0, 2000.0
    while high - low > 1e-7:
        middle = (low + high) / 2
        if _crossing(middle) > alpha:
            low = middle
        else:
            high = middle
    return high


def _crossing(c: float) -> float:
    return min(_crossing_at(c, 1.0 + 10.0 ** (-5.0 + 0.02 * i)) for i in range(250))


def _crossing_at(c: float, eta: float) -> float:
    slack = _A - math.sqrt(2.0 * (eta - 1.0) / c)
    rate = 2.0 / eta * slack * slack
    if slack <= 0.0 or rate <= 1.0:
        return math.inf
    return 4.0 * math.exp(-rate * c) * (1.0 + 1.0 / ((rate - 1.0) * math.log(eta)))


def above(histogram: Histogram, bound: float) -> int:
    """Requests that took more than `bound` ms for certain: those above the first bucket bound
    that is not below it (0 when there is none)."""
    for upper, count in histogram:
        if upper >= bound:
            return max(size(histogram) - count, 0)
    return 0


def perhaps_above(histogram: Histogram, bound: float) -> int:
    """Requests that may have taken more than `bound` ms: those above the last bucket bound that
    is not over it (all of them when there is none)."""
    below = [count for upper, count in histogram if upper <= bound]
    return max(size(histogram) - (below[-1] if below else 0), 0)


def level(alpha: float, changes: int) -> float:
    """The part of `alpha` for the band after that many changes of the weight: a half, a sixth, a
    twelfth ..., which sum to `alpha` however many follow."""
    return alpha / ((changes + 1) * (changes + 2))


def since(histogram: Histogram, before: Histogram) -> Histogram:
    """What was added to `histogram` after it was `before`."""
    then = dict(before)
    return tuple((bound, max(count - then.get(bound, 0), 0)) for bound, count in histogram)


def slower(canary: Histogram, stable: Histogram, alpha: float, stalled: int = 0) -> Gap | None:
    """Where the canary is furthest above stable, each arm's band at alpha/2, `stalled` of the
    canary's requests set aside; None below 100 requests in either."""
    here, there = size(canary), size(stable)
    if here < LEAST or there < LEAST:
        return None
    reach = radius(here, alpha / 2) + radius(there, alpha / 2)
    other = dict(stable)
    shares = (
        Gap(bound, 1.0 - count / here, 1.0 - other[bound] / there, reach, stalled / here)
        for bound, count in canary
        if bound in other
    )
    return max(shares, key=lambda gap: gap.canary - gap.stable, default=None)


def size(histogram: Histogram) -> int:
    """How many requests it holds: its last count."""
    return max((count for _, count in histogram), default=0)
