"""Processes that outlive us, and are found again.

A process is known by pid, start time and boot id: a pid alone is reused. Each one we start leads a
session of its own and carries PLACID_* variables, so that `/proc` alone tells whose it is, even
when we were killed before writing a word about it. Nothing is waited for by a thread: a pidfd
wakes the loop when a process ends, whether it is our child or was adopted.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "USER", "LOGNAME", "SHELL", "TMPDIR")


class Identity(msgspec.Struct, frozen=True):
    """One process, for ever: start is in clock ticks since the boot that `boot` names."""

    pid: int
    start: int
    boot: str


@dataclass(frozen=True, slots=True)
class Stat:
    """What `/proc/<pid>/stat` says: state "Z" is a zombie, which we count as gone."""

    state: str
    group: int
    session: int
    start: int


@cache
def boot_id() -> str:
    """The kernel's name for this boot."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def stat(pid: int) -> Stat | None:
    """The process's entry, or None when there is no such process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return Stat(fields[0], int(fields[2]), int(fields[3]), int(fields[19]))


def identify(pid: int) -> Identity | None:
    """Who runs under this pid now."""
    entry = stat(pid)
    return Identity(pid, entry.start, boot_id()) if entry else None


def alive(process: Identity) -> bool:
    """True while this very process exists and is no zombie."""
    entry = stat(process.pid) if process.boot == boot_id() else None
    return entry is not None and entry.start == process.start and entry.state != "Z"


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The few variables every program expects, and `extra`; nothing else of our own."""
    return {name: os.environ[name] for name in PASSED if name in os.environ} | dict(extra)


def spawn(argv: Sequence[str], cwd: Path, env: Mapping[str, str], log: Path) -> Identity:
    """Start a process in a session of its own, its output appended to `log`.

    Raises OSError when it cannot be started.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        child = subprocess.Popen(
            list(argv),
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            start_new_session=True,
        )
    finally:
        os.close(descriptor)
    child.returncode = 0  # it is ours to reap: Popen must neither wait nor warn about it
    entry = stat(child.pid)
    return Identity(child.pid, entry.start if entry else 0, boot_id())


def reap(pid: int) -> int | None:
    """The exit code of a child that has ended (-15: by SIGTERM); None when it is not our child."""
    try:
        done, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return None
    return os.waitstatus_to_exitcode(status) if done else None


async def ended(process: Identity) -> int | None:
    """Return when the process is no more: its exit code, or None when only its parent knows."""
    try:
        descriptor = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return None
    try:
        if alive(process):
            gone = asyncio.Event()
            loop = asyncio.get_running_loop()
            loop.add_reader(descriptor, gone.set)
            try:
                await gone.wait()
            finally:
                loop.remove_reader(descriptor)
    finally:
        os.close(descriptor)
    return reap(process.pid)


def environment(pid: int) -> dict[str, str]:
    """The variables a process was started with; empty when they cannot be read."""
    try:
        raw = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return {}
    pairs = (item.decode(errors="replace").partition("=") for item in raw.split(b"\0") if item)
    return {name: value for name, _, value in pairs}


def pids() -> Iterator[int]:
    """Every process there is."""
    return (int(entry) for entry in os.listdir("/proc") if entry.isdigit())


def marked(marks: Mapping[str, str]) -> dict[int, dict[str, str]]:
    """Processes whose environment holds all of `marks`: pid to environment (zombies left out)."""
    needles = [f"{name}={value}".encode() for name, value in marks.items()]
    found: dict[int, dict[str, str]] = {}
    for pid in pids():
        try:
            raw = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            continue
        if set(needles) <= set(raw.split(b"\0")):
            entry = stat(pid)
            if entry is not None and entry.state != "Z":
                found[pid] = environment(pid)
    return found


def family(leader: Identity, marks: Mapping[str, str]) -> set[int]:
    """What a leader started, itself included: its session while it leads one, and all `marked`.

    A session whose leader has died is followed by the marks alone, since its id may be reused.
    """
    found = set(marked(marks))
    if alive(leader):
        for pid in pids():
            entry = stat(pid)
            if entry is not None and entry.session == leader.pid and entry.state != "Z":
                found.add(pid)
    return found - {os.getpid()}


def send(found: set[int], number: signal.Signals) -> None:
    """Signal each process; those that are gone, or not ours to signal, are left out."""
    for pid in found:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
