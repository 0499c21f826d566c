"""Stoppers: asked once, from anywhere, down the tree."""

from __future__ import annotations

import os
import select
import signal
import threading
import time
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placid.engine.pipeline.stopping import Stopper
from placid.ports.pipeline import Stop


def readable(stop: Stop) -> bool:
    poll = select.poll()
    poll.register(stop.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def test_it_is_readable_from_the_moment_it_is_asked() -> None:
    with Stopper() as early, Stopper() as late:
        assert not readable(early)
        for stop in (early, late):
            assert not stop.asked
            stop.ask()
            stop.ask()
            assert stop.asked
            assert readable(stop)
            assert stop.over


def test_a_poll_in_another_thread_wakes() -> None:
    woken = threading.Event()
    with Stopper() as stop:
        poll = select.poll()
        poll.register(stop.fileno(), select.POLLIN)

        def wait() -> None:
            if poll.poll(10_000):
                woken.set()

        waiting = threading.Thread(target=wait)
        waiting.start()
        stop.ask()
        waiting.join()
    assert woken.is_set()


def test_children_are_asked_and_parents_are_not() -> None:
    with Stopper() as run, Stopper(parent=run) as leg, Stopper(parent=leg) as step:
        other = Stopper(parent=run)
        leg.ask()
        assert (run.asked, leg.asked, step.asked, other.asked) == (False, True, True, False)
        assert readable(step)
        run.ask()
        assert other.asked
        other.close()
        with Stopper(parent=run) as late:
            assert late.asked


def test_a_closed_child_is_left_alone() -> None:
    with Stopper() as leg:
        step = Stopper(parent=leg)
        step.fileno()
        step.close()
        step.close()
        leg.ask()
        assert not step.asked
        with pytest.raises(ValueError, match="closed"):
            step.fileno()


def test_one_that_does_not_heed_goes_on() -> None:
    asked: list[int] = []

    def heeds() -> bool:
        asked.append(1)
        return False

    with Stopper(deadline=0.0) as leg, Stopper(parent=leg, heeds=heeds) as step:
        assert leg.over
        assert step.deadline is None
        leg.ask()
        assert not step.asked
        assert not step.over
        step.ask()
        assert step.asked
        assert asked == [1]


def test_the_parents_deadline_counts_until_heeding_is_known() -> None:
    later = time.monotonic() + 1000
    with (
        Stopper(deadline=later) as leg,
        Stopper(deadline=later + 5, parent=leg) as long,
        Stopper(deadline=later - 5, parent=leg, heeds=lambda: False) as short,
        Stopper(parent=leg, heeds=lambda: False) as step,
    ):
        assert (long.deadline, short.deadline, step.deadline) == (later, later - 5, later)
        assert not any(stop.over or stop.expired for stop in (leg, long, short, step))


@given(st.lists(st.sampled_from(["ask", "listen", "forget"])))
def test_every_listener_hears_it_unless_it_left(actions: list[str]) -> None:
    heard: list[int] = []
    live: dict[int, object] = {}
    leaving: dict[int, Callable[[], None]] = {}
    with Stopper() as stop:
        for index, action in enumerate(actions):
            if action == "ask":
                stop.ask()
            elif action == "listen":
                live[index] = None
                leaving[index] = stop.listen(partial(heard.append, index))
            elif leaving:
                left, forget = leaving.popitem()
                forget()
                if not stop.asked:
                    del live[left]
        assert heard == ([*live] if stop.asked else [])


def test_a_signal_handler_may_ask_at_any_moment() -> None:
    with Stopper() as stop:

        def handle(number: int, frame: object) -> None:
            stop.ask()

        before = signal.signal(signal.SIGUSR1, handle)
        try:
            threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGUSR1)).start()
            until = time.monotonic() + 10
            while not stop.asked and time.monotonic() < until:
                with Stopper(parent=stop) as child:
                    child.fileno()
        finally:
            signal.signal(signal.SIGUSR1, before)
        assert stop.asked


def test_descriptors_are_given_back() -> None:
    before = set(os.listdir("/proc/self/fd"))
    for _ in range(10):
        with Stopper() as leg, Stopper(parent=leg) as step:
            step.fileno()
            leg.ask()
    assert set(os.listdir("/proc/self/fd")) == before
