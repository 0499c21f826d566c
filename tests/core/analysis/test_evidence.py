from __future__ import annotations

import math
import random
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placid.core.analysis.evidence import (
    BETTER,
    SLOWER,
    WORSE,
    Bets,
    Incidents,
    Instants,
    Split,
    breach,
    certificate,
    needed,
    plain,
)

WEIGHTS = st.floats(0.001, 0.999)
EVENTS = st.lists(st.tuples(st.sampled_from((0.01, 0.1, 0.5)), st.booleans()), max_size=40)


def folded(events: list[tuple[float, bool]], tolerance: float = 1.0, bets: Bets = WORSE) -> float:
    split = Split(tolerance, bets)
    for weight, on_canary in events:
        split.add(weight, on_canary)
    return split.log_e


def null(weight: float, tolerance: float) -> float:
    """Where a bad event falls when the canary is exactly `tolerance` times as bad as stable."""
    return weight * tolerance / (weight * tolerance + 1 - weight)


@pytest.mark.parametrize("bets", [WORSE, SLOWER, BETTER])
def test_stakes_are_one_in_all(bets: Bets) -> None:
    assert math.isclose(sum(stake for _, stake in bets), 1.0)


def test_two_errors_on_a_canary_of_ten_percent_by_hand() -> None:
    ratios = (1.5, 2, 3, 5, 10, 30, 100, 1000)
    by_hand = sum((r / (0.1 * r + 0.9)) ** 2 for r in ratios) / 8
    assert math.isclose(plain(folded([(0.1, True)] * 2)), by_hand)
    assert round(by_hand, 1) == 36.7


def test_an_error_on_stable_by_hand() -> None:
    ratios = (1.5, 2, 3, 5, 10, 30, 100, 1000)
    by_hand = sum(1 / (0.1 * r + 0.9) for r in ratios) / 8
    assert math.isclose(plain(folded([(0.1, False)])), by_hand)


@settings(deadline=None)
@given(
    st.lists(WEIGHTS, min_size=1, max_size=7), st.floats(0.1, 10), st.sampled_from((WORSE, SLOWER))
)
def test_it_is_fair_at_the_edge_of_the_null(weights: list[float], tol: float, bets: Bets) -> None:
    """Over every way the events may fall, the mean of the e-value is exactly 1."""
    mean = 0.0
    for sides in product((True, False), repeat=len(weights)):
        chance = 1.0
        for weight, side in zip(weights, sides, strict=True):
            chance *= null(weight, tol) if side else 1 - null(weight, tol)
        mean += chance * plain(folded(list(zip(weights, sides, strict=True)), tol, bets))
    assert math.isclose(mean, 1.0, rel_tol=1e-9)


@settings(deadline=None)
@given(EVENTS, WEIGHTS, st.floats(0, 1))
def test_it_never_grows_on_average_under_the_null(
    past: list[tuple[float, bool]], weight: float, share: float
) -> None:
    """After any past, the next event leaves it no higher in the mean, for any better canary."""
    chance = share * weight
    hit, miss = folded([*past, (weight, True)]), folded([*past, (weight, False)])
    now = folded(past)
    assert chance * math.exp(hit - now) + (1 - chance) * math.exp(miss - now) <= 1 + 1e-9


@settings(deadline=None)
@given(EVENTS, st.randoms(use_true_random=False))
def test_order_does_not_matter(events: list[tuple[float, bool]], rng: random.Random) -> None:
    shuffled = list(events)
    rng.shuffle(shuffled)
    assert math.isclose(folded(events), folded(shuffled), abs_tol=1e-9)


@settings(deadline=None)
@given(EVENTS, WEIGHTS)
def test_canary_raises_and_stable_lowers(past: list[tuple[float, bool]], weight: float) -> None:
    now = folded(past)
    assert folded([*past, (weight, True)]) >= now - 1e-9
    assert folded([*past, (weight, False)]) <= now + 1e-9


@settings(deadline=None)
@given(EVENTS, st.sampled_from((0.0, 1.0, -0.5, 1.5, math.nan, math.inf)), st.booleans())
def test_weights_that_leave_no_choice_say_nothing(
    past: list[tuple[float, bool]], weight: float, on_canary: bool
) -> None:
    assert folded([*past, (weight, on_canary)]) == folded(past)


