"""E-processes: evidence that may be looked at after every event and stays honest.

An e-process is a bet against a null hypothesis. It starts at 1, never goes below 0, and does not
grow on average while the null holds; so it ever reaches 1/alpha with probability at most alpha
(Ville), however often it is looked at. The weighted mean of e-processes is one again.

`Split` asks: which release did the bad request land on? With the canary at weight w, and as bad as
stable times `tolerance`, it hits the canary with p(1), where p(r) = w*r*tol / (w*r*tol + 1 - w).
A bad request on the canary multiplies the bet on ratio r by p(r)/p(1), one on stable by
(1 - p(r))/(1 - p(1)). It needs no error rate, so outages that both releases share, changing weights
and a stable release without errors do no harm. Validity needs that each counted event draws its
release anew: true of every request, retries too, when assignment is per request. Where sessions
stick, errors come in clusters and only the first of each is a draw: `Incidents` (window 1 s per
request, 10 s where sessions stick or nobody knows). `breach` and `certificate` bet on totals alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

Bets = tuple[tuple[float, float], ...]
"""Ratios that are bet on, and how much of the stake (1 in all) on each."""

WORSE: Bets = tuple((r, 0.125) for r in (1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0, 1000.0))
"""How much worse a canary's errors may be. A bad release may fail one request in 50, or all."""

SLOWER: Bets = ((1.3, 0.25), (1.6, 0.35), (2.0, 0.25), (2.5, 0.15))
"""How many times as many requests may be slow: p95 +20 % is a ratio of 1.7. Bets on higher ones are
not needed to find those, and win most from what a stall holds."""

BETTER: Bets = ((0.05, 0.5), (0.2, 0.2), (0.4, 0.2), (0.6, 0.1))
"""Odds against the objective's that `certificate` bets on, and how much of it on each."""

INSTANT = 0.45
"""Seconds in which slow answers may all have one cause."""

TIMES = 6.0
"""How much fuller than usual an instant may be: with 5 p95 +20 % is found a sixth later, with 7
more stalls convict."""

LEAST_HISTORY = 6.0
"""Seconds that a release's history counts for at least."""

_LEAST = 1e-6


def _log_fall(share: float, ratio: float) -> float:
    """log((1 - p(ratio)) / (1 - share)): safe also where the tilted share p is nearly 1."""
    return -math.log(share * ratio + 1.0 - share)


def log_mean(logs: Sequence[float], bets: Bets) -> float:
    """The log of the mean of exp(logs), weighted by the stakes of `bets`, without overflow."""
    top = max(logs)
    if top == -math.inf:
        return top
    means = [bet[1] * math.exp(log - top) for log, bet in zip(logs, bets, strict=True)]
    return top + math.log(sum(means))


def plain(log_e: float) -> float:
    """An e-value from its log; anything beyond 1e300 reads as 1e300."""
    return math.exp(min(log_e, 690.7755278982137))


class Split:
    """The running bet against "the canary is at most `tolerance` times as bad as stable".

    Constant memory and constant work per event. An event under weight 0 or 1 says nothing.
    `hits` counts those that told (`told`) and fell on the canary; `expected` is how many of them
    would have, were both releases alike.
    """

    __slots__ = (
        "_ahead",
        "_bets",
        "_logs",
        "_now",
        "_steps",
        "_weight",
        "expected",
        "hits",
        "told",
    )

    def __init__(self, tolerance: float = 1.0, bets: Bets = WORSE) -> None:
        self._bets = bets
        self._steps = _Steps(min(max(tolerance, _LEAST), 1.0 / _LEAST), bets)
        self._logs = [0.0] * len(bets)
        self._weight, self._now, self._ahead = 0.0, [0, 0], 0.0
        self.hits, self.told, self.expected = 0, 0, 0.0

    def add(self, weight: float, on_canary: bool, count: int = 1) -> None:
        """Fold in `count` bad events that fell on one release while the canary had `weight`."""
        if not 0.0 < weight < 1.0:
            return
        if weight != self._weight:
            self._settle()
            self._weight = weight
        self._now[on_canary] += count
        self.told += count
        self.expected += weight * count
        if on_canary:
            self.hits += count
            self._ahead += count * self._steps[weight][1][-1]

    def _settle(self) -> None:
        """Turn the counts under the present weight into the bets' logs."""
        if self._weight:
            rest, hits = self._now
            self._logs = [
                log + rest * fall + hits * rise
                for log, fall, rise in zip(self._logs, *self._steps[self._weight], strict=True)
            ]
        self._now = [0, 0]

    @property
    def log_e(self) -> float:
        """The log of the e-value now."""
        self._settle()
        self._ahead = log_mean(self._logs, self._bets)
        return self._ahead

    @property
    def bound(self) -> float:
        """A cheap upper bound of `log_e`: as if all since it was last asked had hit the canary."""
        return self._ahead


