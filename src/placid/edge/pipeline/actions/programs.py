"""The user's own programs (git, tar) at work for an action: no terminal, nobody to ask.

They run on this machine also when the job is in a container. What they write comes through pipes
that we hold, so that they end soon after us when we are killed; their environment carries the job's
mark, so that whoever cleans up after a crash finds them. A stop reaches the whole process group.
"""

from __future__ import annotations

import math
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import IO, NamedTuple

from placid.base.errors import Problem
from placid.edge.pipeline.processes import MARK
from placid.ports.pipeline import Sink, Stop

_PIECE = 1 << 18
_GRACE = 2.5  # seconds from SIGTERM to SIGKILL
_NEVER = 3600.0


class Cancelled(Exception):
    """The job was stopped while a program ran for an action."""


class Ran(NamedTuple):
    """How a program ended: its exit code, and what it wrote (`out` is empty with a sink)."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        """What it printed, without the last newline."""
        return self.out.decode(errors="replace").rstrip("\n")


class Outside(NamedTuple):
    """Programs for one job: `stop` ends them, `mark` is the job's, "" for none."""

    stop: Stop | None = None
    mark: str = ""

    def run(
        self,
        argv: tuple[str, ...],
        env: Mapping[str, str],
        *,
        stdin: bytes | int = b"",
        sink: Sink | None = None,
    ) -> Ran:
        """Run to the end. `stdin`: bytes or a descriptor; Cancelled when the job is stopped."""
        given = _given(stdin)
        marked = {**env, MARK: self.mark} if self.mark else dict(env)
        try:
            process = subprocess.Popen(
                argv,
                env=marked,
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,  # no terminal to ask on
            )
        except FileNotFoundError:
            raise Problem(
                f"{argv[0]} is not installed, or not on the PATH",
                fix=f"install it, for example: apt-get install {argv[0]}",
            ) from None
        finally:
            if isinstance(stdin, bytes):
                os.close(given)
        return _Watch(process, self.stop, sink).finish()


def _given(stdin: bytes | int) -> int:
    """A descriptor to read `stdin` from."""
    if isinstance(stdin, int):
        return stdin
    if not stdin:
        return os.open(os.devnull, os.O_RDONLY)
    descriptor = os.memfd_create("stdin", os.MFD_CLOEXEC)
    with open(descriptor, "wb", closefd=False) as file:
        file.write(stdin)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


class _Watch:
    """Waits for one program: its two pipes, and the stop."""

    def __init__(
        self, process: subprocess.Popen[bytes], stop: Stop | None, sink: Sink | None
    ) -> None:
        self._process, self._stop = process, stop
        self._said: list[bytes] = []
        self._complained: list[bytes] = []
        self._open: dict[int, Callable[[bytes], None]] = {}
        self._poll = select.poll()
        self._killed: float | None = None
        self._add(process.stdout, sink or self._said.append)
        self._add(process.stderr, self._complained.append)
        if stop is not None:
            self._poll.register(stop.fileno(), select.POLLIN)

    def _add(self, pipe: IO[bytes] | None, taker: Callable[[bytes], None]) -> None:
        if pipe is not None:
            self._open[pipe.fileno()] = taker
            self._poll.register(pipe.fileno(), select.POLLIN)

    def finish(self) -> Ran:
        with self._process as process:
            try:
                while self._open:
                    self._turn()
                process.wait()
            except BaseException:
                self._signal(signal.SIGKILL)
                raise
        if self._killed is not None:
            raise Cancelled
        err = b"".join(self._complained).decode(errors="replace")
        return Ran(process.returncode, b"".join(self._said), err)

    def _turn(self) -> None:
        ready = {descriptor for descriptor, _ in self._poll.poll(self._timeout())}
        for descriptor in ready & self._open.keys():
            data = os.read(descriptor, _PIECE)
            if data:
                self._open[descriptor](data)
            else:
                self._poll.unregister(descriptor)
                del self._open[descriptor]
        self._obey()

    def _timeout(self) -> int:
        if self._killed is not None:
            at = self._killed + _GRACE
        elif self._stop is not None and self._stop.deadline is not None:
            at = self._stop.deadline
        else:
            return int(_NEVER * 1000)
        return math.ceil(min(_NEVER, max(0.0, at - time.monotonic())) * 1000)

    def _obey(self) -> None:
        """Pass a stop on, and insist when nothing follows."""
        stop, now = self._stop, time.monotonic()
        if stop is None:
            return
        if self._killed is not None:
            if now >= self._killed + _GRACE:
                self._signal(signal.SIGKILL)
        elif stop.asked or (stop.deadline is not None and now >= stop.deadline):
            self._killed = now
            self._poll.unregister(stop.fileno())
            self._signal(signal.SIGTERM)

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)