@settings(deadline=None)
@given(EVENTS)
def test_counts_are_the_same_as_single_events(events: list[tuple[float, bool]]) -> None:
    split = Split()
    for pair in sorted(set(events)):
        split.add(*pair, events.count(pair))
    assert math.isclose(split.log_e, folded(events), abs_tol=1e-9)


ANSWERS = st.lists(st.tuples(st.floats(0, 20), st.sampled_from((0.1, 0.5))), max_size=60)


def counted(answers: list[tuple[float, float]], start: float = 0.0) -> list[bool]:
    """Whether each slow answer of the canary, (seconds, weight) in order of time, counts."""
    instants = Instants(start)
    return [instants.room(at, weight) for at, weight in answers]


@settings(deadline=None)
@given(ANSWERS, EVENTS)
def test_what_has_no_room_only_takes_evidence_away(
    answers: list[tuple[float, float]], before: list[tuple[float, bool]]
) -> None:
    """So what is honest without it is honest with it, at every look."""
    free = [*before, *((weight, True) for _, weight in sorted(answers))]
    told = zip(sorted(answers), counted(sorted(answers)), strict=True)
    fewer = [*before, *((weight, room) for (_, weight), room in told)]
    for end in range(len(before), len(free) + 1):
        assert folded(fewer[:end], 1.0, SLOWER) <= folded(free[:end], 1.0, SLOWER) + 1e-9


@settings(deadline=None)
@given(ANSWERS)
def test_whether_an_answer_counts_is_known_as_it_comes(answers: list[tuple[float, float]]) -> None:
    ordered = sorted(answers)
    whole = counted(ordered)
    assert all(counted(ordered[:end]) == whole[:end] for end in range(len(ordered)))


@given(st.floats(0, 1e9), st.integers(1, 500))
def test_of_a_first_stall_one_answer_counts(at: float, count: int) -> None:
    assert sum(counted([(at, 0.1)] * count, start=at)) == 1


@given(st.integers(2, 20))
def test_a_release_that_is_slow_steadily_has_room_for_all(rate: int) -> None:
    """However slow: after a while nothing is left out, though it began with nothing known."""
    answers = [(n / rate, 0.1) for n in range(40 * rate)]
    assert all(counted(answers)[20 * rate :])


def test_an_instant_has_room_by_the_history_by_hand() -> None:
    """10 answers a second apart: an instant has room for 1 + 6 * 0.45 * 10 / 10 = 3.7."""
    apart = [(float(n), 0.1) for n in range(10)]
    assert counted([*apart, *[(10.0, 0.1)] * 5]) == [True] * 13 + [False] * 2


def test_another_weight_begins_another_history() -> None:
    apart = [(float(n), 0.1) for n in range(10)]
    assert counted([*apart, *[(10.0, 0.5)] * 3]) == [True] * 11 + [False] * 2


@settings(deadline=None)
@given(EVENTS)
def test_the_bound_is_never_below(events: list[tuple[float, bool]]) -> None:
    split, twin = Split(), Split()
    for weight, on_canary in events:
        split.add(weight, on_canary)
        twin.add(weight, on_canary)
        assert split.bound >= twin.log_e - 1e-9


@settings(deadline=None)
@given(EVENTS)
def test_tolerance_only_forgives(events: list[tuple[float, bool]]) -> None:
    hits = [event for event in events if event[1]]
    assert folded(hits, 2.0) <= folded(hits, 1.0) + 1e-9


@settings(deadline=None)
@given(st.floats(1e-300, 1e300), st.floats(5e-324, 1, exclude_max=True), st.booleans())
def test_no_weight_and_no_tolerance_breaks_it(tol: float, weight: float, side: bool) -> None:
    assert math.isfinite(folded([(weight, side)] * 3, tol))


def test_ville_holds_where_it_is_looked_at_after_every_event() -> None:
    rng, crossed, runs = random.Random(20261123), 0, 1000
    for _ in range(runs):
        split = Split()
        for _ in range(120):
            split.add(0.1, rng.random() < 0.1)
            if split.bound >= math.log(20) and split.log_e >= math.log(20):
                crossed += 1
                break
    assert crossed <= 0.05 * runs


