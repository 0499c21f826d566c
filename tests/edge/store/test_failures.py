"""What goes wrong with an SQLite ledger is said in full, and nothing is half-written."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from placid.base.errors import Problem, Unavailable
from placid.edge.store.ledger import Ledger
from placid.edge.store.places import open_ledger

ROOT = Path(__file__).resolve().parents[3]
FACT = b'{"kind":"x","filler":"' + b"." * 200 + b'"}'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def filled(path: Path, count: int = 2000) -> None:
    """A closed ledger with `count` facts in one stream."""
    with open_ledger(path) as ledger:
        ledger.append("a", 0, [FACT] * count)


def told(caught: pytest.ExceptionInfo[Problem], what: str, fix: str, where: str) -> None:
    """The problem is complete, and says these words."""
    problem = caught.value
    assert what in problem.what
    assert problem.where
    assert where in problem.where
    assert problem.fix
    assert fix in problem.fix


def test_a_file_that_is_no_database_is_left_alone(path: Path) -> None:
    path.write_bytes(b"not a database, but something of yours" * 100)
    before = path.read_bytes()
    with pytest.raises(Problem) as caught, open_ledger(path):
        pass
    told(caught, "not an SQLite database", "move it aside", str(path))
    assert path.read_bytes() == before


def test_another_programs_database_is_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE bookmarks (url)")
    raw.close()
    before = path.read_bytes()
    with pytest.raises(Problem) as caught, open_ledger(path):
        pass
    told(caught, "some other program", "mv", str(path))
    assert path.read_bytes() == before


def test_a_damaged_page_is_found_when_it_is_read(path: Path) -> None:
    filled(path)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // 4096 * 4096)
        file.write(os.urandom(4096 * 8))
    with pytest.raises(Problem) as caught, open_ledger(path) as ledger:
        ledger.read("a")
    told(caught, "damaged", "mkdir", str(path))
    assert not isinstance(caught.value, Unavailable)


def test_a_ledger_that_was_cut_short_is_damaged(path: Path) -> None:
    filled(path)
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(Problem) as caught, open_ledger(path) as ledger:
        ledger.read("a")
    told(caught, "damaged", ".recover", str(path))


def test_the_fix_for_a_damaged_ledger_works(path: Path) -> None:
    filled(path)
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(Problem) as caught, open_ledger(path) as ledger:
        ledger.read("a")
    command = str(caught.value.fix).partition("with ")[2].partition(" and start")[0]
    subprocess.run(["/bin/sh", "-c", command], check=True)
    with open_ledger(path) as ledger:
        assert ledger.streams() == []
        ledger.append("a", 0, [FACT])


def test_a_ledger_of_a_newer_placid_is_left_alone(path: Path) -> None:
    filled(path, 1)
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA user_version = 99")
    raw.close()
    with pytest.raises(Problem) as caught, open_ledger(path):
        pass
    told(caught, "newer placid (schema 99", "--upgrade", str(path))


def test_a_ledger_that_another_process_keeps_locked_is_unavailable(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("placid.edge.store.sqlite.PATIENCE", 0.05)
    filled(path, 1)
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("BEGIN IMMEDIATE")
    with open_ledger(path) as ledger:
        with pytest.raises(Unavailable) as caught:
            ledger.append("a", 1, [FACT])
        told(caught, "locked", "fuser", str(path))
        assert ledger.end("a") == 1  # reading goes on
        raw.execute("ROLLBACK")
        ledger.append("a", 1, [FACT])
    raw.close()


@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_a_ledger_that_vanished_takes_no_more_facts(path: Path, how: str) -> None:
    with open_ledger(path) as ledger:
        ledger.append("a", 0, [FACT])
        path.rename(path.with_name("elsewhere"))
        if how == "replaced":
            filled(path, 1)
        with pytest.raises(Problem) as caught:
            ledger.append("a", 1, [FACT])
        told(caught, "moved or deleted", "start placid again", str(path))


def test_the_file_keeps_a_log_so_that_readers_never_wait(path: Path) -> None:
    filled(path, 1)
    raw = sqlite3.connect(path)
    assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    raw.close()


def test_a_folder_in_place_of_the_ledger(path: Path) -> None:
    path.mkdir()
    with pytest.raises(Problem) as caught, open_ledger(path):
        pass
    told(caught, "cannot be opened", "it is a folder", str(path))


def test_a_file_in_place_of_the_ledgers_folder(tmp_path: Path) -> None:
    (tmp_path / ".placid").write_text("")
    with pytest.raises(Problem) as caught, open_ledger("", home=tmp_path / ".placid"):
        pass
    told(caught, "folder of the ledger", "make it yourself", ".placid")


READ_ONLY = """
import shlex  # nobody may not read our Python
import os, sys
from placid.base.errors import Problem
from placid.edge.store.places import open_ledger
if os.geteuid() == 0:  # only now: Python itself may lie where nobody else can read
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    with open_ledger(sys.argv[1]) as ledger:
        ledger.append("b", 0, [b"1"])
