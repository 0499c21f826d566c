"""From results to Markdown tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from bench.study.runs import Result
from bench.study.streams import Floats

Interval = tuple[float, float]


def clopper_pearson(hits: int, runs: int, confidence: float = 0.95) -> Interval:
    """The exact two-sided interval of a share of which `hits` of `runs` were seen."""
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else _root(lambda p: 1 - _below(hits - 1, runs, p) - tail)
    high = 1.0 if hits == runs else _root(lambda p: tail - _below(hits, runs, p))
    return low, high


def _below(most: int, runs: int, p: float) -> float:
    k = np.arange(most + 1)
    factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, runs + 1)))])
    ways = factorials[runs] - factorials[k] - factorials[runs - k]
    return float(np.exp(ways + k * math.log(p) + (runs - k) * math.log1p(-p)).sum())


def _root(rising: Callable[[float], float]) -> float:
    low, high = 1e-12, 1 - 1e-12
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first are numbers."""
    lines = ["| " + " | ".join(head) + " |", "|---|" + "--:|" * (len(head) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def percent(share: float) -> str:
    """A share as "2.4 %"; never as "-0"."""
    return f"{100 * share:.1f} %" if share < 0.995 else "100 %"


def rate(result: Result, judge: str, bounds: bool = False) -> str:
    """How often `judge` took the release back, with its interval when asked for."""
    seconds = result.seconds[judge]
    seconds = seconds[~np.isnan(seconds)]
    if not len(seconds):
        return "n/a"
    hits = int(np.isfinite(seconds).sum())
    if not bounds:
        return percent(hits / len(seconds))
    low, high = clopper_pearson(hits, len(seconds))
    return f"{percent(hits / len(seconds))} [{100 * low:.1f}, {100 * high:.1f}]"


def spent(result: Result, judge: str) -> str:
    """ "280 / 610, 28 s, 4": median and p90 canary requests, median seconds and failed requests."""
    requests, seconds = result.requests[judge], result.seconds[judge]
    found = float(np.isfinite(seconds).mean())
    if found < 0.5:
        return f"never ({percent(found)} caught)"
    high = _quantile(requests, 0.9)
    ninety = f"{high:.0f}" if math.isfinite(high) else "never"
    middle, after = _quantile(requests, 0.5), _quantile(seconds, 0.5)
    failed = _quantile(result.failed[judge], 0.5)
    return f"{middle:.0f} / {ninety}, {after:.{0 if after >= 10 else 1}f} s, {failed:.0f}"


def _quantile(values: Floats, share: float) -> float:
    """A quantile that may be infinite: the value itself, nothing in between."""
    return float(np.sort(values)[min(int(share * len(values)), len(values) - 1)])
