"""Durations and percentages: what is printed reads back as the same value, and nonsense never."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placid.base.units import duration, percent, percentage, seconds

MICROSECONDS = st.integers(0, 10**15)


@settings(deadline=None)
@given(MICROSECONDS)
def test_a_printed_duration_reads_back(micro: int) -> None:
    value = micro / 1e6
    assert math.isclose(seconds(duration(value)), value, rel_tol=1e-12, abs_tol=1e-9)


@settings(deadline=None)
@given(st.integers(0, 100_000))
def test_a_printed_percentage_reads_back(thousandths: int) -> None:
    value = thousandths / 1000
    assert percent(percentage(value)) == value


@settings(deadline=None)
@given(st.text())
def test_any_text_is_a_duration_or_a_value_error(text: str) -> None:
    for read in (seconds, percent):
        try:
            assert 0 <= read(text) < math.inf
        except ValueError as error:
            assert str(error)


@settings(deadline=None)
@given(st.integers(0, 999), st.sampled_from(["ms", "s", "m", "h", "d"]))
def test_one_number_and_unit(number: int, unit: str) -> None:
    factor = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}[unit]
    assert math.isclose(seconds(f"{number}{unit}"), number * factor)


@pytest.mark.parametrize(
    ("text", "value", "printed"),
    [
        ("250ms", 0.25, "250ms"),
        ("2m", 120, "2m"),
        ("1h30m", 5400, "1h30m"),
        ("5s", 5, "5s"),
        ("90s", 90, "1m30s"),
        ("1.5s", 1.5, "1.5s"),
        ("0.5ms", 0.0005, "0.5ms"),
        ("1d", 86400, "1d"),
        ("1m0.5s", 60.5, "1m0.5s"),
        ("0", 0, "0s"),
    ],
)
def test_durations(text: str, value: float, printed: str) -> None:
    assert seconds(text) == value
    assert duration(value) == printed


@pytest.mark.parametrize(
    "text", ["", "5", "s", "5 s", "-5s", "5x", "1m1h", "1m1m", "1e3s", "٣s", "1.s", "999999d"]
)
def test_no_durations(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        seconds(text)


@pytest.mark.parametrize(("text", "value"), [("1%", 1), ("0.5%", 0.5), ("10", 10), ("50 %", 50)])
def test_percentages(text: str, value: float) -> None:
    assert percent(text) == value


@pytest.mark.parametrize("text", ["", "%", "101%", "-1%", "1%%", "ten", "1e1", "nan"])
def test_no_percentages(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        percent(text)
