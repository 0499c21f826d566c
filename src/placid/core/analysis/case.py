"""What the judge is told: plain values, taken from signals by whoever asks for a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from placid.core.analysis.band import Histogram

Kind = Literal["error", "slow"]


@dataclass(frozen=True, slots=True)
class Event:
    """One bad request.

    at      seconds, on any clock that all events share
    weight  the canary's share of traffic (0 to 1) when the request was routed
    client  a key of whoever sent it, "" when unknown
    """

    at: float
    on_canary: bool
    kind: Kind
    weight: float
    client: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """Totals of one release since the rollout began; the latency histogram in ms, cumulative."""

    requests: int = 0
    errors: int = 0
    latency: Histogram = ()


@dataclass(frozen=True, slots=True)
class Span:
    """Bad requests by release over a time in which the canary's weight (0 to 1) did not change.

    What a Prometheus counter per release can tell, instead of events: no clients, no times.
    """

    weight: float
    canary_errors: int = 0
    stable_errors: int = 0
    canary_slow: int = 0
    stable_slow: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """All that one verdict rests on.

    events     bad requests in any order; or `spans` where a signal gives only counters
    stable     None on a first deploy: then only the objectives are checked
    errors     objective: the share of requests that may fail (0 to 1), None for none
    p95        objective in seconds, None for none
    alpha      the chance of taking back a good release, over all grounds together
    tolerance  how many times as bad as stable the canary may be
    window     seconds in which one client's bad requests count as one incident
    sticky     True where sessions stay with a release: an incident then lasts while a client's bad
               requests come within `window` of one another (six windows at most), and latency
               totals, which count a session many times over, convict nobody
    changes    totals of canary and stable at each change of the weight so far, in order: the band
               compares only what came after the last one
    histogram  False where the signal has no latency histogram
    """

    events: tuple[Event, ...] = ()
    canary: Counts = Counts()
    stable: Counts | None = Counts()
    spans: tuple[Span, ...] = ()
    errors: float | None = 0.01
    p95: float | None = None
    alpha: float = 0.05
    tolerance: float = 1.0
    window: float = 1.0
    sticky: bool = False
    changes: tuple[tuple[Counts, Counts], ...] = ()
    histogram: bool = True
