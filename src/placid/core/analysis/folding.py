"""One pass over the bad requests of a rollout: both comparisons, and when they convicted.

The fold keeps nothing between calls; a killed agent folds again and finds the same. Conviction is
by the highest point the weighted sum of the two e-processes ever reached, so a verdict, once bad,
stays bad. Only an event on the canary can raise the sum, so only there is it worked out, and not
even there when a cheap bound says that it is no new high. 10,000 events take 15 to 25 ms.

A copy that stalls (it is cold, or the machine busy) answers all it held at once: one cause, many
slow requests, by as many clients. So slow answers are taken by the instant, which begins with one
and lasts a second: no instant may more than double a bet, so seven at least must speak against a
release; and what the canary's fullest instants held is left out where totals speak against it.
This only takes evidence away, so what is honest without it stays so. At 100 requests/s 86 % of good
releases whose copies stalled as they started were taken back without it; 3 % are with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from operator import attrgetter

from placid.core.analysis.case import Case, Event, Span
from placid.core.analysis.evidence import SLOWER, WORSE, Incidents, Split, plain

LONGEST = 6
"""Windows an incident may last where sessions stick to a release."""

INSTANT = 1.0
"""Seconds in which slow answers may all have one cause."""

MOST = 2.0
"""The factor by which the slow answers of one instant may raise a bet: with 3 stalls take back a
tenth of good releases, with 1.6 a slower p95 is found a quarter later."""

LEFT_OUT = 2
"""How many of the canary's fullest instants say nothing against its totals: a stall touches two."""


@dataclass(frozen=True, slots=True)
class Tally:
    """One kind of bad request: as it came (`canary`, `stable`), repeats left out (`hits` of `told`
    fell on the canary, `expected` would have), and the log e-value now and at the peak. `stalled`
    is how many of the slow ones fell on the canary in the instants that are left out of totals."""

    canary: int
    stable: int
    repeats_canary: int
    repeats_stable: int
    hits: int
    told: int
    expected: float
    log_e: float
    log_peak: float
    stalled: int = 0


@dataclass(frozen=True, slots=True)
class Folded:
    """`peak` is the highest weighted sum of the two e-values, `at` when it first reached the goal
    (None: never, or the signal gave no times)."""

    errors: Tally
    slow: Tally
    peak: float
    at: float | None


class _Kind:
    """One kind of bad request: its bet, its incidents, and counts for (stable, canary)."""

    __slots__ = ("crowds", "incidents", "peak", "repeats", "seen", "share", "split", "until")

    def __init__(self, case: Case, share: float, split: Split) -> None:
        longest = LONGEST * case.window if case.sticky else case.window
        self.split, self.share = split, share
        self.incidents = Incidents(case.window, longest)
        self.seen, self.repeats, self.peak = [0, 0], [0, 0], 0.0
        self.crowds, self.until = [0], -inf

    def instant(self, event: Event) -> None:
        """Notice where an instant ends and another begins, and how many fell on the canary."""
        if event.at >= self.until:
            self.until = event.at + INSTANT
            self.split.instant()
            self.crowds = [*sorted(self.crowds)[-LEFT_OUT:], 0]
        self.crowds[-1] += event.on_canary

    def tally(self) -> Tally:
        split = self.split
        (stable, canary), (other, repeats) = self.seen, self.repeats
        log_e = split.log_e
        told = (split.hits, split.told, split.expected)
        stalled = sum(sorted(self.crowds)[-LEFT_OUT:])
        return Tally(canary, stable, repeats, other, *told, log_e, self.peak, stalled)


class _Fold:
    """The running state of one fold."""

    def __init__(self, case: Case, errors: float, slow: float) -> None:
        self.errors = _Kind(case, errors, Split(case.tolerance, WORSE))
        most = inf if case.spans else MOST  # counters have no instants that could be told apart
        self.slow = _Kind(case, slow, Split(case.tolerance, SLOWER, most))
        self.goal, self.peak = 1.0 / case.alpha, errors + slow
        self.at: float | None = None

    def events(self, events: Iterable[Event]) -> None:
        kinds = {"error": self.errors, "slow": self.slow}
        for event in sorted(events, key=attrgetter("at")):
            kind, on_canary = kinds[event.kind], event.on_canary
            kind.seen[on_canary] += 1
            if kind is self.slow:
                kind.instant(event)
            if not kind.incidents.new(event.client, event.at):
                kind.repeats[on_canary] += 1
                continue
            kind.split.add(event.weight, on_canary)
            if on_canary and self.at is None and self._look():
                self.at = event.at

    def spans(self, spans: Iterable[Span]) -> None:
        for span in spans:
            counts = (
                (self.errors, True, span.canary_errors),
                (self.errors, False, span.stable_errors),
                (self.slow, True, span.canary_slow),
                (self.slow, False, span.stable_slow),
            )
            for kind, on_canary, count in counts:
                kind.seen[on_canary] += max(count, 0)
                kind.split.add(span.weight, on_canary, max(count, 0))
            self._look()

    def _look(self) -> bool:
        """Note a new high; True when it reaches the goal."""
        errors, slow = self.errors, self.slow
        bound = errors.share * plain(errors.split.bound) + slow.share * plain(slow.split.bound)
        if bound <= self.peak:
            return False
        here, there = errors.split.log_e, slow.split.log_e
        total = errors.share * plain(here) + slow.share * plain(there)
        if total > self.peak:
            self.peak, errors.peak, slow.peak = total, here, there
        return total >= self.goal


def fold(case: Case, errors: float, slow: float) -> Folded:
    """The events of `case` (or its spans) folded, `errors` and `slow` being the two shares of
    alpha; zero shares (a first deploy) leave the peak at 0."""
    running = _Fold(case, errors, slow)
    running.events(case.events)
    running.spans(case.spans)
    return Folded(running.errors.tally(), running.slow.tally(), running.peak, running.at)
