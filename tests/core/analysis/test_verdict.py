from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from placid.core.analysis.case import Case, Counts, Event, Span
from placid.core.analysis.verdict import SHARES, judge, shares

BOUNDS = (50.0, 100.0, 250.0, 500.0, 1000.0)


def bad(at: float, on_canary: bool = True, weight: float = 0.1, client: str = "") -> Event:
    return Event(at, on_canary, "error", weight, client)


def spread(*counts: int) -> tuple[tuple[float, int], ...]:
    """A histogram from the requests in each of its buckets."""
    return tuple((bound, sum(counts[: i + 1])) for i, bound in enumerate(BOUNDS))


@st.composite
def counts(draw: st.DrawFn) -> Counts:
    inside = draw(st.lists(st.integers(0, 500), min_size=5, max_size=5))
    histogram = spread(*inside) if draw(st.booleans()) else ()
    return Counts(draw(st.integers(-5, 5000)), draw(st.integers(-5, 200)), histogram)


EVENT = st.builds(
    Event,
    st.floats(0, 100),
    st.booleans(),
    st.sampled_from(("error", "slow")),
    st.sampled_from((0.0, 0.01, 0.1, 0.5, 1.0, math.nan)),
    st.sampled_from(("", "ada", "bob")),
)
CASE = st.builds(
    Case,
    events=st.lists(EVENT, max_size=40).map(tuple),
    canary=counts(),
    stable=st.none() | counts(),
    spans=st.lists(st.builds(Span, st.floats(0, 1), *[st.integers(0, 9)] * 4), max_size=3).map(
        tuple
    ),
    errors=st.none() | st.floats(0, 1),
    p95=st.none() | st.floats(0, 10),
    alpha=st.floats(1e-6, 0.5),
    tolerance=st.floats(0.1, 10),
    window=st.floats(0, 20),
    sticky=st.booleans(),
    changes=st.lists(st.tuples(counts(), counts()), max_size=2).map(tuple),
    histogram=st.booleans(),
)


@settings(deadline=None)
@given(CASE)
def test_any_case_gets_a_word_a_reason_and_finite_numbers(case: Case) -> None:
    verdict = judge(case)
    assert verdict == judge(case)
    assert verdict.reasons and all(verdict.reasons)
    assert all(math.isfinite(number) for number in verdict.numbers.values())
    assert (verdict.outcome == "bad") == (verdict.evidence >= 1 / case.alpha)
    assert not (verdict.sick and verdict.outcome != "unsure")


@settings(deadline=None)
@given(CASE)
def test_shares_of_alpha_are_one_in_all(case: Case) -> None:
    held = shares(case)
    assert math.isclose(sum(held.values()), 1.0) or not any(held.values())
    assert case.stable is None or held["errors"] >= SHARES["errors"] - 1e-12


@settings(deadline=None)
@given(CASE, st.randoms(use_true_random=False))
def test_events_may_come_in_any_order(case: Case, rng: random.Random) -> None:
    events = [replace(event, at=float(n)) for n, event in enumerate(case.events)]
    shuffled = list(events)
    rng.shuffle(shuffled)
    one = judge(replace(case, events=tuple(events)))
    assert one == judge(replace(case, events=tuple(shuffled)))


@settings(deadline=None)
@given(CASE, st.integers(0, 40))
def test_once_convicted_by_events_it_stays_convicted(case: Case, first: int) -> None:
    events = tuple(sorted(case.events, key=lambda event: event.at))
    before = judge(replace(case, events=events[:first], spans=()))
    after = judge(replace(case, events=events, spans=()))
    if "at" in before.numbers:
        assert after.outcome == "bad"
        assert after.numbers["at"] == before.numbers["at"]


@settings(deadline=None)
@given(CASE, EVENT)
def test_one_more_on_the_canary_is_never_in_its_favour(case: Case, event: Event) -> None:
    later = replace(event, at=1000.0, on_canary=True, kind="error", client="")
    more = replace(case, events=(*case.events, later))
    assert judge(more).evidence >= judge(case).evidence * (1 - 1e-9)


