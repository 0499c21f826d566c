"""Telling a job's processes from all others, and ending every one of them.

A job's commands carry its mark in their environment (RUNNER_TRACKING_ID, as with GitHub's runner),
but a daemon may clear its environment, leave its session and lose its parent. What it cannot lose
by accident is a resource limit: children inherit it through fork and exec. RLIMIT_LOCKS has meant
nothing since Linux 2.4.25 and may be set by anyone, so its soft value is our *tag*: 40 bits from
the mark, then the number of the command. It shows in /proc/<pid>/limits, also after we were killed,
so that no orphan need be adopted (a subreaper would have to reap the orphans of everybody else).

What gets away: a process that sets this limit itself, clears its environment, and has lost its
parent; one of another user, when we are not root; what a daemon outside of the job was asked to
run (systemd, at, a container engine).
"""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import time
from collections.abc import Callable, Collection, Iterable
from functools import cache

import msgspec

MARK = "RUNNER_TRACKING_ID"
BETWEEN = "\x1f"  # where placid runs below placid, its processes carry several marks
_LOCKS = 10  # RLIMIT_LOCKS, which the module `resource` does not name
_NUMBERS = 22  # bits for the number of the command
_PATIENCE = 5.0  # seconds for killed processes to be gone
_PIECE = 1 << 14  # bytes read at once: an environment may have more
_STILL = 0.5  # seconds for stopped processes to stand still
_FRESH = 1.0  # seconds in which process numbers cannot come round
_FEW = 200  # more numbers than this are not looked at one by one


def digest(text: str) -> int:
    """40 bits of a text, the same for ever (FNV-1a: importing hashlib takes longer than a step)."""
    value = 0xCBF29CE484222325
    for byte in text.encode(errors="surrogateescape"):
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return (value ^ value >> 40) & 0xFFFFFFFFFF


class Tag(msgspec.Struct, frozen=True):
    """What a job's processes are known by: its mark, and the soft limits made of it."""

    mark: str
    first: int

    @property
    def last(self) -> int:
        return self.first + (1 << _NUMBERS) - 1

    def number(self, command: int) -> Tag:
        """The tag of one command only; its mark is empty, for the environment does not tell."""
        return Tag("", self.first + command % (1 << _NUMBERS))

    def fits(self, limit: int) -> bool:
        return self.first <= limit <= (self.last if self.mark else self.first)


def tag(mark: str) -> Tag:
    """The tag of a job's mark."""
    return Tag(mark, (digest(mark) | 1) << _NUMBERS)


def put(pid: int, one: Tag, job: Tag, root: str = "") -> None:
    """Tag a process of a job that has just been started.

    On a busy machine it may have run for a while before we do, so what was born since is tagged,
    too, when it descends from it, carries the job's mark, or stands in the job's folder `root`;
    but not what another command of the job has.
    """
    if not _limit(pid, one):
        return
    family = {pid}
    new = family
    while new:
        others = (born for born in _born_after(pid) if born not in family)
        untagged = [born for born in others if not job.fits(limit(born))]
        new = {born for born in untagged if _is_of(born, family, job.mark, root)}
        family |= {born for born in new if _limit(born, one)}
        new &= family


def _limit(pid: int, one: Tag) -> bool:
    try:
        resource.prlimit(pid, _LOCKS, (one.first, _hard()))
    except (OSError, ValueError):
        return False
    return True


def _born_after(pid: int) -> Iterable[int]:
    last = _last_pid()
    if pid <= last < pid + _FEW:
        return range(pid + 1, last + 1)
    return map(int, _read(f"{pid}/task/{pid}/children").split())


def _is_of(pid: int, family: set[int], mark: str, root: str) -> bool:
    seen = entry(pid)
    if seen is None or seen.parent in family or (mark and mark in marks(pid)):
        return seen is not None
    try:
        return bool(root) and f"{os.readlink(f'/proc/{pid}/cwd')}/".startswith(f"{root}/")
    except OSError:
        return False


@cache
def _hard() -> int:
    return resource.getrlimit(_LOCKS)[1]


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


