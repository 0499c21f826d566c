"""A second process that sees what we know, and whose result or failure comes back."""

from __future__ import annotations

import os

import pytest

from placid.base.errors import Problem
from placid.edge.forked import Forked


def test_it_sees_what_we_knew_and_answers_from_another_process() -> None:
    known = {"a": 1}
    child = Forked(lambda: (known["a"], os.getpid()))
    known["a"] = 2
    value, pid = child.result()
    assert value == 1
    assert pid != os.getpid()


def test_much_comes_back_whole() -> None:
    assert len(Forked(lambda: "x" * 5_000_000).result()) == 5_000_000


def test_what_it_raises_is_raised_here() -> None:
    def work() -> None:
        raise Problem("broken", where="there", fix="mend it")

    with pytest.raises(Problem, match="broken"):
        Forked(work).result()


def test_a_killed_one_is_told() -> None:
    def work() -> None:
        os.kill(os.getpid(), 9)

    with pytest.raises(RuntimeError, match="-9"):
        Forked(work).result()
