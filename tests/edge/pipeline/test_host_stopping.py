"""A command that is stopped: signals in GitHub's order, then nothing of it is left."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from placid.edge.pipeline.host import HostPlace
from placid.edge.pipeline.running import Patience
from placid.engine.pipeline.stopping import Stopper
from tests.edge.pipeline.places import Ran, alive, bash, host, number, run, so

PATIENT = Patience(interrupt=60, terminate=60, quiet=0.1, linger=1)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[HostPlace]:
    with host(tmp_path / "job") as place:
        yield place


# bash forgets a SIGINT that comes while it waits for a command which ends well; hence ": > $0"
# where it must not.
def stopped(place: HostPlace, script: str, ready: Path) -> Ran:
    """Run a script, and ask it to stop as soon as it has made the file `ready`."""
    with Stopper() as stop:

        def ask() -> None:
            so(ready.exists)
            stop.ask()

        asking = threading.Thread(target=ask)
        asking.start()
        ran = run(place, "bash", "-c", script, str(ready), stop=stop)
        asking.join()
    return ran


def test_sigint_ends_what_does_not_mind(tmp_path: Path) -> None:
    with host(tmp_path / "job", PATIENT) as place:
        ran = stopped(place, "echo began; : > $0; sleep 1000", tmp_path / "ready")
    assert (ran.code, ran.stopped, ran.lines) == (130, True, ["began"])


def test_traps_see_int_then_term_and_then_it_is_killed(place: HostPlace, tmp_path: Path) -> None:
    script = """
        trap 'echo int' INT; trap 'echo term' TERM
        touch $0; while :; do sleep 0.02; done"""
    ran = stopped(place, script, tmp_path / "ready")
    traps = [line for line in ran.lines if line != "Terminated"]  # bash on its dead child
    assert (ran.code, ran.stopped, traps) == (137, True, ["int", "term"])


def test_one_that_cleans_up_ends_with_its_own_code(tmp_path: Path) -> None:
    script = "trap 'echo int; sleep 0.1; echo clean; exit 7' INT; touch $0; sleep 1000"
    with host(tmp_path / "job", PATIENT) as place:
        ran = stopped(place, script, tmp_path / "ready")
    assert (ran.code, ran.stopped, ran.lines) == (7, True, ["int", "clean"])


def test_one_that_only_minds_term_ends_by_it(place: HostPlace, tmp_path: Path) -> None:
    script = "trap '' INT; trap 'exit 5' TERM; touch $0; while :; do sleep 0.02; done"
    ran = stopped(place, script, tmp_path / "ready")
    assert (ran.code, ran.stopped) == (5, True)


def test_the_deadline_stops_by_itself(place: HostPlace) -> None:
    with Stopper(deadline=time.monotonic() + 0.1) as stop:
        ran = run(place, "sleep", "1000", stop=stop)
        assert stop.expired
        assert not stop.asked
    assert (ran.code, ran.stopped) == (130, True)


def test_a_flood_of_output_does_not_put_the_stop_off(place: HostPlace) -> None:
    with Stopper(deadline=time.monotonic() + 0.1) as stop:
        ran = run(place, "yes", stop=stop)
    assert (ran.code, ran.stopped) == (130, True)
    assert set(ran.output) == {ord("y"), ord("\n")}


def test_what_was_asked_before_does_not_start(place: HostPlace, tmp_path: Path) -> None:
    with Stopper() as stop:
        stop.ask()
        assert bash(place, f"touch {tmp_path}/x", stop=stop).stopped
    assert not (tmp_path / "x").exists()


def test_asking_after_the_end_changes_nothing(place: HostPlace) -> None:
    with Stopper() as stop:
        ran = bash(place, "exit 3", stop=stop)
        stop.ask()
    assert (ran.code, ran.stopped) == (3, False)


def test_the_group_of_a_stopped_command_is_gone(place: HostPlace, tmp_path: Path) -> None:
    script = f"trap 'exit 0' INT; sleep 1000 & echo $! > {tmp_path}/pid; touch $0; sleep 1000"
    assert stopped(place, script, tmp_path / "ready").code == 0
    so(lambda: not alive(number(tmp_path / "pid")))


def test_a_stop_ends_no_daemon_of_an_earlier_step(place: HostPlace, tmp_path: Path) -> None:
    bash(place, f"sleep 1000 >/dev/null 2>&1 & echo $! > {tmp_path}/pid")
    stopped(place, "touch $0; sleep 1000", tmp_path / "ready")
    assert alive(number(tmp_path / "pid"))


STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN); signal.signal(signal.SIGTERM, signal.SIG_IGN)
for depth in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execve(sys.executable, [sys.executable, "-c", sys.argv[2], sys.argv[1]], {})
        os._exit(0)
time.sleep(1000)
"""
LEAF = """
import os, signal, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN); signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(f"{sys.argv[1]}/{os.getpid()}", "w").close(); time.sleep(1000)
"""


def test_sigkill_reaches_the_whole_tree_and_only_that(place: HostPlace, tmp_path: Path) -> None:
    bash(place, f"setsid sleep 1000 >/dev/null 2>&1 & echo $! > {tmp_path}/daemon")
    pids = tmp_path / "pids"
    pids.mkdir()
    with Stopper() as stop:
        asking = _once(lambda: len(list(pids.iterdir())) == 3, stop.ask)
        ran = run(place, sys.executable, "-c", STUBBORN, str(pids), LEAF, stop=stop)
        asking.join()
    assert (ran.code, ran.stopped) == (137, True)
    assert [path.name for path in pids.iterdir() if alive(int(path.name))] == []
    assert alive(number(tmp_path / "daemon"))


def test_two_at_once_are_stopped_apart(place: HostPlace, tmp_path: Path) -> None:
    ends: dict[str, Ran] = {}
    with Stopper() as one, Stopper() as other:
        for name, stop in (("one", one), ("other", other)):
            os.mkfifo(tmp_path / f"{name}.go")
            script = f": > {tmp_path}/{name}; read -r line < {tmp_path}/{name}.go"
            threading.Thread(target=_into, args=(ends, name, place, script, stop)).start()
        so(lambda: (tmp_path / "one").exists() and (tmp_path / "other").exists())
        one.ask()
        so(lambda: "one" in ends)
        assert "other" not in ends
        (tmp_path / "other.go").write_text("go\n")
        so(lambda: "other" in ends)
    assert (ends["one"].code, ends["one"].stopped) == (130, True)
    assert (ends["other"].code, ends["other"].stopped) == (0, False)


def _into(ends: dict[str, Ran], name: str, place: HostPlace, script: str, stop: Stopper) -> None:
    ends[name] = bash(place, script, stop=stop)


def _once(holds: Callable[[], bool], then: Callable[[], None]) -> threading.Thread:
    def wait() -> None:
        so(holds)
        then()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread
