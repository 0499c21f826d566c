"""Seeded streams of requests to two releases: what a signal would have told the judge.

Time goes by the second: requests are Poisson, assigned at the weight of that second; errors and
latencies are drawn per second and release. The bad ones become single events at random instants of
their second. Latency is lognormal with a p95 of 300 ms and a p99 of 474 ms; slow is over 300 ms.
Bursts stand for retries: a client fails a geometric number of times in a row, 0.3 s apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from bench.study.stalls import Service, Stalled, Stalls, hold
from placid.core.analysis.evidence import Incidents
from placid.core.analysis.folding import LONGEST

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

BOUNDS = (25, 50, 75, 100, 150, 200, 300, 400, 500, 750, 1000, 1500, 2500, 5000, 10000)
SLOW = BOUNDS.index(300) + 1
_SIGMA = math.log(474 / 300) / (NormalDist().inv_cdf(0.99) - NormalDist().inv_cdf(0.95))
_MEDIAN = 300 / math.exp(_SIGMA * NormalDist().inv_cdf(0.95))


@dataclass(frozen=True)
class Bursts:
    """Errors in bursts. `count` is how they are counted: "client" (as the product does), "arm" (one
    per client and release), or "all"."""

    mean: float
    sticky: bool
    count: str
    window: float = 10.0
    gap: float = 0.3


@dataclass(frozen=True)
class Scenario:
    """One kind of stream. Error rates are shares, per second when they are arrays."""

    name: str
    stable: float = 0.001
    canary: float = 0.001
    rps: float = 100.0
    seconds: int = 1800
    weights: tuple[float, ...] = (0.1,)
    slower: float = 1.0
    stalled: float = 0.0
    shared: Callable[[np.random.Generator, int], Floats] | None = None
    drift: float = 0.0
    bursts: Bursts | None = None
    stalls: Stalls | None = None


@dataclass(frozen=True)
class Events:
    """Bad events in order of time; only counted ones, and for the canary also all that failed."""

    at: Floats
    canary: Bools
    weight: Floats


@dataclass(frozen=True)
class Stream:
    """One run. Per second: the weight, and per release requests, errors, repeats left out, and
    the requests per latency bucket (the last one open)."""

    weight: Floats
    requests: tuple[Ints, Ints]
    errors: tuple[Ints, Ints]
    repeats: tuple[Ints, Ints]
    latency: tuple[Ints, Ints]
    error_events: Events
    slow_events: Events
    clients: tuple[str, ...] = ()
    sticky: bool = False
    raw: Events | None = None


def shared_bursts(rng: np.random.Generator, seconds: int) -> Floats:
    """0.1 % with outages both releases suffer: 10 % for 5 s, one every two minutes: 0.5 %."""
    rate = np.full(seconds, 0.001)
    for start in np.flatnonzero(rng.random(seconds) < 1 / 120):
        rate[start : start + 5] = 0.1
    return rate


def buckets(slower: float, stalled: float) -> Floats:
    """The share of requests per latency bucket: times `slower`, a share `stalled` by 1 s."""

    def below(ms: float) -> float:
        if ms <= 0:
            return 0.0
        return NormalDist(math.log(_MEDIAN * slower), _SIGMA).cdf(math.log(ms))

    whole = [(1 - stalled) * below(b) + stalled * below(b - 1000) for b in BOUNDS]
    return np.diff(np.array([0.0, *whole, 1.0]))


def stream(scenario: Scenario, rng: np.random.Generator) -> Stream:
    """One run of `scenario`."""
    seconds = scenario.seconds
    steps = np.arange(seconds) * len(scenario.weights) // seconds
    weight = np.array(scenario.weights)[steps]
    load = 1 + scenario.drift * np.sin(2 * np.pi * np.arange(seconds) / seconds)
    arrivals = scenario.rps * load
    loads = (arrivals * weight, arrivals * (1 - weight))
    caught = _caught(scenario, loads, weight, rng)
    if caught:
        loads = (loads[0] * caught[0].serving, loads[1] * caught[1].serving)
    requests = (rng.poisson(loads[0]), rng.poisson(loads[1]))
    shares = (scenario.canary * load, scenario.stable * load)
    if scenario.shared is not None:
        shares = (shared := scenario.shared(rng, seconds), shared)
    latency = _latency(scenario, requests, load, rng)
    slow = (latency[0][:, SLOW:].sum(1), latency[1][:, SLOW:].sum(1))
    slow_events = _events(slow, weight, rng)
    if caught:
        late = (caught[0].latency, caught[1].latency)
        latency = (latency[0] + late[0], latency[1] + late[1])
        requests = (requests[0] + late[0].sum(1), requests[1] + late[1].sum(1))
        slow_events = _with(slow_events, caught)
    if scenario.bursts is not None:
        return _bursting(scenario.bursts, scenario, weight, (requests, latency, slow_events), rng)
    errors = (rng.binomial(requests[0], shares[0]), rng.binomial(requests[1], shares[1]))
    none = (np.zeros(seconds, np.int64), np.zeros(seconds, np.int64))
    events = _events(errors, weight, rng)
    return Stream(weight, requests, errors, none, latency, events, slow_events)


def _caught(
    scenario: Scenario, loads: tuple[Floats, Floats], weight: Floats, rng: np.random.Generator
) -> tuple[Stalled, Stalled] | None:
    """The requests of the canary and of stable that were caught in stalls."""
    if scenario.stalls is None:
        return None
    service = Service(_MEDIAN, _SIGMA, BOUNDS, BOUNDS[SLOW - 1])
    new = replace(service, median=_MEDIAN * scenario.slower)
    return (
        hold(scenario.stalls, True, (loads[0], weight), new, rng),
        hold(scenario.stalls, False, (loads[1], weight), service, rng),
    )


def _with(events: Events, caught: tuple[Stalled, Stalled]) -> Events:
    """`events` and the slow ones among those caught."""
    at = np.concatenate([events.at, caught[0].slow, caught[1].slow])
    late = [np.full(len(one.slow), arm == 0) for arm, one in enumerate(caught)]
    canary = np.concatenate([events.canary, *late])
    weight = np.concatenate([events.weight, caught[0].weight, caught[1].weight])
    order = np.argsort(at, kind="stable")
    return Events(at[order], canary[order], weight[order])


def _latency(
    scenario: Scenario, requests: tuple[Ints, Ints], load: Floats, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    arms = ((scenario.slower, scenario.stalled), (1.0, 0.0))
    drawn: list[Ints] = []
    for counts, (slower, stalled) in zip(requests, arms, strict=True):
        if scenario.drift:
            drawn.append(rng.multinomial(counts, _table(tuple(slower * load), stalled)))
        else:
            drawn.append(rng.multinomial(counts, buckets(slower, stalled)))
    return drawn[0], drawn[1]


@lru_cache(maxsize=4)
def _table(slower: tuple[float, ...], stalled: float) -> Floats:
    return np.array([buckets(times, stalled) for times in slower])


def _events(counts: tuple[Ints, Ints], weight: Floats, rng: np.random.Generator) -> Events:
    seconds = np.arange(len(weight))
    second = np.concatenate([np.repeat(seconds, counts[0]), np.repeat(seconds, counts[1])])
    at = second + rng.random(len(second))
    canary = np.arange(len(second)) < counts[0].sum()
    order = np.argsort(at)
    return Events(at[order], canary[order], weight[second[order]])


def _bursting(
    bursts: Bursts,
    scenario: Scenario,
    weight: Floats,
    rest: tuple[tuple[Ints, Ints], tuple[Ints, Ints], Events],
    rng: np.random.Generator,
) -> Stream:
    """Errors at `scenario.stable` of all requests, in bursts; the canary is no different."""
    requests, latency, slow_events = rest
    seconds = len(weight)
    starts = rng.poisson(scenario.rps * scenario.stable * seconds / bursts.mean)
    sizes = rng.geometric(1 / bursts.mean, starts)
    client = np.repeat(np.arange(starts), sizes)
    gaps = rng.exponential(bursts.gap, len(client))
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]]) if starts else np.zeros(0, np.int64)
    gaps[first] = rng.random(starts) * seconds
    total = np.cumsum(gaps)
    base = np.repeat(np.concatenate([[0.0], total])[first], sizes)
    at = total - base
    inside = at < seconds
    at, client = at[inside], client[inside]
    draw = rng.random(starts)[client] if bursts.sticky else rng.random(len(at))
    order = np.argsort(at)
    at, client, draw = at[order], client[order], draw[order]
    here = weight[at.astype(np.int64)]
    canary = draw < here
    counted = _counted(bursts, at, canary, client)
    whole = Events(at, canary, here)
    errors, repeats = _per_second(whole, ~counted, seconds)
    requests = (np.maximum(requests[0], errors[0]), np.maximum(requests[1], errors[1]))
    events = Events(at[counted], canary[counted], here[counted])
    names = tuple(f"client {n}" for n in client)
    return Stream(
        weight,
        requests,
        errors,
        repeats,
        latency,
        events,
        slow_events,
        names,
        bursts.sticky,
        whole,
    )


def _counted(bursts: Bursts, at: Floats, canary: Bools, client: Ints) -> Bools:
    if bursts.count == "all":
        return np.ones(len(at), np.bool_)
    longest = (LONGEST if bursts.sticky else 1) * bursts.window
    incidents = Incidents(bursts.window, longest)
    keys = client * 2 + (canary if bursts.count == "arm" else 0)
    pairs = zip(keys.tolist(), at.tolist(), strict=True)
    return np.array([incidents.new(str(key), when) for key, when in pairs], np.bool_)


def _per_second(
    events: Events, repeat: Bools, seconds: int
) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
    second = events.at.astype(np.int64)

    def count(which: Bools) -> Ints:
        return np.bincount(second[which], minlength=seconds)

    canary, stable = events.canary, ~events.canary
    errors = (count(canary), count(stable))
    return errors, (count(canary & repeat), count(stable & repeat))
