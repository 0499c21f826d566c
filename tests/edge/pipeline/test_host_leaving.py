"""What a job leaves running ends with it, whatever it did to be alone."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from placid.edge.pipeline.ending import end
from placid.edge.pipeline.host import HostOptions, HostPlace
from placid.edge.pipeline.processes import Since, entry, limit, marks, pids
from placid.edge.pipeline.tags import belonging, digest, put, tag
from tests.edge.pipeline.places import alive, bash, fresh_mark, host, number, run, so

DAEMON = """
import os, resource, sys, time
if os.fork():
    os._exit(0)
os.setsid()
if os.fork():
    os._exit(0)
os.chdir("/")
os.closerange(0, 100)
os.execve("/bin/sh", ["sh", "-c", "echo $$ > " + sys.argv[1] + "; exec sleep 1000"], {})
"""


def test_a_daemon_serves_later_steps_and_ends_with_the_job(tmp_path: Path) -> None:
    with host(tmp_path / "job") as place:
        run(place, sys.executable, "-c", DAEMON, str(tmp_path / "pid"))
        pid = number(tmp_path / "pid")
        assert entry(pid) is not None
        assert marks(pid) == ()
        assert bash(place, f"kill -0 {pid}").code == 0
        assert alive(pid)
    assert not alive(pid)
    assert place.survivors == frozenset()


@pytest.mark.parametrize(
    "start",
    [
        "sleep 1000 &",
        "nohup sleep 1000 >/dev/null 2>&1 &",
        "setsid sleep 1000 &",
        "env -i setsid sleep 1000 >/dev/null 2>&1 &",
        "(trap '' TERM INT HUP; sleep 1000) &",
        "sleep 1000 & kill -STOP $!",
        "ulimit -S -x 12345; setsid sleep 1000 &",
    ],
)
def test_each_way_to_stay_ends_with_the_job(tmp_path: Path, start: str) -> None:
    with host(tmp_path / "job") as place:
        bash(place, f"{start}\necho $! > {tmp_path}/pid")
        pid = number(tmp_path / "pid")
        assert alive(pid)
    assert not alive(pid)


def test_a_process_that_loses_mark_and_tag_is_known_by_its_parent(tmp_path: Path) -> None:
    script = tmp_path / "lost.sh"
    script.write_text(f"ulimit -x 999; echo $$ > {tmp_path}/pid; exec env -i sleep 1000")
    with host(tmp_path / "job") as place:
        bash(place, f"(bash {script}; true) >/dev/null 2>&1 &")
        pid = number(tmp_path / "pid")
        so(lambda: limit(pid) == 999 and marks(pid) == ())
    assert not alive(pid)


def test_one_place_leaves_the_processes_of_another(tmp_path: Path) -> None:
    with host(tmp_path / "one") as one:
        bash(one, f"setsid sleep 1000 >/dev/null 2>&1 & echo $! > {tmp_path}/pid")
        bystander = subprocess.Popen(["sleep", "1000"])
        try:
            with host(tmp_path / "two") as two:
                bash(two, "setsid sleep 1000 &")
            assert alive(number(tmp_path / "pid"))
            assert bystander.poll() is None
        finally:
            bystander.kill()
            bystander.wait()
    assert not alive(number(tmp_path / "pid"))


def test_those_who_start_others_while_they_die_are_caught(tmp_path: Path) -> None:
    spread = f"while :; do (setsid sleep 1000 & echo $! >> {tmp_path}/pids) ; sleep 0.001; done &"
    with host(tmp_path / "job") as place:
        bash(place, f"({spread}\n{spread}\n{spread}) >/dev/null 2>&1")
        so((tmp_path / "pids").exists)
    started = [int(line) for line in (tmp_path / "pids").read_text().split()]
    assert [pid for pid in started if alive(pid)] == []


def test_a_run_below_a_run_carries_both_marks(tmp_path: Path) -> None:
    options = HostOptions(user={**os.environ, "RUNNER_TRACKING_ID": "github_outer (a, b)"})
    with host(tmp_path / "job", options=options) as place:
        own = place.environment["RUNNER_TRACKING_ID"]
        assert own.startswith("github_outer (a, b)\x1fgithub_test_")
        bash(place, f"setsid sleep 1000 >/dev/null 2>&1 & echo $! > {tmp_path}/pid")
        pid = number(tmp_path / "pid")
        so(lambda: "github_outer (a, b)" in marks(pid))
        assert belonging((tag("github_outer (a, b)"),), [pid]) == {pid}
        assert belonging((tag("github_out"),), [pid]) == set()


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["bash", "-c", "sleep 1000 & wait"], start_new_session=True)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_a_tag_is_inherited_and_of_one_job_and_command(
    sleeper: subprocess.Popen[bytes],
) -> None:
    job = tag(fresh_mark())
    so(lambda: len(belonging((), pids(), roots={sleeper.pid})) == 2)
    put(sleeper.pid, job.number(7), job)  # also what was started before
    found = belonging((job.number(7),), pids())
    assert len(found) == 2
    assert {limit(pid) for pid in found} == {job.number(7).first}
    assert belonging((job,), pids()) == found
    assert belonging((job.number(8), tag(fresh_mark())), pids()) == set()
    assert end(lambda: belonging((job,), pids(), {sleeper.pid}), {sleeper.pid}) == set()
    assert sleeper.wait() in (-9, 0)  # bash ends by itself when its child has


def test_a_command_takes_no_process_of_another_one(sleeper: subprocess.Popen[bytes]) -> None:
    job = tag(fresh_mark())
    put(sleeper.pid, job.number(1), job)
    with subprocess.Popen(["sleep", "1000"], env={"RUNNER_TRACKING_ID": job.mark}) as other:
        put(other.pid, job.number(2), job)
        put(sleeper.pid, job.number(1), job)
        assert limit(other.pid) == job.number(2).first
        other.kill()


def test_a_tag_fits_what_a_limit_may_be() -> None:
    for mark in ("", "a", "github_" + "f" * 36, "ä"):
        job = tag(mark)
        assert 0 < job.first < job.last < 1 << 62
        assert job.number((1 << 22) + 3) == job.number(3)
    assert len({digest(f"github_{n}") for n in range(20_000)}) == 20_000


def test_the_newly_born_are_few(sleeper: subprocess.Popen[bytes]) -> None:
    since = Since()
    child = subprocess.Popen(["sleep", "1000"])
    try:
        assert child.pid in since.pids(child.pid)
        assert set(since.pids(sleeper.pid)) >= {os.getpid(), child.pid}  # not to be trusted: all
    finally:
        child.kill()
        child.wait()


def test_a_place_that_ran_nothing_leaves_at_once(tmp_path: Path) -> None:
    with host(tmp_path / "job") as place:
        folder = Path(place.environment["TMPDIR"])
        assert folder.is_dir()
        assert folder.stat().st_mode & 0o777 == 0o711  # others may pass, and not look
    assert not folder.exists()


def test_the_temporary_folder_goes_with_all_that_is_in_it(tmp_path: Path) -> None:
    with host(tmp_path / "job") as place:
        ran = bash(place, "f=$(mktemp -d); touch $f/x; ln -s /etc $f/link; echo $f")
        folder = Path(place.environment["TMPDIR"])
        assert Path(ran.lines[0]).parent == folder
    assert not folder.exists()
    assert Path("/etc/passwd").exists()


def test_leaving_by_an_error_is_leaving(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="x"):
        _leave(host(tmp_path / "job"), tmp_path / "pid")
    assert not alive(number(tmp_path / "pid"))


def _leave(opened: HostPlace, path: Path) -> None:
    with opened as place:
        bash(place, f"sleep 1000 >/dev/null 2>&1 & echo $! > {path}")
        raise ValueError("x")