def standing(folders: Iterable[str]) -> set[int]:
    """Processes without a terminal whose working directory is below one of these folders."""
    inside = tuple(f"{os.path.realpath(folder)}/" for folder in folders)
    found: set[int] = set()
    for pid in pids():
        with contextlib.suppress(OSError):
            if not f"{os.readlink(f'/proc/{pid}/cwd')}/".startswith(inside):
                continue
            terminal = _read(f"{pid}/stat").rpartition(b")")[2].split()[4:5]
            if terminal == [b"0"]:
                found.add(pid)
    return found


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


def _last_pid() -> int:
    fields = _read("loadavg").split()
    return int(fields[-1]) if fields else 0


def belonging(
    tags: Iterable[Tag],
    among: Iterable[int],
    watched: Collection[int] = (),
    roots: Collection[int] = (),
) -> set[int]:
    """Those of `among` that carry one of these tags or marks, `roots`, and all their descendants.

    Zombies are left out, but for our own that nobody waits for (`watched`: somebody does).
    """
    wanted = tuple(tags)
    around = [pid for pid in among if pid != os.getpid()]
    found = {pid for pid in around if pid in roots or _carries(pid, wanted)}
    if not found:
        return found
    entries = {pid: seen for pid in around if (seen := entry(pid)) and _counts(pid, seen, watched)}
    found &= entries.keys()
    return found | _below(found, {pid: seen.parent for pid, seen in entries.items()})


def _carries(pid: int, wanted: tuple[Tag, ...]) -> bool:
    tagged = limit(pid)
    if any(one.fits(tagged) for one in wanted):
        return True
    known = {one.mark for one in wanted if one.mark}
    return bool(known) and not known.isdisjoint(marks(pid))


def _counts(pid: int, seen: Entry, watched: Collection[int]) -> bool:
    return seen.state not in "ZX" or (seen.parent == os.getpid() and pid not in watched)


def _below(found: set[int], parents: dict[int, int]) -> set[int]:
    below: set[int] = set()
    rest = set(parents) - found
    grown = True
    while grown:
        more = {pid for pid in rest if parents[pid] in found or parents[pid] in below}
        grown = bool(more)
        below |= more
        rest -= more
    return below


def end(find: Callable[[], set[int]], watched: Collection[int] = ()) -> set[int]:
    """Kill what `find` finds until it finds nothing more; returns what did not die.

    All are stopped before any is killed, for the child of a killed process has no parent to be
    known by. `watched`: those whose own thread reaps them; other children of ours are reaped here.
    """
    refused: set[int] = set()
    until = time.monotonic() + _PATIENCE
    while found := find() - refused:
        if time.monotonic() > until:
            return refused | found
        refused |= _kill(_stopped(find, found) - refused, watched, until)
    return refused


def _stopped(find: Callable[[], set[int]], found: set[int]) -> set[int]:
    """Stop what is found until nothing new is, and all of it stands still (for half a second)."""
    stopped: set[int] = set()
    until = time.monotonic() + _STILL
    while time.monotonic() < until:
        for pid in found - stopped:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGSTOP)
        still = all(seen.state in "TtZX" for pid in found if (seen := entry(pid)))
        stopped |= found
        found = find()
        if still and found <= stopped:
            break
    return stopped | found


def _kill(found: set[int], watched: Collection[int], until: float) -> set[int]:
    """Kill each and wait until they are gone; returns those that are not ours to kill."""
    refused: set[int] = set()
    dying: dict[int, int] = {}
    for pid in found:
        with contextlib.suppress(ProcessLookupError):
            dying[os.pidfd_open(pid)] = pid
    for descriptor, pid in dying.items():
        try:
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        except ProcessLookupError:
            pass
        except PermissionError:
            refused.add(pid)
    for descriptor, pid in dying.items():
        if pid not in refused:
            _gone(descriptor, max(0.0, until - time.monotonic()))
        os.close(descriptor)
        if pid not in watched:
            with contextlib.suppress(ChildProcessError):
                os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG)
    return refused


def _gone(descriptor: int, seconds: float) -> None:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    poll.poll(seconds * 1000)


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
