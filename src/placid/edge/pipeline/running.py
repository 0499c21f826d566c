"""One command on this machine, from its start to its last byte of output.

The thread that runs it sleeps in one poll over the output pipe, the process (a pidfd), the stop's
descriptor and the next time limit; nothing is looked at in a loop.

    running --stop--> SIGINT --7.5 s--> SIGTERM --2.5 s--> SIGKILL to the whole tree
       |                 |                 |                  |
       +-----------------+--- it ends -----+------------------+--> the rest of its output

Each command leads a session, so that it has no terminal to ask questions on (GitHub's has none) and
signals reach its whole group. What it leaves in the background may hold the pipe open. GitHub's
runner then waits 5 s; we wait until nothing was written for half a second, 5 s at most: enough for
`exec > >(tee log)`, and a step that starts a server costs 0.5 s. Then somebody else drains the
pipe, for a server must not die of SIGPIPE. Of a stopped command the group is killed first.
"""

from __future__ import annotations

import contextlib
import fcntl
import math
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping

import msgspec

from placid.base.errors import Problem
from placid.ports.pipeline import Command, Ended, Sink, Stop

_PIECE = 1 << 16
_WIDE = 1 << 18  # bytes in the pipe of a command that writes much: a third more throughput
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
_MOMENT = 0.02  # seconds after which a command has settled
_NEVER = 3600.0  # seconds: longest sleep, so that a deadline may move


class Patience(msgspec.Struct, frozen=True):
    """Seconds: between SIGINT and SIGTERM, from there to SIGKILL; and for output after the end,
    `quiet` without any and `linger` in all."""

    interrupt: float = 7.5
    terminate: float = 2.5
    quiet: float = 0.5
    linger: float = 5.0


class Child(msgspec.Struct, frozen=True):
    """A process that was started: the reading end of its output, and its pidfd."""

    pid: int
    output: int
    ended: int
    process: subprocess.Popen[bytes]


class Tree(msgspec.Struct, frozen=True):
    """What else is done with a command's processes: `settle` is called when it has run for a moment
    or has ended, `fell` kills all of them, `leave` takes the pipe that some still hold open."""

    settle: Callable[[], object]
    fell: Callable[[], object]
    leave: Callable[[int], object]


def start(command: Command, program: str, env: Mapping[str, str], stdin: int) -> Child:
    """Start `program` (a path) as `command` says; Problem when the system cannot."""
    pipe: tuple[int, ...] = ()
    try:
        pipe = output, theirs = os.pipe()
        process = subprocess.Popen(
            [as_bytes(program), *map(as_bytes, command.argv[1:])],
            cwd=command.folder,
            env=encoded(env),
            stdin=stdin,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            umask=0o022,
        )
        os.close(theirs)
        return Child(process.pid, output, _watch(process), process)
    except (OSError, ValueError) as error:
        for descriptor in pipe:
            with contextlib.suppress(OSError):
                os.close(descriptor)
        raise unstartable(command, program, error) from None


def _watch(process: subprocess.Popen[bytes]) -> int:
    try:
        return os.pidfd_open(process.pid)
    except OSError:  # no descriptors left: it cannot be minded
        process.kill()
        process.wait()
        raise


def encoded(env: Mapping[str, str]) -> dict[bytes, bytes]:
    """An environment as the system takes it, with .NET's ways: a name ends at its first "=",
    the whole at its first NUL."""
    try:
        plain = {
            name.encode("utf-8", "surrogateescape"): value.encode("utf-8", "surrogateescape")
            for name, value in env.items()
        }
    except UnicodeEncodeError:
        plain = {as_bytes(name): as_bytes(value) for name, value in env.items()}
    if b"=" not in b"".join(plain) and b"\0" not in b"".join((*plain, *plain.values())):
        plain.pop(b"", None)
        return plain
    found: dict[bytes, bytes] = {}
    for name, value in plain.items():
        key, equals, rest = (name + b"=" + value).partition(b"\0")[0].partition(b"=")
        if key and equals:
            found[key] = rest
    return found