@settings(deadline=None)
@given(st.lists(st.booleans(), max_size=60), st.sampled_from((0.01, 0.1, 0.5)))
def test_counters_say_what_events_say(sides: list[bool], weight: float) -> None:
    events = tuple(bad(n, side, weight) for n, side in enumerate(sides))
    span = Span(weight, canary_errors=sum(sides), stable_errors=len(sides) - sum(sides))
    here, there = judge(Case(events)), judge(Case(spans=(span,)))
    assert math.isclose(here.numbers["e.errors"], there.numbers["e.errors"], rel_tol=1e-9)


def test_slow_requests_of_counters_have_no_instants_and_count_in_full() -> None:
    assert judge(Case(spans=(Span(0.1, canary_slow=20, stable_slow=40),))).outcome == "bad"


@pytest.mark.parametrize("p95", [None, 0.5])
@pytest.mark.parametrize("slow", [0, 3, 50])
def test_two_errors_on_a_tenth_convict_whatever_else_is_judged(
    p95: float | None, slow: int
) -> None:
    calm = tuple(Event(n, False, "slow", 0.1) for n in range(slow))
    one = Case((*calm, bad(100)), Counts(20, 1), Counts(180), p95=p95)
    two = Case((*calm, bad(100), bad(101)), Counts(20, 2), Counts(180), p95=p95)
    assert judge(one).outcome == "unsure"
    assert judge(two).outcome == "bad"
    assert judge(two).numbers["at"] == 101


def test_two_errors_of_one_client_are_one() -> None:
    both = (bad(100, client="ada"), bad(100.5, client="ada"))
    assert judge(Case(both, Counts(2000, 2), Counts(18000))).outcome != "bad"
    apart = (bad(100, client="ada"), bad(101.5, client="ada"))
    assert judge(Case(apart, Counts(2000, 2), Counts(18000))).outcome == "bad"


def test_the_sentence_of_a_bad_release() -> None:
    events = tuple(bad(n, n % 3 != 0, 0.1, f"c{n}") for n in range(15))
    verdict = judge(Case(events, Counts(240, 10), Counts(2160, 5)))
    assert verdict.sentence == snapshot(
        "5xx 4.2 % against 0.23 %, 10 of 15 on the new release (1.5 expected), e = "
        "190000 after 240 requests; 5xx 4.2 % where the objective is 1 %, e = 180 after"
        " 240 requests"
    )


def test_the_sentence_of_a_slow_release() -> None:
    events = tuple(Event(n, n % 3 == 0, "slow", 0.1) for n in range(60))
    verdict = judge(Case(events, Counts(160), Counts(1440)))
    assert verdict.sentence == snapshot(
        "slow 12 % against 2.8 %, 20 of 60 on the new release (6 expected), e = 4100 "
        "after 160 requests"
    )


def stall(count: int, at: float = 100.0) -> tuple[Event, ...]:
    """So many of the canary's requests, answered together as a stall ends."""
    return tuple(Event(at + n / 100, True, "slow", 0.1, f"c{n}") for n in range(count))


@settings(deadline=None)
@given(st.integers(0, 80), st.sampled_from((0.01, 0.1, 0.5)), st.booleans())
def test_one_stall_convicts_nobody(count: int, weight: float, objective: bool) -> None:
    """Whatever share of the canary's first requests it held, on every ground."""
    events = tuple(replace(event, weight=weight) for event in stall(count))
    canary = Counts(count + 100, 0, spread(100, 0, 0, 0, count))
    p95 = 0.5 if objective else None
    verdict = judge(Case(events, canary, Counts(900, 0, spread(880, 10, 5, 5, 0)), p95=p95))
    assert verdict.outcome != "bad"


def test_a_stall_of_the_copies_as_they_start() -> None:
    """What was seen on a loaded machine: 7 of the first 18 requests were slow, all at once."""
    calm = tuple(Event(n * 0.3, False, "slow", 0.2) for n in range(9))
    held = tuple(replace(event, weight=0.2) for event in stall(7, at=1.0))
    verdict = judge(Case((*calm, *held), Counts(18), Counts(64)))
    assert verdict.outcome == "unsure"
    assert verdict.numbers["e.slow"] < 4