def binomial(n: int, p: float) -> list[float]:
    return [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]


@settings(deadline=None)
@given(st.floats(0.001, 0.9), st.floats(0, 1), st.integers(0, 60))
def test_breach_does_not_grow_while_the_limit_is_kept(limit: float, part: float, n: int) -> None:
    chances = binomial(n, part * limit)
    assert sum(c * plain(breach(limit, n, k)) for k, c in enumerate(chances)) <= 1 + 1e-9


@settings(deadline=None)
@given(st.floats(0.001, 0.9), st.floats(0, 1), st.integers(0, 60))
def test_certificate_does_not_grow_while_the_limit_is_broken(
    limit: float, part: float, n: int
) -> None:
    chances = binomial(n, limit + part * (1 - limit))
    assert sum(c * plain(certificate(limit, n, k)) for k, c in enumerate(chances)) <= 1 + 1e-9


@settings(deadline=None)
@given(st.floats(0, 1), st.integers(0, 5000), st.integers(0, 5000))
def test_more_errors_never_speak_for_a_release(limit: float, n: int, bad: int) -> None:
    bad = min(bad, n)
    assert breach(limit, n + 1, bad + 1) >= breach(limit, n + 1, bad) - 1e-9
    assert certificate(limit, n + 1, bad + 1) <= certificate(limit, n + 1, bad) + 1e-9


@settings(deadline=None)
@given(st.floats(0.001, 0.5), st.integers(0, 50), st.floats(0.001, 0.5))
def test_needed_is_the_least_that_certifies(limit: float, bad: int, alpha: float) -> None:
    count = needed(limit, bad, alpha)
    assert certificate(limit, count, bad) >= -math.log(alpha)
    assert count <= max(bad, 1) or certificate(limit, count - 1, bad) < -math.log(alpha)


def test_needed_by_hand() -> None:
    assert [needed(0.01, bad, 0.05) for bad in (0, 1, 2)] == [353, 626, 865]


TIMES = st.lists(st.floats(0, 100), max_size=30).map(sorted)


@settings(deadline=None)
@given(TIMES, st.floats(0.1, 20))
def test_incidents_of_a_client_are_a_window_apart(times: list[float], window: float) -> None:
    incidents = Incidents(window)
    opened = [at for at in times if incidents.new("ada", at)]
    assert opened[:1] == times[:1]
    assert all(b >= a + window for a, b in pairwise(opened))
    assert all(any(a <= at < a + window for a in opened) for at in times)


@settings(deadline=None)
@given(TIMES)
def test_events_without_client_all_count(times: list[float]) -> None:
    incidents = Incidents(10.0)
    assert all(incidents.new("", at) for at in times)


@settings(deadline=None)
@given(TIMES, TIMES)
def test_clients_do_not_hide_one_another(ada: list[float], bob: list[float]) -> None:
    both = sorted([(at, "ada") for at in ada] + [(at, "bob") for at in bob])
    together, alone = Incidents(5.0), Incidents(5.0)
    counted = [at for at, who in both if together.new(who, at) and who == "ada"]
    assert counted == [at for at in ada if alone.new("ada", at)]


def test_retries_that_outlast_the_window_are_one_incident_where_sessions_stick() -> None:
    incidents = Incidents(10.0, 60.0)
    opened = [at for at in range(100) if incidents.new("ada", float(at))]
    assert opened == [0, 60]
    assert incidents.new("ada", 200.0)


def test_one_incident_over_both_releases_stays_fair_one_for_each_does_not() -> None:
    """Twenty tries of one client, each drawn anew at 10 %: the first decides."""
    over_both = 0.1 * plain(folded([(0.1, True)])) + 0.9 * plain(folded([(0.1, False)]))
    none_here, none_there = 0.9**20, 0.1**20
    for_each = (
        none_here * plain(folded([(0.1, False)]))
        + none_there * plain(folded([(0.1, True)]))
        + (1 - none_here - none_there) * plain(folded([(0.1, True), (0.1, False)]))
    )
    assert math.isclose(over_both, 1.0)
    assert for_each > 1.5
