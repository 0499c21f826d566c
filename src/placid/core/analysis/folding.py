"""One pass over the bad requests of a rollout: both comparisons, and when they convicted.

The fold keeps nothing between calls; a killed agent folds again and finds the same. Conviction is
by the highest point the weighted sum of the two e-processes ever reached, so a verdict, once bad,
stays bad. Only an event on the canary can raise the sum, so only there is it worked out, and not
even there when a cheap bound says that it is no new high. 10,000 events take about 15 ms.

A copy that stalls (it is cold, or the machine busy) answers all it held at once: one cause, many
slow requests, by as many clients. So where far more slow answers than usual fall on the canary in
an instant, those that are too many (`Instants`) are left out of totals, and in the bet count as if
stable had given them. This only takes evidence away, so what is honest without it stays so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from placid.core.analysis.case import Case, Event, Span
from placid.core.analysis.evidence import SLOWER, WORSE, Bets, Incidents, Instants, Split, plain

LONGEST = 6
"""Windows an incident may last where sessions stick to a release."""


@dataclass(frozen=True, slots=True)
class Tally:
    """One kind of bad request: as it came (`canary`, `stable`), repeats left out (`hits` of `told`
    fell on the canary, `expected` would have), and the log e-value now and at the peak. `stalled`
    is how many of the slow ones on the canary one stall may have held: they are no evidence."""

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

    __slots__ = ("incidents", "peak", "repeats", "seen", "share", "split", "stalled")

    def __init__(self, case: Case, share: float, bets: Bets) -> None:
        longest = LONGEST * case.window if case.sticky else case.window
        self.split, self.share = Split(case.tolerance, bets), share
        self.incidents = Incidents(case.window, longest)
        self.seen, self.repeats, self.peak, self.stalled = [0, 0], [0, 0], 0.0, 0

    def tally(self) -> Tally:
        split = self.split
        (stable, canary), (other, repeats) = self.seen, self.repeats
        log_e = split.log_e
        told = (split.hits, split.told, split.expected)
        return Tally(canary, stable, repeats, other, *told, log_e, self.peak, self.stalled)


class _Fold:
    """The running state of one fold."""

    def __init__(self, case: Case, errors: float, slow: float) -> None:
        self.errors, self.slow = _Kind(case, errors, WORSE), _Kind(case, slow, SLOWER)
        self.goal, self.peak = 1.0 / case.alpha, errors + slow
        self.at: float | None = None

    def events(self, events: Iterable[Event]) -> None:
        ordered = sorted(events, key=attrgetter("at"))
        slow = next((event.at for event in ordered if event.kind == "slow"), 0.0)
        instants = Instants(slow)
        for event in ordered:
            kind = self.errors if event.kind == "error" else self.slow
            counts = event.on_canary
            kind.seen[counts] += 1
            if counts and kind is self.slow and not instants.room(event.at, event.weight):
                kind.stalled += 1
                counts = False
            if not kind.incidents.new(event.client, event.at):
                kind.repeats[event.on_canary] += 1
                continue
            kind.split.add(event.weight, counts)
            if counts and self.at is None and self._look():
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
