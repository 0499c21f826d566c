"""What is left of a job when placid was killed in the midst of it, found again and ended.

Before a job makes or starts anything, a record of it lies in `<home>/.placid/running/`: its mark
and its folders. The record is locked (flock) for as long as its placid lives, and the lock falls
with it however it dies; a lock says so across containers, too, where a process id would not. The
next start takes each record it can lock, asks the given cleaners (containers), kills all processes
that carry the mark or its tag, removes the folders, and at last the record: killed in the midst of
that, it begins anew.

    recorded():  lock + record -> the job -> folders removed -> record removed
    clean():     lock a dead record -> cleaners -> kill -> folders removed -> record removed
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from placid.base.errors import Problem
from placid.edge.pipeline.ending import end
from placid.edge.pipeline.folders import Remover, remove, temporary, work_root
from placid.edge.pipeline.processes import pids, running, standing
from placid.edge.pipeline.tags import belonging, digest, tag

_KEPT = "_kept"
_TURNS, _TURN = 100, 0.01  # how often, and after how many seconds, a lock is tried again


class Record(msgspec.Struct, frozen=True):
    """One job that runs: its mark, the folders that go with it, and which process runs it, by its
    id and the namespace of ids."""

    mark: str
    folders: tuple[str, ...]
    pid: int = 0
    namespace: str = ""


class Cleaned(msgspec.Struct, frozen=True):
    """What was found of one dead job: how many processes were ended, and what stays, in words."""

    mark: str
    killed: int
    stayed: tuple[str, ...] = ()


Cleaner = Callable[[Record], Iterable[str]]
"""Ends what else belongs to a dead job (containers); returns a sentence for each that stays."""


@contextlib.contextmanager
def recorded(
    home: Path, mark: str, root: Path, remover: Remover, *, keep: bool = False
) -> Generator[None]:
    """Around a job: its record is on disk before, and gone when its folders are.

    root  the job's folder, removed by `remover` after the job unless `keep`
    """
    folders = (root, temporary(mark))
    record = Record(mark, tuple(map(str, folders)), os.getpid(), _namespace())
    path = _running(home) / f"{digest(mark):010x}.json"
    lock = _write(path, record)

    def over() -> None:
        if root.parent.parent == work_root(home):
            _remove_empty(root.parent)
            _remove_empty(root.parent.parent)
        path.unlink(missing_ok=True)
        os.close(lock)

    try:
        yield
    finally:
        if keep:
            with contextlib.suppress(OSError):
                (root / _KEPT).touch()
            over()
        else:
            remover.put(*folders, then=over)


def clean(home: Path, cleaners: Sequence[Cleaner] = ()) -> tuple[Cleaned, ...]:
    """End and remove all that dead runs of this repository have left, and say what that was."""
    done: list[Cleaned] = []
    for path, lock in _dead(_running(home)):
        try:
            record = _read(lock)
            if record is not None:
                done.append(_clean(record, cleaners))
            if record is None or not done[-1].stayed:
                path.unlink(missing_ok=True)
        finally:
            os.close(lock)
    _sweep(home)
    return tuple(done)


def _clean(record: Record, cleaners: Sequence[Cleaner]) -> Cleaned:
    killed: set[int] = set()

    def find() -> set[int]:
        # What began in the very moment of the kill has no tag yet; it stands in the job's folder.
        found = belonging((tag(record.mark),), pids(), roots=standing(record.folders))
        killed.update(found)
        return found

    survivors = end(find)
    stayed = [f"process {pid} could not be ended" for pid in sorted(survivors)]
    for cleaner in cleaners:
        try:
            stayed += cleaner(record)
        except Problem as problem:
            stayed.append(problem.what)
    stayed += remove(*map(Path, record.folders))
    return Cleaned(record.mark, len(killed - survivors), tuple(stayed))


def _running(home: Path) -> Path:
    return home / ".placid" / "running"


def _write(path: Path, record: Record) -> int:
    """Put the record in place, locked from its first moment; returns what holds the lock."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}")
    while True:
        lock = os.open(new, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.write(lock, msgspec.json.encode(record))
        try:
            os.rename(new, path)
        except FileNotFoundError:  # a cleaner saw it before it was locked
            os.close(lock)
        else:
            return lock


def _read(lock: int) -> Record | None:
    """The record, None when its placid died before it was whole (and so before all else)."""
    try:
        return msgspec.json.decode(os.pread(lock, 1 << 20, 0), type=Record)
    except msgspec.DecodeError:
        return None


def _dead(folder: Path) -> Iterator[tuple[Path, int]]:
    """The records of dead jobs, each locked by us."""
    try:
        names = sorted(os.listdir(folder))
    except FileNotFoundError:
        return
    for name in names:
        path = folder / name
        try:
            lock = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        if _lock(lock) and _is(lock, path):
            yield path, lock
        else:
            os.close(lock)


def _lock(lock: int) -> bool:
    """Lock a dead job's record.

    A command that its placid was about to start when it was killed may hold the lock for a moment,
    until it has become that command; before, nothing tells it from others.
    """
    for _ in range(_TURNS):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            record = _read(lock)
        if record is None or record.namespace != _namespace() or running(record.pid):
            return False
        time.sleep(_TURN)
    return False


def _is(lock: int, path: Path) -> bool:
    """Whether the file is still the one at `path`: who had the lock may have removed it."""
    try:
        return os.path.samestat(os.fstat(lock), path.stat())
    except FileNotFoundError:
        return False


def _namespace() -> str:
    """The namespace that process ids here belong to."""
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""


def _sweep(home: Path) -> None:
    """Remove job folders that no record names (the machine fell before it was on the disk)."""
    runs = [run for run in _inside(work_root(home)) if run.name.isdigit()]
    # Looked up in this order: a job writes its record before it makes its folder.
    there = [leg for run in runs for leg in _inside(run)]
    named = {folder for record in _all(_running(home)) for folder in record.folders}
    for leg in there:
        if str(leg) not in named and not (leg / _KEPT).exists():
            remove(leg)
    for folder in (*runs, work_root(home)):
        _remove_empty(folder)


def _remove_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def _inside(folder: Path) -> list[Path]:
    try:
        return [Path(entry.path) for entry in os.scandir(folder) if entry.is_dir()]
    except OSError:
        return []


def _all(folder: Path) -> Iterator[Record]:
    for path in folder.glob("*.json"):
        with contextlib.suppress(OSError, msgspec.DecodeError):
            yield msgspec.json.decode(path.read_bytes(), type=Record)