except Problem as problem:
    print(type(problem).__name__, problem.what, problem.where, problem.fix, sep="|")
"""


@pytest.mark.parametrize("there", [True, False])
def test_a_read_only_folder(there: bool) -> None:
    # Not in tmp_path: a user other than root must be able to reach it.
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "ledger.db"
        if there:
            filled(path, 1)
            path.chmod(0o444)
        Path(name).chmod(0o555)
        argv = [sys.executable, "-c", READ_ONLY, str(path)]
        said = subprocess.run(argv, capture_output=True, text=True, check=False)
    kind, what, where, fix = said.stdout.strip().split("|")
    assert kind == "Problem"
    assert "cannot be" in what
    assert where == str(path)
    assert fix.startswith("let your user write there: ls -ld ")


@contextmanager
def small_disk(folder: Path) -> Generator[Path]:
    """A file system of 512 KiB."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a full disk needs a small one: run as root, with the right to mount a tmpfs")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def until_full(ledger: Ledger) -> int:
    """Append batches of three until the disk is full; how many facts were acknowledged."""
    end = ledger.end("a")
    while True:
        ledger.append("a", end, [FACT] * 3)
        end += 3


def test_a_full_disk_loses_nothing_and_is_got_over(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        path, ballast = disk / "ledger.db", disk / "ballast"
        ballast.write_bytes(bytes(128 * 1024))
        with open_ledger(path) as ledger:
            with pytest.raises(Unavailable) as caught:
                until_full(ledger)
            told(caught, "disk is full", "free some space", str(path))
            end = ledger.end("a")
            assert end > 0
            assert end % 3 == 0
            with pytest.raises(Unavailable):
                ledger.append("a", end, [FACT] * 300)
            assert [row.data for row in ledger.read("a")] == [FACT] * end
            ballast.unlink()
            ledger.append("a", end, [FACT] * 3)
        with open_ledger(path) as ledger:
            assert [row.seq for row in ledger.read("a")] == list(range(1, end + 4))


def test_a_disk_that_is_full_from_the_start(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        ballast = disk / "ballast"
        with ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
            while True:
                file.write(bytes(4096))
        with pytest.raises(Unavailable) as caught, open_ledger(disk / "ledger.db"):
            pass
        told(caught, "disk", "df -h", str(disk))
        ballast.unlink()
        filled(disk / "ledger.db", 3)


LIMITED = """
import resource, sys
from placid.base.errors import Unavailable
from placid.edge.store.places import open_ledger
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
with open_ledger(sys.argv[1]) as ledger:
    end = 0
    try:
        while True:
            ledger.append("a", end, [b"." * 500] * 3)
            end += 3
    except Unavailable as problem:
        assert ledger.end("a") == end, (ledger.end("a"), end)
        print(end, problem.what, problem.fix, sep="|")
"""


def test_a_file_that_may_not_grow_loses_nothing(path: Path) -> None:
    argv = [sys.executable, "-c", LIMITED, str(path)]
    said = subprocess.run(argv, capture_output=True, text=True, check=False)
    end, what, fix = said.stdout.strip().split("|")
    assert "does not read or write" in what
    assert "df -h" in fix
    with open_ledger(path) as ledger:
        assert ledger.end("a") == int(end) > 0
