"""Files that other processes read while we write them, and locks between processes.

A file is written whole or not at all: into a temporary name beside it, flushed, then renamed. A
lock is `flock` on a file; it falls with the process that holds it, so
`kill -9` leaves nothing to clean up.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import anyio


def write_whole(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Put `data` at `path` in one step that survives a crash, readable as `mode` says."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


@asynccontextmanager
async def exclusive(path: Path) -> AsyncGenerator[None]:
    """Hold the lock at `path`, waiting for whoever has it; its folder may go meanwhile."""
    descriptor = await _taken(path)
    try:
        yield
    finally:
        os.close(descriptor)


async def _taken(path: Path) -> int:
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            while not _locked(descriptor):  # noqa: ASYNC110  the kernel tells no event loop
                await anyio.sleep(0.02)
            if _is(descriptor, path):
                return os.dup(descriptor)
        finally:
            os.close(descriptor)


def _is(descriptor: int, path: Path) -> bool:
    """Whether the file is still the one at `path`: whoever had the lock may have removed it."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def is_locked(path: Path) -> bool:
    """Whether someone holds the lock at `path` now; it is not taken."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not _locked(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _locked(descriptor: int, kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