class _Steps(dict[float, tuple[tuple[float, ...], tuple[float, ...]]]):
    """Per weight, how much a bad event on stable, and one on the canary, moves each bet's log."""

    def __init__(self, tolerance: float, bets: Bets) -> None:
        super().__init__()
        self.tolerance = tolerance
        self.ratios = [ratio for ratio, _ in bets]

    def __missing__(self, weight: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
        fair = _log_fall(weight, self.tolerance)
        falls = tuple(_log_fall(weight, r * self.tolerance) - fair for r in self.ratios)
        rises = tuple(fall + math.log(r) for fall, r in zip(falls, self.ratios, strict=True))
        self[weight] = steps = (falls, rises)
        return steps


class Incidents:
    """Counts a client's burst of bad requests once: the first, then none for `window` seconds.

    With `longest` over `window` (sessions stick) a burst goes on while its requests come within
    `window` of one another, for `longest` seconds at most: retries may outlast any fixed window,
    and many people may share one client key.

    The first one decides on which release the incident fell, so a client counts once over both.
    (Counting one per release instead would favour the smaller: of 20 retries that are drawn anew at
    10 %, both releases see one, and the canary would seem to get half of all incidents.)
    """

    __slots__ = ("_open", "longest", "window")

    def __init__(self, window: float, longest: float = 0.0) -> None:
        self.window, self.longest = window, max(longest, window)
        self._open: dict[str, tuple[float, float]] = {}

    def new(self, client: str, at: float) -> bool:
        """True when this event (none is earlier than the one before) opens an incident; one
        without a client always does."""
        if not client or self.window <= 0:
            return True
        first, last = self._open.get(client, (-math.inf, -math.inf))
        if at < last + self.window and at < first + self.longest:
            self._open[client] = (first, at)
            return False
        self._open[client] = (at, at)
        return True


class Instants:
    """Tells the slow answers of the new release that one stall may have held.

    An instant begins with a slow answer and lasts `INSTANT` seconds. It has room for one, and for
    `TIMES` as many as fit into one on average by the release's own history: answers that counted,
    over the seconds since `start`, `LEAST_HISTORY` of them at least. A release that is slow
    steadily soon has room for all its slow answers. Another weight begins another history.
    """

    __slots__ = ("_counted", "_left", "_start", "_until", "_weight")

    def __init__(self, start: float) -> None:
        self._start, self._until, self._weight = start, -math.inf, math.nan
        self._counted, self._left = 0, 0.0

    def room(self, at: float, weight: float) -> bool:
        """Whether a slow answer at `at` counts; to be asked once for each, in order of time."""
        if weight != self._weight:
            if not math.isnan(self._weight):
                self._start, self._counted, self._until = at, 0, -math.inf
            self._weight = weight
        if at >= self._until:
            self._until = at + INSTANT
            seconds = max(at - self._start, LEAST_HISTORY)
            self._left = 1.0 + TIMES * INSTANT * self._counted / seconds
        self._left -= 1.0
        self._counted += self._left >= 0.0
        return self._left >= 0.0


def _clamped(share: float) -> float:
    return min(max(share, _LEAST), 1.0 - _LEAST)


def _wager(share: float, bets: Bets, hits: int, rest: int) -> float:
    logs: list[float] = []
    for ratio, _ in bets:
        fall = _log_fall(share, ratio)
        logs.append(hits * (fall + math.log(ratio)) + rest * fall)
    return log_mean(logs, bets)


def breach(limit: float, requests: int, bad: int) -> float:
    """Log e-value against "at most `limit` (a share) of the requests are bad", from totals."""
    return _wager(_clamped(limit), WORSE, bad, max(requests - bad, 0))


def certificate(limit: float, requests: int, bad: int) -> float:
    """Log e-value against "`limit` (a share) or more of the requests are bad", from totals."""
    return _wager(_clamped(limit), BETTER, bad, max(requests - bad, 0))


@lru_cache(maxsize=4096)
def needed(limit: float, bad: int, alpha: float) -> int:
    """Requests, `bad` of them bad, that `certificate` needs to reach 1/alpha."""
    goal, high = -math.log(alpha), max(bad, 1)
    while certificate(limit, high, bad) < goal:
        high *= 2
    low = high // 2
    while low < high:
        middle = (low + high) // 2
        if certificate(limit, middle, bad) >= goal:
            high = middle
        else:
            low = middle + 1
    return high
