"""Every strategy, for every number of copies, ends with all traffic on the new release, judged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placid.config.model import Chosen, known_strategies
from placid.core.rollout.steps import Judge, Scale, Shift

NAMES = known_strategies().names()


@pytest.mark.promise("strategies")
@pytest.mark.parametrize("name", NAMES)
@given(copies=st.integers(1, 60))
def test_it_ends_with_all_traffic_judged_at_full_size(name: str, copies: int) -> None:
    steps = Chosen(name=name).plan(copies)
    new = [step.copies for step in steps if isinstance(step, Scale) and step.which == "new"]
    shares = [step.percent for step in steps if isinstance(step, Shift)]

    assert new[-1] == copies
    assert new == sorted(new)
    assert shares[-1] == 100.0
    assert shares == sorted(shares)
    after = steps[max(i for i, step in enumerate(steps) if isinstance(step, Shift)) :]
    assert any(isinstance(step, Judge) for step in after)


@given(copies=st.integers(1, 40), surge=st.integers(0, 8), unavailable=st.integers(0, 8))
def test_rolling_keeps_to_its_bounds(copies: int, surge: int, unavailable: int) -> None:
    strategy = known_strategies().get("rolling")
    spec = strategy.spec(**{"surge": surge, "unavailable": unavailable})  # pyright: ignore
    most, least = copies + max(surge, 1 if not unavailable else surge), copies - unavailable
    new, old = 0, copies
    for step in strategy.plan(spec, copies):
        if not isinstance(step, Scale):
            continue
        new, old = (step.copies, old) if step.which == "new" else (new, step.copies)
        assert new + old <= most
        assert new + old >= min(least, copies)
