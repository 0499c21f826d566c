"""The judge over whole streams at once: the same arithmetic as the product's, in numpy.

`path` gives every e-process at every look: the comparisons at each bad event, what rests on totals
at the end of each second. `prove` holds it against `placid.core.analysis.verdict.judge` on random
streams at random looks; the study does not begin before they agree to nine digits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bench.study.streams import BOUNDS, Bools, Events, Floats, Ints, Scenario, Stream, stream
from placid.core.analysis.band import LEAST, constant, level
from placid.core.analysis.case import Case, Counts, Event
from placid.core.analysis.evidence import BETTER, SLOWER, WORSE, Bets, Instants
from placid.core.analysis.objectives import SLOWEST
from placid.core.analysis.verdict import judge, shares

P95 = 0.5
LIMIT = 0.01
ALPHA = 0.05
SHARES = {sticky: shares(Case(errors=LIMIT, p95=P95, sticky=sticky)) for sticky in (False, True)}


@dataclass(frozen=True)
class Path:
    """Log e-values of one run. `errors` and `slow` per event; the others per second, guards
    applied. `together` is the weighted sum of the comparisons at each event, `evidence` that of all
    at each second (or the highest of `together` so far)."""

    at: Floats
    together: Floats
    errors: Floats
    slow: Floats
    limit: Floats
    p95: Floats
    band: Bools
    band_alone: Bools
    evidence: Floats
    sick: Bools
    good: Bools


def split(events: Events, bets: Bets) -> Floats:
    """`evidence.Split` after each event."""
    if not len(events.at):
        return np.zeros(0)
    ratios, stakes = np.array(bets).T
    weights, which = np.unique(events.weight, return_inverse=True)
    fall = -np.log(weights[:, None] * (ratios - 1) + 1)[which]
    told = (events.weight > 0) & (events.weight < 1)
    rise = events.canary[:, None] * np.log(ratios)
    logs = fall + rise if told.all() else np.where(told[:, None], fall + rise, 0.0)
    return _log_mean(np.cumsum(logs, axis=0), stakes)


def held(events: Events) -> Bools:
    """Which slow events a stall may have held (`evidence.Instants`, asked for each)."""
    out = np.zeros(len(events.at), np.bool_)
    hits = np.flatnonzero(events.canary)
    pairs = zip(events.at[hits].tolist(), events.weight[hits].tolist(), strict=True)
    instants = Instants(float(events.at[0]) if len(events.at) else 0.0)
    out[hits] = [not instants.room(at, weight) for at, weight in pairs]
    return out


def totals(limit: float, requests: Ints, bad: Ints, bets: Bets = WORSE) -> Floats:
    """`evidence.breach` (or with `BETTER` `certificate`) for each pair of totals."""
    ratios, stakes = np.array(bets).T
    fall = -np.log(limit * ratios + 1 - limit)
    logs = requests[:, None] * fall + bad[:, None] * np.log(ratios)
    return _log_mean(logs, stakes)


def _log_mean(logs: Floats, stakes: Floats) -> Floats:
    """As `evidence.log_mean`, but for e-values between 1e-304 and 1e304: what lies beyond decides
    nothing here."""
    np.clip(logs, -700.0, 700.0, out=logs)
    np.exp(logs, out=logs)
    mean: Floats = np.log(logs @ stakes)
    return mean


def path(run: Stream) -> Path:
    """Every look at one run."""
    share = SHARES[run.sticky]
    told = run.slow_events
    stall = held(told)
    late = Events(told.at, told.canary & ~stall, told.weight)
    errors, slow = split(run.error_events, WORSE), split(late, SLOWER)
    at = np.concatenate([run.error_events.at, late.at])
    order = np.argsort(at, kind="stable")
    is_error = order < len(errors)
    now_errors = _held(errors, np.cumsum(is_error, dtype=np.int64))
    now_slow = _held(slow, np.cumsum(~is_error, dtype=np.int64))
    events = share["errors"] * _e(now_errors) + share["slow"] * _e(now_slow)
    at = at[order]
    ends = np.arange(1, len(run.weight) + 1)
    upto = np.searchsorted(at, ends)
    start = share["errors"] + share["slow"]
    peaks = np.maximum.accumulate(np.concatenate([[start], events]))
    end_errors, end_slow = _held(now_errors, upto), _held(now_slow, upto)
    limit, sick_errors, good_errors = _limit(run, end_errors)
    stalled = np.searchsorted(told.at[stall], ends)
    p95, sick_p95, good_p95 = _p95(run, stalled)
    band_alone, band = _band(run, stalled, (ALPHA, (share["band"] or 1e-9) * ALPHA))
    band &= share["band"] > 0
    total = (
        share["errors"] * _e(end_errors)
        + share["slow"] * _e(end_slow)
        + share["limit"] * _e(limit)
        + share["p95"] * _e(p95)
        + band / ALPHA
    )
    evidence = np.maximum(peaks[upto], total)
    goal = -math.log(ALPHA)
    good = np.minimum(good_errors, good_p95) >= goal
    sick = np.maximum(sick_errors, sick_p95) >= goal
    return Path(at, events, errors, slow, limit, p95, band, band_alone, evidence, sick, good)


def _held(values: Floats, count: Ints) -> Floats:
    """The value after `count` events, 0 before the first."""
    held: Floats = np.concatenate([[0.0], values])[count]
    return held


def _e(logs: Floats) -> Floats:
    e: Floats = np.exp(np.minimum(logs, 690.7755278982137))
    return e


def _limit(run: Stream, errors: Floats) -> tuple[Floats, Floats, Floats]:
    n, m = np.cumsum(run.requests[0]), np.cumsum(run.requests[1])
    bad, other = np.cumsum(run.errors[0]), np.cumsum(run.errors[1])
    once, others = bad - np.cumsum(run.repeats[0]), other - np.cumsum(run.repeats[1])
    broken = totals(LIMIT, n, once)
    broken[(others > LIMIT * m) | (errors < 0)] = -np.inf
    return broken, totals(LIMIT, m, others), totals(LIMIT, n, bad, BETTER)


def _p95(run: Stream, stalled: Ints) -> tuple[Floats, Floats, Floats]:
    cut = BOUNDS.index(1000 * P95) + 1
    (n, slow), (m, others) = (
        (np.cumsum(one.sum(1)), np.cumsum(one[:, cut:].sum(1))) for one in run.latency
    )
    steady = np.maximum(slow - stalled, 0)
    broken = totals(SLOWEST, n, steady)
    broken[(m > 0) & ((others > SLOWEST * m) | (steady * m <= others * n))] = -np.inf
    return broken, totals(SLOWEST, m, others), totals(SLOWEST, n, slow, BETTER)


def _band(run: Stream, stalled: Ints, alphas: tuple[float, ...]) -> list[Bools]:
    """For each alpha: True where the band of the present weight is left."""
    changed = np.concatenate([[0], np.flatnonzero(np.diff(run.weight)) + 1, [len(run.weight)]])
    left = [np.zeros(len(run.weight), np.bool_) for _ in alphas]
    for step, (start, end) in enumerate(pairwise(changed.tolist())):
        (here, n), (there, m) = (_shares(one[start:end]) for one in run.latency)
        gap = (there - here).max(axis=1) - stalled[start:end] / np.maximum(n, 1)
        for alpha, out in zip(alphas, left, strict=True):
            c = constant(level(alpha, step) / 2)
            out[start:end] = gap > _radius(n, c) + _radius(m, c)
    return left


def _shares(latency: Ints) -> tuple[Floats, Ints]:
    """The running share of requests at or below each bound, and how many requests there are."""
    upto = np.cumsum(np.cumsum(latency, axis=1), axis=0)
    whole = upto[:, -1]
    return upto[:, :-1] / np.maximum(whole, 1)[:, None], whole


def _radius(n: Ints, c: float) -> Floats:
    safe = np.maximum(n, LEAST)
    height: Floats = 0.85 * np.sqrt((np.log1p(np.log(safe / LEAST)) + c) / safe)
    return np.where(n < LEAST, np.inf, height)


def case(run: Stream, end: int, window: float) -> Case:
    """What the product would be told of `run` after `end` seconds."""
    raw = run.raw or run.error_events
    clients = run.clients or ("",) * len(raw.at)
    told = [
        Event(t, c, "error", w, who)
        for t, c, w, who in zip(
            raw.at.tolist(), raw.canary.tolist(), raw.weight.tolist(), clients, strict=True
        )
        if t < end
    ]
    slow = run.slow_events
    told += [
        Event(t, c, "slow", w)
        for t, c, w in zip(
            slow.at.tolist(), slow.canary.tolist(), slow.weight.tolist(), strict=True
        )
        if t < end
    ]
    changes = np.flatnonzero(np.diff(run.weight[:end])) + 1
    return Case(
        tuple(told),
        _counts(run, 0, end),
        _counts(run, 1, end),
        errors=LIMIT,
        p95=P95,
        alpha=ALPHA,
        window=window,
        sticky=run.sticky,
        changes=tuple((_counts(run, 0, int(i)), _counts(run, 1, int(i))) for i in changes),
    )


def _counts(run: Stream, arm: int, end: int) -> Counts:
    latency = np.cumsum(run.latency[arm][:end].sum(0)).tolist()
    bounds = (*(float(b) for b in BOUNDS), 3.6e6)
    return Counts(
        int(run.requests[arm][:end].sum()),
        int(run.errors[arm][:end].sum()),
        tuple(zip(bounds, latency, strict=True)),
    )


def prove(scenarios: list[Scenario], looks: int, seed: int) -> int:
    """Compare twin and product on each scenario (120 s long); the number of looks that agreed.
    AssertionError where they differ."""
    agreed = 0
    for number, scenario in enumerate(scenarios):
        rng = np.random.default_rng([seed, number])
        run = stream(scenario, rng)
        twin = path(run)
        window = scenario.bursts.window if scenario.bursts else 1.0
        if scenario.bursts and scenario.bursts.count == "all":
            window = 0.0
        for end in rng.integers(1, scenario.seconds, looks):
            verdict = judge(case(run, int(end), window))
            one, at = float(twin.evidence[end - 1]), convicted(twin, float(end))
            same = math.isclose(verdict.evidence, one, rel_tol=1e-9)
            assert same or at < math.inf, (scenario.name, end, verdict, one)
            assert verdict.numbers.get("at", math.inf) == at, (scenario.name, end, verdict, at)
            assert verdict.outcome == word(twin, int(end) - 1), (scenario.name, end, verdict)
            agreed += 1
    return agreed


def convicted(twin: Path, end: float) -> float:
    """When the comparisons alone first convicted before `end`, at the event; else infinite."""
    high = np.flatnonzero((twin.together >= 1 / ALPHA) & (twin.at < end))
    return float(twin.at[high[0]]) if len(high) else math.inf


def word(twin: Path, second: int) -> str:
    """The outcome of a look at the end of `second`."""
    if twin.evidence[second] >= 1 / ALPHA:
        return "bad"
    return "good" if twin.good[second] else "unsure"
