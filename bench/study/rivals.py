"""The other judges, re-stated from what they document; each returns when it takes back, or inf.

threshold     canary's error rate over the last minute above 1 %, or its p95 above 500 ms, is a
              failed check; so many failed checks in all, one every so many seconds, take it back
mann_whitney  Kayenta's default judge, on one point a minute, asked each minute from the fifth: the
              98 % interval of the shift lies above a quarter of the Hodges-Lehmann estimate, and
              the means' ratio is at least 1; for the error rate or the p95
multinomial   Lindon & Malek (2022): Bayes factor of a Dirichlet(100 * weights) against the weights,
              after every error, errors falling on the canary more often than assigned
z_test        the difference of two error rates, one-sided 5 %, looked at every 10 s

None of them is charged for scraping: metrics are there at once.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from bench.study.streams import BOUNDS, Bools, Floats, Ints, Stream
from bench.study.twin import ALPHA, LIMIT, P95

_Z = NormalDist().inv_cdf(0.99)


def threshold(run: Stream, every: int, failures: int, window: int = 60) -> float:
    """A check each `every` seconds over the last `window`; `failures` of them take it back."""
    seconds = len(run.weight)
    looks = np.arange(every, seconds + 1, every)
    cut = BOUNDS.index(1000 * P95) + 1
    errors, requests, slow = (
        _since(counts, looks, window)
        for counts in (run.errors[0], run.requests[0], run.latency[0][:, cut:].sum(1))
    )
    failed = (errors > LIMIT * requests) | (slow > 0.05 * requests)
    return _first(np.cumsum(failed) >= failures, looks)


def _since(counts: Ints, looks: Ints, window: int) -> Ints:
    whole = np.concatenate([[0], np.cumsum(counts)])
    since: Ints = whole[looks] - whole[np.maximum(looks - window, 0)]
    return since


def _first(bad: Bools, looks: Ints) -> float:
    return float(looks[np.argmax(bad)]) if bad.any() else math.inf


def z_test(run: Stream) -> float:
    """Pooled two-proportion z-test each 10 s, as people do it by hand."""
    looks = np.arange(10, len(run.weight) + 1, 10)
    x, y = (np.cumsum(one)[looks - 1] for one in run.errors)
    n, m = (np.maximum(np.cumsum(one)[looks - 1], 1) for one in run.requests)
    pooled = (x + y) / (n + m)
    spread = np.sqrt(np.maximum(pooled * (1 - pooled) * (1 / n + 1 / m), 1e-18))
    return _first((x / n - y / m) / spread > NormalDist().inv_cdf(1 - ALPHA), looks)


def multinomial(run: Stream, k: float = 100.0) -> float:
    """Lindon & Malek's sequential test at one weight; two-sided, told apart by direction."""
    events = run.error_events
    if not len(events.at):
        return math.inf
    weight = float(run.weight[0])
    hits = np.cumsum(events.canary)
    rest = np.arange(1, len(hits) + 1) - hits
    a, b = k * weight, k * (1 - weight)
    grown = _rising(a, int(hits[-1]))[hits] + _rising(b, int(rest[-1]))[rest]
    factor = grown - _rising(k, len(hits))[hits + rest]
    factor = factor - hits * math.log(weight) - rest * math.log(1 - weight)
    bad = (factor >= -math.log(ALPHA)) & (hits > weight * (hits + rest))
    return float(events.at[np.argmax(bad)]) if bad.any() else math.inf


def _rising(start: float, most: int) -> Floats:
    """log(gamma(start + i) / gamma(start)) for i from 0 to `most`."""
    return np.concatenate([[0.0], np.cumsum(np.log(start + np.arange(most)))])


def mann_whitney(run: Stream) -> float:
    """Kayenta's classification of either metric as High, each minute from the fifth."""
    minutes = len(run.weight) // 60
    points = [_minutes(run, arm, minutes) for arm in (0, 1)]
    for minute in range(5, minutes + 1):
        for canary, stable in zip(*points, strict=True):
            if high(canary[:minute], stable[:minute]):
                return 60.0 * minute
    return math.inf


def _minutes(run: Stream, arm: int, minutes: int) -> tuple[Floats, Floats]:
    """Error rate and p95 per minute; minutes without requests are left out by Kayenta: here 0."""
    whole = minutes * 60
    errors = run.errors[arm][:whole].reshape(minutes, 60).sum(1)
    requests = run.requests[arm][:whole].reshape(minutes, 60).sum(1)
    latency: Ints = run.latency[arm][:whole].reshape(minutes, 60, -1).sum(1)
    rate = errors / np.maximum(requests, 1)
    return rate, np.array([_quantile(latency, minute) for minute in range(minutes)])


def _quantile(latency: Ints, minute: int) -> float:
    upto: Floats = np.concatenate([np.zeros(1), np.cumsum(latency[minute])])
    return float(np.interp(0.95 * float(upto[-1]), upto, (0.0, *BOUNDS, 20000.0)))


def high(canary: Floats, stable: Floats) -> bool:
    """True when Kayenta's Mann-Whitney judge calls the canary High."""
    both = np.unique(np.concatenate([canary, stable]))
    if len(both) == 1 or np.array_equal(np.sort(canary), np.sort(stable)):
        return False
    if stable.mean() > 0 and canary.mean() / stable.mean() < 1.0:
        return False
    shift = float(np.median(canary[:, None] - stable[None, :]))
    return _statistic(canary - 0.25 * abs(shift), stable) > _Z


def _statistic(canary: Floats, stable: Floats) -> float:
    """The normal statistic of the rank sum, corrected for ties and continuity."""
    n, m = len(canary), len(stable)
    apart = canary[:, None] - stable[None, :]
    d = float((apart > 0).sum() + 0.5 * (apart == 0).sum()) - n * m / 2
    _, ties = np.unique(np.concatenate([canary, stable]), return_counts=True)
    total = n + m
    tied = float((ties**3 - ties).sum()) / (total * (total - 1))
    sigma = math.sqrt(n * m / 12 * (total + 1 - tied))
    return (d - 0.5 * float(np.sign(d))) / sigma if sigma > 0 else 0.0
