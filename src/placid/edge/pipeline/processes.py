"""What the kernel says of processes, read from /proc: state, parent, mark, limit, working folder.

Everything here may be out of date when it is returned, and everything that cannot be read is as if
there were no such process.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable

import msgspec

MARK = "RUNNER_TRACKING_ID"
BETWEEN = "\x1f"  # where placid runs below placid, its processes carry several marks
_PIECE = 1 << 14  # bytes read at once: an environment may have more
_FRESH = 1.0  # seconds in which process numbers cannot come round
_FEW = 200  # more numbers than this are not looked at one by one


class Entry(msgspec.Struct, frozen=True):
    """From `/proc/<pid>/status` (a third of the time of `stat`); state "Z" is a zombie."""

    state: str
    parent: int


def entry(pid: int) -> Entry | None:
    """What the kernel says of a process, None when there is none."""
    lines = _read(f"{pid}/status").split(b"\n", 8)[:8]
    said = {name: value.strip().decode() for name, _, value in (x.partition(b":") for x in lines)}
    return Entry(said[b"State"][:1], int(said[b"PPid"])) if b"PPid" in said else None


def running(pid: int) -> bool:
    """Whether there is such a process, and it is no zombie."""
    seen = entry(pid)
    return seen is not None and seen.state not in "ZX"


def limit(pid: int) -> int:
    """The soft RLIMIT_LOCKS of a process, zombies too; -1 for unlimited or unknown."""
    text = _read(f"{pid}/limits")
    at = text.find(b"Max file locks")
    soft = text[at + 14 : at + 60].split()[:1] if at >= 0 else []
    return int(soft[0]) if soft and soft[0].isdigit() else -1


def marks(pid: int) -> tuple[str, ...]:
    """The marks in the environment it was started with; several when placid runs below placid."""
    needle = MARK.encode() + b"="
    for item in _read_all(f"{pid}/environ").split(b"\0"):
        if item.startswith(needle):
            return tuple(item[len(needle) :].decode(errors="surrogateescape").split(BETWEEN))
    return ()


def working_folder(pid: int) -> str:
    """Where a process stands, "" when that cannot be known."""
    try:
        return os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return ""


def standing(folders: Iterable[str]) -> set[int]:
    """Processes without a terminal whose working folder is one of these, or below one."""
    inside = tuple(f"{os.path.realpath(folder)}/" for folder in folders)
    there = {pid for pid in pids() if f"{working_folder(pid)}/".startswith(inside)}
    stats = {pid: _read(f"{pid}/stat").rpartition(b")")[2].split() for pid in there}
    return {pid for pid, fields in stats.items() if fields[4:5] == [b"0"]}


def pids() -> list[int]:
    """Every process there is."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


class Since:
    """The processes born since this was made: few, where a look at all of them takes 5 ms.

    Process numbers are given out in turn, and /proc/loadavg says the last one. Where that cannot be
    trusted (long ago, wrapped around, or another container's numbers) all processes are named.
    """

    def __init__(self) -> None:
        self._last, self._at = _last_pid(), time.monotonic()

    def pids(self, known: int) -> Iterable[int]:
        """Those that may exist; `known` is one that was born since."""
        now = _last_pid()
        fresh = time.monotonic() - self._at < _FRESH and now - self._last < _FEW
        return range(self._last + 1, now + 1) if fresh and self._last < known <= now else pids()


def born_after(pid: int) -> Iterable[int]:
    """The processes that may have been born after this one, itself just born; else its children."""
    last = _last_pid()
    if pid <= last < pid + _FEW:
        return range(pid + 1, last + 1)
    return map(int, _read(f"{pid}/task/{pid}/children").split())


def _last_pid() -> int:
    fields = _read("loadavg").split()
    return int(fields[-1]) if fields else 0


def _read(name: str) -> bytes:
    """A file of /proc that is short, empty when it cannot be read."""
    return _read_all(name, 1)


def _read_all(name: str, pieces: int = 1 << 10) -> bytes:
    try:
        descriptor = os.open(f"/proc/{name}", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        found = os.read(descriptor, _PIECE)
        while found and (pieces := pieces - 1) > 0 and (more := os.read(descriptor, _PIECE)):
            found += more
    except OSError:
        return b""
    finally:
        os.close(descriptor)
    return found
