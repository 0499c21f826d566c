"""Jobs as plain processes of this machine.

Each job has a session of its own, no stdin, and standard output and error in one pipe. It ends with
its context: its process group is asked to stop, then killed, and so is whatever it started that has
left the group, found on Linux by a mark in its environment. A background child that keeps the pipe
open does not keep the job alive: reading ends shortly after the job's own process has.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import anyio

from placid.base.errors import Problem
from placid.ports import Job

_LONGEST = 64 * 1024  # bytes: a longer line is handed out in pieces
_LINGER = 0.3  # seconds to read on after the job has ended
_MARK = "PLACID_JOB"
_ROUNDS = 200


class ProcessLines:
    """ports.Lines of a process; a piece of output without a new line counts as a line."""

    def __init__(self, process: asyncio.subprocess.Process, output: asyncio.StreamReader) -> None:
        self._process, self._output = process, output
        self._ended = asyncio.ensure_future(process.wait())
        self._buffer = b""
        self._lines: list[bytes] = []

    def __aiter__(self) -> ProcessLines:
        return self

    async def __anext__(self) -> str:
        while not self._lines:
            chunk = await self._read()
            if not chunk:
                if not self._buffer:
                    raise StopAsyncIteration
                self._lines, self._buffer = [self._buffer], b""
                break
            *lines, self._buffer = (self._buffer + chunk).split(b"\n")
            self._lines = lines[::-1]
            if len(self._buffer) > _LONGEST:
                self._lines.insert(0, self._buffer)
                self._buffer = b""
        return self._lines.pop().decode(errors="replace").rstrip("\r")

    async def exit(self) -> int:
        """The exit code, minus the signal's number when one ended it; waits for the end."""
        return await asyncio.shield(self._ended)

    async def _read(self) -> bytes:
        """Some output, b"" at its end, or once the process is gone and nothing more comes."""
        reading = asyncio.ensure_future(self._output.read(65536))
        try:
            await asyncio.wait({reading, self._ended}, return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                await asyncio.wait({reading}, timeout=_LINGER)
            return reading.result() if reading.done() else b""
        finally:
            reading.cancel()


class ProcessRunner:
    """ports.Runner on this machine. `grace` seconds lie between asking to stop and killing."""

    def __init__(self, grace: float = 1.0) -> None:
        self.grace = grace

    @asynccontextmanager
    async def run(self, job: Job) -> AsyncGenerator[ProcessLines, None]:
        """Start the job; Problem when its command or its folder is not there."""
        mark = secrets.token_hex(12)
        lines, transport = await _start(job, mark)
        try:
            yield lines
        finally:
            with anyio.CancelScope(shield=True):
                await _end(lines._process, mark, self.grace)  # pyright: ignore[reportPrivateUsage]
            transport.close()


async def _start(job: Job, mark: str) -> tuple[ProcessLines, asyncio.ReadTransport]:
    loop = asyncio.get_running_loop()
    ours, theirs = os.pipe()
    output = asyncio.StreamReader(limit=256 * 1024)
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(output), os.fdopen(ours, "rb", 0)
    )
    try:
        process = await asyncio.create_subprocess_exec(
            *job.argv,
            cwd=job.cwd,
            env={**job.env, _MARK: mark},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
    except OSError as error:
        transport.close()
        missing = job.argv[0] if os.path.isdir(job.cwd) else job.cwd  # noqa: ASYNC240  one stat
        raise Problem(f"cannot run {missing}: {error.strerror}", where=job.cwd) from None
    finally:
        os.close(theirs)
    return ProcessLines(process, output), transport


async def _end(process: asyncio.subprocess.Process, mark: str, grace: float) -> None:
    """Stop the process, its group, and everything that carries the mark."""
    if process.returncode is None:
        _signal(process.pid, signal.SIGTERM)
        with anyio.move_on_after(grace):
            await process.wait()
    _signal(process.pid, signal.SIGKILL)
    await kill_marked(_MARK, mark)
    await process.wait()


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


async def kill_marked(variable: str, value: str) -> None:
    """Kill every process whose environment holds this (none where there is no /proc).

    Returns when none is left: one may start another while we look, and dying takes a moment.
    """
    for _ in range(_ROUNDS):
        marked = _marked(f"{variable}={value}".encode())
        if not marked:
            return
        for pid in marked:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        await anyio.sleep(0.01)


def _marked(wanted: bytes) -> list[int]:
    found: list[int] = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found
