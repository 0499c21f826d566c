"""Telling a job's processes from all others.

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

import os
import resource
from collections.abc import Collection, Iterable
from functools import cache

import msgspec

from placid.edge.pipeline.processes import Entry, born_after, entry, limit, marks, working_folder

_LOCKS = 10  # RLIMIT_LOCKS, which the module `resource` does not name
_NUMBERS = 22  # bits for the number of the command


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
        others = (born for born in born_after(pid) if born not in family)
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


def _is_of(pid: int, family: set[int], mark: str, root: str) -> bool:
    seen = entry(pid)
    if seen is None or seen.parent in family or (mark and mark in marks(pid)):
        return seen is not None
    return bool(root) and f"{working_folder(pid)}/".startswith(f"{root}/")


@cache
def _hard() -> int:
    return resource.getrlimit(_LOCKS)[1]


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