def test_the_same_slow_answers_one_by_one_convict() -> None:
    apart = tuple(replace(event, at=2.0 * n) for n, event in enumerate(stall(9)))
    assert judge(Case(apart, Counts(90), Counts(900))).outcome == "bad"


def test_stalls_of_stable_speak_for_the_canary_in_full() -> None:
    """They hold nine times as many requests where stable has nine tenths of the traffic."""
    both = (*stall(5), *(replace(e, on_canary=False, at=e.at + 60) for e in stall(45)))
    assert judge(Case(both)).numbers["e.slow"] < 1


def test_a_p95_that_stays_broken_convicts_though_a_stall_is_left_out() -> None:
    """At full weight, where nothing can be compared, only the totals can tell."""
    late = tuple(Event(float(n), True, "slow", 1.0) for n in range(40))
    canary, stable = Counts(400, 0, spread(300, 40, 10, 10, 40)), spread(4000, 0, 0, 0, 0)
    verdict = judge(Case(late, canary, Counts(4000, 0, stable), p95=0.5, histogram=True))
    assert verdict.outcome == "bad"


def test_the_sentence_of_a_latency_that_left_the_band() -> None:
    canary = Counts(900, 0, spread(100, 600, 100, 100, 0))
    stable = Counts(9000, 0, spread(7000, 1000, 500, 500, 0))
    assert judge(Case((), canary, stable)).sentence == snapshot(
        "latency: 89 % slower than 50 ms against 22 %, chance explains 13 points, after"
        " 900 requests"
    )


def test_the_sentence_of_a_broken_objective() -> None:
    errors = tuple(bad(n, True, 1.0) for n in range(8))
    verdict = judge(Case(errors, Counts(100, 8), Counts(1000, 1)))
    assert (verdict.outcome, verdict.sentence) == snapshot(
        (
            "bad",
            "5xx 8 % where the objective is 1 %, e = 3400 after 100 requests",
        )
    )


def test_the_sentence_of_a_broken_p95() -> None:
    canary = Counts(200, 0, spread(80, 40, 30, 20, 30))
    stable = Counts(150, 0, spread(60, 40, 40, 10, 0))
    verdict = judge(Case((), canary, stable, p95=0.5))
    assert (verdict.outcome, verdict.sentence) == snapshot(
        (
            "bad",
            (
                "15 % slower than the p95 objective of 500 ms, where 5 % may be, e = 160000 "
                "after 200 requests"
            ),
        )
    )


def test_the_sentence_of_a_good_release() -> None:
    verdict = judge(Case((), Counts(400), Counts(3600, 4)))
    assert (verdict.outcome, verdict.sentence) == snapshot(
        (
            "good",
            "5xx 0 % is proven within the objective of 1 % after 400 requests",
        )
    )


def test_the_sentence_of_a_good_release_with_a_p95() -> None:
    canary = Counts(400, 0, spread(300, 80, 15, 5, 0))
    verdict = judge(Case((), canary, Counts(3600, 4), p95=0.5))
    assert (verdict.outcome, verdict.sentence) == snapshot(
        (
            "good",
            (
                "5xx 0 % is proven within the objective of 1 % after 400 requests; 0 % slower "
                "than the p95 objective of 500 ms is proven within 5 % after 400 requests"
            ),
        )
    )


@pytest.mark.parametrize("requests", [0, 1, 12])
def test_the_sentence_of_too_little_traffic(requests: int) -> None:
    verdict = judge(Case((), Counts(requests), Counts(100)))
    assert verdict.outcome == "unsure"
    assert verdict.sentence.startswith(f"unproven: {requests} request")
    assert verdict.sentence.endswith(" 0 errors; certification needs about 350")


def test_the_sentence_when_stable_is_sick() -> None:
    verdict = judge(Case((), Counts(400, 8), Counts(3600, 90)))
    assert verdict.sick
    assert (verdict.outcome, verdict.sentence) == snapshot(
        (
            "unsure",
            (
                "the stable release itself breaks its objective (5xx 2.5 % where the objective "
                "is 1 %, e over a million after 3600 requests): held, a person is called"
            ),
        )
    )


