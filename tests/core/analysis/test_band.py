from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placid.core.analysis.band import (
    Histogram,
    above,
    constant,
    level,
    perhaps_above,
    radius,
    since,
    size,
    slower,
)

BOUNDS = (50.0, 100.0, 250.0, 500.0, 1000.0)


@st.composite
def histograms(draw: st.DrawFn) -> Histogram:
    counts = draw(st.lists(st.integers(0, 2000), min_size=5, max_size=5))
    return tuple((bound, sum(counts[: i + 1])) for i, bound in enumerate(BOUNDS))


def test_the_radius_that_confseq_documents() -> None:
    assert math.isclose(radius(1000, 0.05), 0.08204769, rel_tol=1e-5)


def test_no_band_below_a_hundred() -> None:
    assert radius(99, 0.05) == math.inf
    assert radius(100, 0.05) < 1


@settings(deadline=None)
@given(st.integers(100, 10**9), st.floats(1e-9, 0.5))
def test_it_narrows_with_requests_and_widens_with_certainty(n: int, alpha: float) -> None:
    assert radius(n + 100, alpha) < radius(n, alpha)
    assert constant(alpha / 2) > constant(alpha)


def test_levels_of_all_weights_sum_to_alpha() -> None:
    assert level(0.05, 0) == 0.025
    assert math.isclose(sum(level(0.05, n) for n in range(100_000)), 0.05, rel_tol=1e-4)


@settings(deadline=None)
@given(histograms(), st.floats(0, 2000))
def test_what_is_above_for_certain_may_be_above(histogram: Histogram, bound: float) -> None:
    assert 0 <= above(histogram, bound) <= perhaps_above(histogram, bound) <= size(histogram)


def test_a_bound_of_the_histogram_is_exact() -> None:
    histogram = ((50.0, 10), (100.0, 30), (250.0, 40))
    assert above(histogram, 100.0) == perhaps_above(histogram, 100.0) == 10
    assert (above(histogram, 70.0), perhaps_above(histogram, 70.0)) == (10, 30)
    assert (above(histogram, 10.0), perhaps_above(histogram, 10.0)) == (30, 40)
    assert (above(histogram, 900.0), perhaps_above(histogram, 900.0)) == (0, 0)
    assert (above((), 1.0), perhaps_above((), 1.0)) == (0, 0)


@settings(deadline=None)
@given(histograms(), st.floats(0.001, 0.2))
def test_a_release_is_not_slower_than_itself(histogram: Histogram, alpha: float) -> None:
    gap = slower(histogram, histogram, alpha)
    assert gap is None or not gap.beyond


@settings(deadline=None)
@given(histograms(), histograms())
def test_only_one_of_two_is_slower(one: Histogram, other: Histogram) -> None:
    here, there = slower(one, other, 0.05), slower(other, one, 0.05)
    assert (here is None) == (there is None)
    if here and there and here.beyond and there.beyond:
        assert here.bound != there.bound


def test_a_much_slower_one_is_found_where_it_differs_most() -> None:
    gap = slower(((100.0, 100), (500.0, 1000)), ((100.0, 8000), (500.0, 9000)), 0.05)
    assert gap is not None and gap.beyond
    assert (gap.bound, round(gap.canary, 3), round(gap.stable, 3)) == (100.0, 0.9, 0.111)


@settings(deadline=None)
@given(histograms(), histograms())
def test_since_takes_away_what_was(before: Histogram, more: Histogram) -> None:
    whole = tuple((b, c + d) for (b, c), (_, d) in zip(before, more, strict=True))
    assert since(whole, before) == more
    assert since(whole, ()) == whole


@pytest.mark.parametrize("seed", range(3))
def test_the_band_holds_the_truth_at_every_look(seed: int) -> None:
    """Uniform latencies: the histogram's shares stay within the radius, always."""
    rng, counts, left = random.Random(seed), [0] * 10, 0
    for n in range(1, 3001):
        counts[min(int(rng.random() * 10), 9)] += 1
        shares = [sum(counts[: i + 1]) / n for i in range(10)]
        left += any(abs(s - (i + 1) / 10) > radius(n, 0.05) for i, s in enumerate(shares))
    assert left == 0