def as_bytes(text: str) -> bytes:
    """UTF-8; bytes that came in undecodable go out as they were, other half pairs as "?"."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def unstartable(command: Command, program: str, error: OSError | ValueError) -> Problem:
    """What GitHub's runner says when a process cannot be started."""
    why = error.strerror if isinstance(error, OSError) else str(error)
    fix = None
    if not os.path.isdir(command.folder):
        fix = f"create {command.folder} in an earlier step, or correct working-directory"
    return Problem(
        f"An error occurred trying to start process '{program}' with working directory"
        f" '{command.folder}'. {why}",
        fix=fix,
    )


class Attendance:
    """Minds one child until it is over; `asked` is the stop's descriptor."""

    def __init__(
        self, child: Child, sink: Sink, stop: Stop, asked: int, patience: Patience
    ) -> None:
        self._child, self._sink, self._stop = child, sink, stop
        self._asked, self._patience = asked, patience
        self._pressed = 0  # how many of the three signals were sent
        self._next: float | None = None
        self._open = True
        self._wide = False
        self._poll = select.poll()
        for descriptor in (child.output, child.ended, asked):
            self._poll.register(descriptor, select.POLLIN)

    def finish(self, tree: Tree) -> Ended:
        """Wait for the end, and reap."""
        try:
            self._attend(tree)
            self._drain()
            if self._pressed:
                self._signal(signal.SIGKILL)
        except BaseException:  # the sink broke, or the thread was interrupted: no half-dead step
            tree.fell()
            self._signal(signal.SIGKILL)
            raise
        finally:
            code = self._reap(tree)
        return Ended(code, self._pressed > 0)

    def _attend(self, tree: Tree) -> None:
        settles: float | None = time.monotonic() + _MOMENT
        while True:
            wait = self._timeout() if settles is None else min(self._timeout(), _MOMENT * 1000)
            ready = {descriptor for descriptor, _ in self._poll.poll(wait)}
            ended = self._child.ended in ready
            if settles is not None and (ended or time.monotonic() >= settles):
                settles = None
                tree.settle()
            if self._child.output in ready:
                self._take()
            if ended:
                return
            self._press(tree)

    def _timeout(self) -> int:
        """Milliseconds until something must be done by itself."""
        at = self._next if self._pressed else self._stop.deadline
        if at is None:
            return int(_NEVER * 1000)
        return math.ceil(min(_NEVER, max(0.0, at - time.monotonic())) * 1000)

    def _press(self, tree: Tree) -> None:
        """Send the next signal when its time has come."""
        now = time.monotonic()
        if self._pressed == 0:
            deadline = self._stop.deadline
            due = self._stop.asked or (deadline is not None and now >= deadline)
        else:
            due = self._next is not None and now >= self._next
        if not due:
            return
        if self._pressed == 0:
            self._poll.unregister(self._asked)
        number = _SIGNALS[self._pressed]
        waits = (self._patience.interrupt, self._patience.terminate, None)[self._pressed]
        self._next = None if waits is None else now + waits
        self._pressed += 1
        if number is signal.SIGKILL:  # the whole tree before its root, which it is known by
            tree.fell()
        self._signal(number)

    def _signal(self, number: signal.Signals) -> None:
        """To the group: its number cannot be another's, for its leader has not been reaped."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, number)

    def _take(self) -> None:
        data = os.read(self._child.output, _PIECE)
        if data:
            if len(data) == _PIECE and not self._wide:
                self._wide = True
                with contextlib.suppress(OSError):
                    fcntl.fcntl(self._child.output, fcntl.F_SETPIPE_SZ, _WIDE)
            self._sink(data)
        else:
            self._poll.unregister(self._child.output)
            self._open = False

    def _drain(self) -> None:
        """Take what comes after the end, until there is no more or nobody should wait."""
        self._poll.unregister(self._child.ended)
        until = time.monotonic() + self._patience.linger
        while self._open:
            wait = min(self._patience.quiet, until - time.monotonic())
            ready = {descriptor for descriptor, _ in self._poll.poll(max(0.0, wait) * 1000)}
            if self._child.output not in ready or wait <= 0:
                return
            self._take()

    def _reap(self, tree: Tree) -> int:
        _, status = os.waitpid(self._child.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        self._child.process.returncode = code
        os.close(self._child.ended)
        if self._open:
            tree.leave(self._child.output)
        else:
            os.close(self._child.output)
        return 128 - code if code < 0 else code
