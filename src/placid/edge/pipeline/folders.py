"""Folders of jobs: where they lie, and how they go.

They lie outside of the user's repository, in `~/.cache/placid/work/<repository>/<run>/<leg>`, since
tools look upward for pyproject.toml, .git and package.json. Going takes time (5,000 files 0.4 s):
a `Remover` lets `rm` do it in the background, which needs none of our interpreter. What `rm` cannot
remove (read-only folders, mounts) is then opened or unmounted; what is mounted there and stays
mounted is left alone, for it may be somebody's own folder.
"""

from __future__ import annotations

import contextlib
import os
import stat
import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

import msgspec

from placid.edge.pipeline.tags import digest

_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
_BATCH, _GATHERING = 64, 0.05  # one `rm` for many small folders
_LONGEST = 40  # characters of a leg's folder: paths of sockets have but 107


def work_root(home: Path, user: Mapping[str, str] = os.environ) -> Path:
    """The folder that all runs of one repository share; its path has no links, so that what a step
    gets as GITHUB_WORKSPACE is what `pwd -P` says there."""
    cache = user.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(cache):
        cache = os.path.join(user.get("HOME") or os.path.expanduser("~"), ".cache")
    real = os.path.realpath(cache)
    return Path(real, "placid", "work", f"{digest(os.path.realpath(home)):010x}")


def job_root(home: Path, run: int, leg: str, user: Mapping[str, str] = os.environ) -> Path:
    """The root folder of one leg: short, safe, another one for each leg."""
    return work_root(home, user) / str(run) / folder_name(leg)


def folder_name(leg: str) -> str:
    """A leg's id as one folder name; ids that would look alike get a number made of the id."""
    name = "".join(letter if letter in _SAFE else "-" for letter in leg)
    while "--" in name:
        name = name.replace("--", "-")
    name = name.strip("-").lstrip(".")
    if name and name == leg and len(name) <= _LONGEST:
        return name
    return f"{name[: _LONGEST - 7].rstrip('-')}-{digest(leg) & 0xFFFFFF:06x}".lstrip("-")


def temporary(mark: str, user: Mapping[str, str] = os.environ) -> Path:
    """The TMPDIR of a job: short, and known from its mark alone."""
    outer = user.get("TMPDIR", "")
    return Path(outer if os.path.isabs(outer) else "/tmp", f"placid-{digest(mark):010x}")


def make(folder: Path) -> None:
    """Make a folder and those above it, also while another leg that ends removes an empty one."""
    for _ in range(1000):
        with contextlib.suppress(FileNotFoundError):
            folder.mkdir(parents=True, exist_ok=True)
            return
    folder.mkdir(parents=True, exist_ok=True)


def remove(*folders: Path) -> list[str]:
    """Remove folders with all that is in them; returns a sentence for each that stays."""
    there = [folder for folder in folders if os.path.lexists(folder)]
    for folder in list(there):
        with contextlib.suppress(OSError):  # the usual end of a TMPDIR: empty
            os.rmdir(folder)
            there.remove(folder)
    if not there:
        return []
    held = _unmount(there)
    free = [folder for folder in there if not any(_under(mount, folder) for mount in held)]
    _rm(free)
    for folder in free:
        if os.path.lexists(folder):
            _force(folder)
    stay = [f"{mount} is still mounted" for mount in held]
    return stay + [f"cannot remove {folder}" for folder in free if os.path.lexists(folder)]


def _rm(folders: Iterable[Path]) -> None:
    argv = ["rm", "-rf", "--", *map(str, folders)]
    with contextlib.suppress(OSError):  # no rm: Python removes them
        subprocess.run(argv, check=False, stdin=subprocess.DEVNULL, capture_output=True)


def _force(folder: Path) -> None:
    """Remove what belongs to us but may not be written."""
    import shutil  # noqa: PLC0415  hardly ever, and it takes longer than a step

    with contextlib.suppress(OSError):
        folder.chmod(stat.S_IRWXU)
    for parent, names, _ in os.walk(folder):
        for path in (os.path.join(parent, name) for name in names):
            if not os.path.islink(path):  # a link's mode is that of what it names
                with contextlib.suppress(OSError):
                    os.chmod(path, stat.S_IRWXU)
    shutil.rmtree(folder, ignore_errors=True)


def _unmount(folders: Iterable[Path]) -> list[str]:
    """Unmount all below the folders, the newest first; returns what stays mounted."""
    inside = [mount for mount in mounts() if any(_under(mount, folder) for folder in folders)]
    for mount in reversed(inside):
        for argv in (["umount", "-l", mount], ["fusermount", "-u", "-z", mount]):
            with contextlib.suppress(OSError):
                if not subprocess.run(argv, check=False, capture_output=True).returncode:
                    break
    return [mount for mount in mounts() if mount in inside] if inside else []


def mounts() -> list[str]:
    """Every mount point we see, in the order of mounting."""
    try:
        with open("/proc/self/mountinfo", "rb") as file:
            points = [line.split(b" ")[4] for line in file]
    except OSError:
        return []
    return [os.fsdecode(_unescaped(point)) for point in points]


def _unescaped(point: bytes) -> bytes:
    if b"\\" not in point:
        return point
    for code, letter in ((b"\\040", b" "), (b"\\011", b"\t"), (b"\\012", b"\n")):
        point = point.replace(code, letter)
    return point.replace(b"\\134", b"\\")


def _under(mount: str, folder: Path) -> bool:
    return mount == str(folder) or mount.startswith(f"{folder}/")


class Remover:
    """Removes folders in a thread, which starts with the first of them; what has gathered
    meanwhile goes together."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[_Task | None] = SimpleQueue()
        self._thread: Thread | None = None
        self.stayed: list[str] = []

    def put(self, *folders: Path, then: Callable[[], object] = lambda: None) -> None:
        """Remove these, and call `then` when none of them is left."""
        if self._thread is None:
            self._thread = Thread(target=self._work, name="remover", daemon=True)
            self._thread.start()
        self._queue.put(_Task(folders, then))

    def join(self) -> list[str]:
        """Wait until all is removed; returns a sentence for each folder that stays."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None
        return self.stayed

    def _work(self) -> None:
        more = True
        while more:
            tasks = [self._queue.get()]
            with contextlib.suppress(Empty):
                while None not in tasks and len(tasks) < _BATCH:
                    tasks.append(self._queue.get(timeout=_GATHERING))
            more = None not in tasks
            _remove_all([task for task in tasks if task is not None], self.stayed)


class _Task(msgspec.Struct, frozen=True):
    folders: tuple[Path, ...]
    then: Callable[[], object]


def _remove_all(tasks: list[_Task], stayed: list[str]) -> None:
    stayed += remove(*(folder for task in tasks for folder in task.folders))
    for task in tasks:
        if not any(map(os.path.lexists, task.folders)):
            task.then()