def test_a_release_that_mends_a_sick_one_is_good() -> None:
    verdict = judge(Case((), Counts(400), Counts(3600, 90)))
    assert not verdict.sick
    assert (verdict.outcome, verdict.sentence) == snapshot(
        (
            "good",
            (
                "5xx 0 % is proven within the objective of 1 % after 400 requests; stable "
                "breaks its objective, this one mends it: 5xx 2.5 % where the objective is 1 %,"
                " e over a million after 3600 requests"
            ),
        )
    )


def test_a_release_worse_than_a_sick_one_is_bad() -> None:
    events = tuple(bad(n, n % 2 == 0) for n in range(40))
    verdict = judge(Case(events, Counts(100, 20), Counts(900, 20)))
    assert (verdict.outcome, verdict.sick) == ("bad", False)


def test_the_objective_convicts_nobody_for_what_both_suffer() -> None:
    events = tuple(bad(n, n % 10 == 0) for n in range(1000))
    verdict = judge(Case(events, Counts(2000, 100), Counts(18000, 900)))
    assert (verdict.outcome, verdict.sick) == ("unsure", True)


def test_a_first_deploy_is_held_to_its_objectives() -> None:
    failing = judge(Case((), Counts(20, 3), None))
    assert (failing.outcome, failing.sentence) == snapshot(
        (
            "bad",
            "5xx 15 % where the objective is 1 %, e = 54 after 20 requests",
        )
    )
    fine = judge(Case((), Counts(400, 0), None))
    assert (fine.outcome, fine.sentence) == snapshot(
        (
            "good",
            "5xx 0 % is proven within the objective of 1 % after 400 requests",
        )
    )
    nothing = judge(Case((), Counts(400, 9), None, errors=None))
    assert (nothing.outcome, nothing.sentence, nothing.evidence) == snapshot(
        (
            "unsure",
            "no objective on errors to prove; not found worse",
            1.0,
        )
    )


def test_without_a_histogram_it_says_that_p95_is_not_judged() -> None:
    verdict = judge(Case((), Counts(400), Counts(3600), p95=0.5, histogram=False))
    assert (verdict.outcome, verdict.sentence) == snapshot(
        (
            "good",
            (
                "5xx 0 % is proven within the objective of 1 % after 400 requests; p95 is not "
                "judged: there is no latency histogram"
            ),
        )
    )


def test_drift_while_the_weight_changes_is_no_slowness() -> None:
    """At 1 % all was fast, at 50 % all is slow: only what came after the change is compared."""
    fast, slow = (100, 0, 0, 0, 0), (0, 0, 0, 500, 0)
    before = (Counts(100, 0, spread(*fast)), Counts(9900, 0, spread(9900, 0, 0, 0, 0)))
    canary = Counts(600, 0, spread(*(a + b for a, b in zip(fast, slow, strict=True))))
    stable = Counts(10400, 0, spread(9900, 0, 0, 500, 0))
    assert judge(Case((), canary, stable)).outcome == "bad"
    assert judge(Case((), canary, stable, changes=(before,))).outcome == "good"


def test_numbers_are_named() -> None:
    case = Case((bad(1), bad(2)), Counts(20, 2), Counts(180), p95=0.5)
    numbers = {name: round(value, 3) for name, value in judge(case).numbers.items()}
    assert numbers == snapshot(
        {
            "e.errors": 36.702,
            "e.slow": 1.0,
            "e.band": 0.0,
            "e.limit": 5.77,
            "e.p95": 1.0,
            "requests.canary": 20,
            "errors.canary": 0.1,
            "slow.canary": 0.0,
            "requests.stable": 180,
            "errors.stable": 0.0,
            "slow.stable": 0.0,
            "kept.limit": 0.086,
            "sick.limit": 0.075,
            "kept.p95": 1.0,
            "sick.p95": 1.0,
            "at": 2,
        }
    )
