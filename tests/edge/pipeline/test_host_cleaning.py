"""kill -9 of a placid that runs jobs: the next start finds all of it and ends it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from placid.base.errors import Problem
from placid.edge.pipeline.cleaning import Record, clean, recorded
from placid.edge.pipeline.folders import Remover, job_root, temporary
from placid.edge.pipeline.processes import pids
from placid.edge.pipeline.tags import belonging, digest, tag
from tests.edge.pipeline.places import fresh_mark, so

JOB = """
import sys
from pathlib import Path
from placid.edge.pipeline.cleaning import recorded
from placid.edge.pipeline.folders import Remover, job_root
from placid.edge.pipeline.host import HostPlace
from placid.engine.pipeline.stopping import Stopper
from placid.ports.pipeline import Command, Layout, PlaceSpec

home, mark = Path(sys.argv[1]), sys.argv[2]
remover = Remover()
root = job_root(home, 7, "test (a)")
sleep = f"sleep 1000 {sys.argv[3]}"
daemon = f"env -i setsid sh -c '{sleep} & {sleep}' >/dev/null 2>&1 &"
with recorded(home, mark, root, remover):
    with HostPlace(PlaceSpec(Layout(root, "repo"), mark)) as place, Stopper() as stop:
        def run(script):
            folder = str(place.layout.workspace)
            argv = ("bash", "-c", script)
            place.run(Command(argv, folder, place.environment), lambda data: None, stop)
        run(daemon)
        run("mkdir -p a/b; touch a/b/c; chmod 500 a/b; mktemp")
        print("there", flush=True)
        run(daemon + sleep)
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    home = tmp_path / "repository"
    home.mkdir()
    return home


def seconds(mark: str) -> str:
    """What the job's processes sleep on top of a thousand seconds: they are known by it, too."""
    return f"0.{digest(mark):014d}"


def left(mark: str) -> set[int]:
    """Every process that the job has left, by what placid knows it by and by what it runs."""
    named = {pid for pid in pids() if seconds(mark).encode() in command_line(pid)}
    return belonging((tag(mark),), pids()) | named - {os.getpid()}


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@contextmanager
def job(home: Path, mark: str) -> Generator[subprocess.Popen[str]]:
    """Another placid with one job; it is gone when the context is left."""
    argv = [sys.executable, "-c", textwrap.dedent(JOB), str(home), mark, seconds(mark)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until_there(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "there\n"


def nothing_is_left(home: Path, mark: str) -> bool:
    root = job_root(home, 7, "test (a)")
    folders = (root, root.parent.parent, temporary(mark))
    records = list((home / ".placid" / "running").iterdir())
    return not (left(mark) or records or any(map(os.path.lexists, folders)))


def test_a_killed_placid_leaves_nothing_after_the_next_start(home: Path) -> None:
    mark = fresh_mark()
    with job(home, mark) as process:
        wait_until_there(process)
        so(lambda: len(left(mark)) >= 6)
        assert clean(home) == ()  # it lives: nothing of it is touched
        assert len(left(mark)) >= 6
        process.kill()
        process.wait()
    assert left(mark)
    (cleaned,) = clean(home)
    assert cleaned.mark == mark
    assert cleaned.killed >= 6
    assert cleaned.stayed == ()
    assert nothing_is_left(home, mark)
    assert clean(home) == ()


def test_killed_at_any_moment(home: Path) -> None:
    rng = random.Random(20261123)
    for _ in range(12):
        mark = fresh_mark()
        with job(home, mark) as process:
            if rng.random() < 0.5:
                wait_until_there(process)
            else:
                threading.Event().wait(rng.uniform(0.03, 0.4))
            process.send_signal(signal.SIGKILL)
            process.wait()
        clean(home)
        assert not left(mark)
        if (home / ".placid").exists():
            assert nothing_is_left(home, mark)


def test_a_cleaner_killed_in_the_midst_is_followed_by_another(home: Path) -> None:
    mark = fresh_mark()
    with job(home, mark) as process:
        wait_until_there(process)
        process.kill()

    def dies(record: Record) -> list[str]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        clean(home, [dies])
    assert [done.mark for done in clean(home)] == [mark]
    assert nothing_is_left(home, mark)


def test_what_a_cleaner_cannot_do_is_said_and_tried_again(home: Path) -> None:
    mark = fresh_mark()
    seen: list[str] = []

    def refuses(record: Record) -> list[str]:
        seen.append(record.mark)
        return ["container x"]

    def breaks(record: Record) -> list[str]:
        raise Problem("podman is gone")

    with job(home, mark) as process:
        wait_until_there(process)
        process.kill()
    (cleaned,) = clean(home, [refuses, breaks])
    assert cleaned.stayed == ("container x", "podman is gone")
    assert not left(mark)
    assert len(clean(home, [refuses])) == 1
    assert seen == [mark, mark]
    assert [done.stayed for done in clean(home)] == [()]
    assert nothing_is_left(home, mark)


def test_a_job_that_ends_takes_its_folders_and_its_record_with_it(home: Path) -> None:
    mark, root, remover = fresh_mark(), job_root(home, 1, "build"), Remover()
    with recorded(home, mark, root, remover):
        (record,) = (home / ".placid" / "running").iterdir()
        assert mark in record.read_text()
        (root / "a" / "b").mkdir(parents=True)
    assert remover.join() == []
    assert not root.parent.parent.exists()
    assert not record.exists()


def test_a_kept_job_stays_for_ever(home: Path) -> None:
    mark, root, remover = fresh_mark(), job_root(home, 1, "build"), Remover()
    with recorded(home, mark, root, remover, keep=True):
        (root / "a").mkdir(parents=True)
    assert remover.join() == []
    assert clean(home) == ()
    assert (root / "a").is_dir()


def test_folders_without_a_record_go_and_what_is_not_a_job_stays(home: Path) -> None:
    stray, other = job_root(home, 3, "x"), job_root(home, 3, "y").parent.parent / "shared" / "z"
    stray.mkdir(parents=True)
    other.mkdir(parents=True)
    with recorded(home, fresh_mark(), job_root(home, 3, "y"), Remover()):
        job_root(home, 3, "y").mkdir()
        clean(home)
        assert job_root(home, 3, "y").is_dir()
    assert not stray.exists()
    assert other.is_dir()


def test_half_a_record_is_nothing(home: Path) -> None:
    running = home / ".placid" / "running"
    running.mkdir(parents=True)
    (running / ".0123.json.77").write_text('{"mark": "x')
    (running / "x.json").write_text("")
    assert clean(home) == ()
    assert list(running.iterdir()) == []


def test_many_jobs_and_cleaners_at_once(home: Path) -> None:
    remover = Remover()
    failed: list[BaseException] = []

    def work(worker: int) -> None:
        try:
            for index in range(30):
                root = job_root(home, 1, f"{worker}-{index}")
                with recorded(home, fresh_mark(), root, remover):
                    root.mkdir(parents=True, exist_ok=True)
                    (root / "x").touch()
                    clean(home)
                    assert (root / "x").exists()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert remover.join() == []
    assert list((home / ".placid" / "running").iterdir()) == []
