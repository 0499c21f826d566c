"""Ranges of each ecosystem: what they hold, and when two can agree."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placid.formats import versions as v
from placid.formats.versions import Versions, agree, version
from placid.formats.versions.sets import starting

Reader = Callable[[str], Versions | None]

HOLDS: list[tuple[Reader, str, str, str]] = [
    (v.npm, "^1.2.3", "1.2.3 1.9.0", "1.2.2 2.0.0 2.0.0-rc.1"),
    (v.npm, "^0.2.3", "0.2.9", "0.3.0 1.0.0"),
    (v.npm, "^0.0.3", "0.0.3", "0.0.4"),
    (v.npm, "~1.2", "1.2.0 1.2.9", "1.3.0"),
    (v.npm, "~1", "1.0.0", "2.0.0"),
    (v.npm, "1.x", "1.0.0 1.9.9", "2.0.0"),
    (v.npm, ">=18 <21 || 22.x", "18.0.0 20.9.9 22.1.0", "17.9.0 21.0.0 23.0.0"),
    (v.npm, "1.2 - 2", "1.2.0 2.9.9", "1.1.0 3.0.0"),
    (v.npm, ">= 14.0.0", "14.0.0 99.0.0", "13.9.9"),
    (v.npm, "", "1.0.0", ""),
    (v.npm, "1.2.3", "1.2.3", "1.2.4"),
    (v.python, ">=3.8,<4", "3.8 3.12.1", "3.7 4.0"),
    (v.python, "~=3.8.1", "3.8.9", "3.9 3.8.0"),
    (v.python, "~=2.2", "2.9", "3.0 2.1"),
    (v.python, "==3.8.*", "3.8.1", "3.9"),
    (v.python, "!=3.9.*,>=3.8", "3.8 3.10", "3.9.1 3.7"),
    (v.python, "(>=1.0)", "1.0.post1", "1.0rc1"),
    (v.poetry, "^3.8", "3.8 3.12", "4.0"),
    (v.poetry, "^3.8 || 2.7.*", "2.7.1 3.9", "2.6"),
    (v.cargo, "1.2", "1.2.0 1.9.0", "2.0.0 1.1.0"),
    (v.cargo, ">=1.2, <1.5", "1.4.9", "1.5.0"),
    (v.cargo, "=1.2.3", "1.2.3", "1.2.4"),
    (v.ruby, "~> 2.7", "2.7 2.9", "3.0 2.6"),
    (v.ruby, "~> 2.7.1, >= 2.7.4", "2.7.5", "2.8.0 2.7.2"),
    (v.ruby, "3.2.2", "3.2.2", "3.2.4"),
    (v.composer, "^8.1", "8.1.0 8.9", "9.0"),
    (v.composer, "~8.1", "8.9", "9.0"),
    (v.composer, ">=7.4 <8.0 | ^8.2", "7.4 8.3", "8.1"),
    (v.mix, "~> 1.14 or >= 2.1.0 and < 2.2.0", "1.19 2.1.3", "2.0.0 2.2.0"),
    (v.prefix, "3", "3.9 3.12.1", "4.0"),
    (v.prefix, "3.12", "3.12.0 3.12.9 3.12.0rc1", "3.11 3.13"),
    (v.prefix, "v20.11.1", "20.11.1", "20.11.2"),
    (v.prefix, "20.x", "20.1", "21"),
    (v.minimum, "1.25.0", "1.25.0 1.26", "1.24.9"),
]


@pytest.mark.parametrize(("read", "text", "inside", "outside"), HOLDS, ids=str)
def test_what_a_range_holds(read: Reader, text: str, inside: str, outside: str) -> None:
    held = read(text)
    assert held is not None
    for written in inside.split():
        one = version(written)
        assert one is not None and held.has(one), written
    for written in outside.split():
        one = version(written)
        assert one is not None and not held.has(one), written


@pytest.mark.parametrize("text", ["latest", "workspace:*", "git+https://x/y.git", "github:a/b"])
def test_what_is_no_range_is_unknown(text: str) -> None:
    assert v.npm(text) is None


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        (v.minimum("1.25.0"), v.prefix("1.24"), False),
        (v.minimum("1.25"), v.prefix("1.26"), True),
        (v.minimum("1.25.3"), v.prefix("1"), True),
        (v.npm(">=18"), v.prefix("22"), True),
        (v.npm("latest"), v.prefix("22"), None),
        (v.python(">=3.9,<3.12"), v.prefix("3.12"), False),
        (v.prefix("20.11.1"), v.prefix("20.12.0"), False),
        (v.python(">=3.12"), v.prefix("3.12"), True),
        (v.npm("^20.11"), v.prefix("20"), True),
    ],
)
def test_agreement(one: Versions | None, other: Versions | None, answer: bool | None) -> None:
    assert agree(one, other) is answer
    assert agree(other, one) is answer


def test_coarse_counts_only_the_first_numbers() -> None:
    one, other, third = v.prefix("20.11.1"), v.prefix("20.12.0"), v.prefix("22.0.0")
    assert one and other and third
    assert one.coarse(1) & other.coarse(1)
    assert not one.coarse(1) & third.coarse(1)
    below = v.npm(">=18 <21")
    assert below and not below.coarse(1) & starting((21,))


READERS = [v.npm, v.python, v.poetry, v.cargo, v.ruby, v.composer, v.mix, v.prefix, v.minimum]
TEXTS = st.one_of(
    st.text(max_size=60),
    st.text("0123456789.^~<>=!|*xX -,abrc+v", max_size=60),
)


@given(st.sampled_from(READERS), TEXTS)
def test_any_text_is_read(read: Reader, text: str) -> None:
    held = read(text)
    assert agree(held, held) in {None, bool(held)}


RELEASES = st.lists(st.integers(0, 30), min_size=1, max_size=3)


@given(RELEASES, RELEASES)
def test_order_is_that_of_the_numbers(one: list[int], other: list[int]) -> None:
    first, second = version(".".join(map(str, one))), version(".".join(map(str, other)))
    assert first is not None and second is not None
    assert (first < second) == ([*one, 0, 0][:3] < [*other, 0, 0][:3])
    least = v.minimum(".".join(map(str, other)))
    assert least is not None and least.has(first) == (first >= second)
