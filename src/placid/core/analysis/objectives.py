"""The objectives: has the new release broken one, has stable, is the new one proven to keep it?

Errors count once per incident where they speak against a release (repeats by one client are left
out), and all of them where they speak for it. A p95 objective is met when at most 5 % of the
requests are slower; with a histogram that is asked at a bucket bound, on the safe side both ways:
the bound at or over the objective to convict, the one at or below it to certify (one and the same
where the objective is a bound). What a stall may have held does not convict.

Breaking an objective counts against the new release only while stable keeps the same one (by what
was seen of it) and the new one looks worse than stable: what both suffer is no fault of a release.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from placid.core.analysis import sentences
from placid.core.analysis.band import above, perhaps_above, size
from placid.core.analysis.case import Case, Counts
from placid.core.analysis.evidence import breach, certificate, needed
from placid.core.analysis.folding import Folded

SLOWEST = 0.05
"""The share of requests that may be slower than a p95 objective."""


@dataclass(frozen=True, slots=True)
class Objective:
    """Log e-values about one objective, and what to say.

    broken   against "the canary keeps it"; -inf where stable breaks it as well
    sick     against "stable keeps it"
    kept     against "the canary breaks it"
    """

    broken: float
    sick: float
    kept: float
    says_broken: str
    says_sick: str
    says_kept: str
    says_unproven: str


def errors(case: Case, folded: Folded) -> Objective | None:
    """The objective on errors, None where there is none."""
    limit = case.errors
    if limit is None:
        return None
    requests, every = _whole(case.canary)
    once = max(every - folded.errors.repeats_canary, 0)
    broken = breach(limit, requests, once)
    log_e, sick, words = broken, 0.0, ""
    if case.stable is not None:
        others, theirs = _whole(case.stable)
        theirs = max(theirs - folded.errors.repeats_stable, 0)
        sick = breach(limit, others, theirs)
        words = sentences.over(theirs, others, limit, sick)
        if theirs > limit * others or folded.errors.log_e < 0.0:
            broken = -inf
    more = max(needed(limit, every, case.alpha), requests)
    return Objective(
        broken,
        sick,
        certificate(limit, requests, every),
        sentences.over(once, requests, limit, log_e),
        words,
        sentences.kept(every, requests, limit),
        sentences.unproven(every, requests, more),
    )


def p95(case: Case, folded: Folded) -> Objective | None:
    """The objective on latency, None where there is none or no histogram to ask."""
    if case.p95 is None or not case.histogram:
        return None
    limit, latency = 1000.0 * case.p95, case.canary.latency
    requests, slow, perhaps = size(latency), above(latency, limit), perhaps_above(latency, limit)
    steady = max(slow - folded.slow.stalled, 0)
    broken = breach(SLOWEST, requests, steady)
    log_e, sick, words = broken, 0.0, ""
    if case.stable is not None:
        others, theirs = size(case.stable.latency), above(case.stable.latency, limit)
        sick = breach(SLOWEST, others, theirs)
        words = sentences.late(theirs, others, case.p95, sick)
        if theirs > SLOWEST * others or steady * others <= theirs * requests:
            broken = -inf if others else broken
    kept = certificate(SLOWEST, requests, perhaps)
    more = max(needed(SLOWEST, perhaps, case.alpha), requests)
    return Objective(
        broken,
        sick,
        kept,
        sentences.late(slow, requests, case.p95, log_e),
        words,
        sentences.timely(perhaps, requests, case.p95),
        sentences.untimely(perhaps, requests, case.p95, more),
    )


def _whole(counts: Counts) -> tuple[int, int]:
    """Requests and errors, mended where a look fell between the two counters."""
    errors = max(counts.errors, 0)
    return max(counts.requests, errors), errors
