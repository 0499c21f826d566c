"""The sentences of a verdict: one per ground, each with its numbers, for a person to read.

The same words go to the ledger, the terminal, the page and the alert. Figures are rounded to two
digits that count, because nobody acts on the third.
"""

from __future__ import annotations

from math import floor, log10

from placid.core.analysis.band import Gap
from placid.core.analysis.case import Counts
from placid.core.analysis.evidence import plain
from placid.core.analysis.folding import Tally


def figure(value: float) -> str:
    """A number with two digits that count, never with an exponent."""
    if value == 0:
        return "0"
    places = 1 - floor(log10(abs(value)))
    return f"{round(value, places):.{max(places, 0)}f}" if places <= 0 else _short(value, places)


def _short(value: float, places: int) -> str:
    return f"{value:.{min(places, 9)}f}".rstrip("0").rstrip(".")


def share(value: float) -> str:
    """A share (0 to 1) in percent: "4.1 %"."""
    return f"{figure(100 * value)} %"


def strength(log_e: float) -> str:
    """An e-value: "e = 61"."""
    return "e over a million" if log_e > 13.8155 else f"e = {figure(plain(log_e))}"


def rate(bad: int, requests: int) -> str:
    """ "4.1 %" of the requests, or the bare count where nothing counted them."""
    return share(min(bad / requests, 1.0)) if requests else str(bad)


def compared(what: str, tally: Tally, canary: Counts, stable: Counts, log_e: float) -> str:
    """ "5xx 4.1 % against 0.9 %, 9 of 12 on the new release (1.2 expected), e = 61 after 240 ..."

    The incidents are those that could tell: under a weight of neither 0 nor 1, repeats left out.
    """
    landed = f"{tally.hits} of {tally.told} on the new release ({figure(tally.expected)} expected)"
    words = [landed, strength(log_e) + _after(canary.requests)]
    if canary.requests and stable.requests:
        here, there = rate(tally.canary, canary.requests), rate(tally.stable, stable.requests)
        words.insert(0, f"{here} against {there}")
    return f"{what} {', '.join(words)}"


def _after(requests: int) -> str:
    return f" after {requests} requests" if requests else ""


def apart(gap: Gap, requests: int) -> str:
    """ "latency: 31 % slower than 500 ms against 12 %, chance explains 9 points, after 400 ..." """
    return (
        f"latency: {share(gap.canary)} slower than {figure(gap.bound)} ms against"
        f" {share(gap.stable)}, chance explains {figure(100 * gap.radius)} points,"
        f" after {requests} requests"
    )


def over(errors: int, requests: int, limit: float, log_e: float) -> str:
    """ "5xx 4.1 % where the objective is 1 %, e = 290 after 240 requests" """
    said = f"5xx {rate(errors, requests)} where the objective is {share(limit)}"
    return f"{said}, {strength(log_e)}{_after(requests)}"


def late(slow: int, requests: int, p95: float, log_e: float) -> str:
    """ "9.1 % slower than the p95 objective of 500 ms, where 5 % may be, e = 40 after ..." """
    said = f"{rate(slow, requests)} slower than the p95 objective of {figure(1000 * p95)} ms"
    return f"{said}, where 5 % may be, {strength(log_e)}{_after(requests)}"


def kept(errors: int, requests: int, limit: float) -> str:
    """ "5xx 0 % is proven within the objective of 1 % after 360 requests" """
    said = f"5xx {rate(errors, requests)} is proven within the objective of {share(limit)}"
    return said + _after(requests)


def unproven(errors: int, requests: int, needed: int) -> str:
    """ "unproven: 12 requests, 0 errors; certification needs about 350" """
    count = "1 request" if requests == 1 else f"{requests} requests"
    failed = "1 error" if errors == 1 else f"{errors} errors"
    return f"unproven: {count}, {failed}; certification needs about {figure(needed)}"


def sick(reason: str) -> str:
    """What is said when stable itself breaks an objective; `reason` says which, in numbers."""
    return f"the stable release itself breaks its objective ({reason}): held, a person is called"


def timely(slow: int, requests: int, p95: float) -> str:
    """ "1.2 % slower than the p95 objective of 500 ms is proven within 5 % after 360 requests" """
    said = f"{rate(slow, requests)} slower than the p95 objective of {figure(1000 * p95)} ms"
    return f"{said} is proven within 5 %{_after(requests)}"


def untimely(slow: int, requests: int, p95: float, needed: int) -> str:
    """ "p95 of 500 ms unproven: 3 of 12 requests may be slower; certification needs about 130" """
    said = f"p95 of {figure(1000 * p95)} ms unproven: {slow} of {requests} requests may be slower"
    return f"{said}; certification needs about {figure(needed)}"
