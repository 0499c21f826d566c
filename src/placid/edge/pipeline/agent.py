"""placid's side of the agent in a container: commands are run in it without asking the engine.

One `podman exec` costs 180 ms, a request to the agent (`agent.sh`) one or two. It reads requests
from its standard input and so ends when placid does, however that ends. A folder is mounted at
/__p, and in it each command has three files: what to run (`launcher`), and two FIFOs that connect
both sides directly, since they share a kernel: one for its output, one for its pid and exit code.
No byte of a command is read by a shell, and nothing of it stands in any process's arguments but
its own.

Output that a command leaves to others is dealt with as on the host (see `running`).
"""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import select
import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen

from placid.base.errors import Problem
from placid.edge.pipeline import launcher
from placid.edge.pipeline.background import BackgroundOutput
from placid.edge.pipeline.running import Patience, as_bytes, encoded
from placid.edge.pipeline.stopping import Signal, Stopping
from placid.ports.pipeline import Command, Ended, Sink, Stop

FOLDER = "/__p"
SCRIPT = Path(__file__).with_name("agent.sh")
_TAGS = 0x7000_0000
_PIECE = 1 << 18
_INTERRUPTED = 130  # the exit code of a command that was stopped before it began
_NOEXEC = 126  # a shell's, for a file that it may not execute


def prepare(folder: Path) -> None:
    """Put what is mounted at /__p into an empty folder, whose parent must be private."""
    (folder / "agent").write_bytes(SCRIPT.read_bytes())
    (folder / "launch").write_bytes(launcher.program(launcher.machine()))
    (folder / "launch").chmod(0o755)
    folder.chmod(0o777)  # an image may have a user of its own


@dataclass(slots=True)
class _Run:
    """A command under way, by what its FIFO said."""

    number: int
    out: int
    end: int
    open: bool = True
    lost: bool = False
    said: bytes = b""
    pid: str = ""
    code: int | None = None

    def hear(self) -> None:
        """Take what the agent said of it."""
        with contextlib.suppress(BlockingIOError):
            data = os.read(self.end, 4096)
            self.lost = not data
            self.said += data
        for line in self.said.decode().splitlines():
            word, _, number = line.partition(" ")
            if word == "pid":
                self.pid = number
            elif word == "code":
                self.code = int(number)

    def copy(self, sink: Sink) -> None:
        """Pass on output that can be read."""
        with contextlib.suppress(BlockingIOError):
            data = os.read(self.out, _PIECE)
            self.open = bool(data)
            if data:
                sink(data)


@dataclass(slots=True)
class Agent:
    """An agent that runs in a container as the other end of `client`, the engine's process."""

    folder: Path
    client: Popen[bytes]
    patience: Patience = field(default_factory=Patience)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _writing: threading.Lock = field(default_factory=threading.Lock)
    _asking: threading.Lock = field(default_factory=threading.Lock)
    _left: BackgroundOutput = field(default_factory=BackgroundOutput)

    @property
    def answers(self) -> int:
        """The descriptor of the agent's answers; it hangs up when the container is gone."""
        assert self.client.stdout is not None
        return self.client.stdout.fileno()

    def hello(self) -> dict[str, str] | None:
        """The container's environment, to be asked for once; None when there is no agent."""
        word, _, path = self._answer().partition(" ")
        if word != "ready":
            return None
        raw = (self.folder / "environ").read_bytes()
        pairs = (os.fsdecode(item).partition("=") for item in raw.split(b"\0") if item)
        return {name: value for name, _, value in pairs} or {"PATH": path}

    def which(self, program: str, path: str) -> str:
        """The first file of that name in the folders of `path` that can be executed, or ""."""
        if not program or any(each.isspace() for each in program) or "\n" in path:
            return ""
        if "/" in program:
            path, _, program = program.rpartition("/")
        with self._asking:
            self._ask(f"which {program} {path}")
            word, _, found = self._answer().partition(" ")
        if word != "found":
            raise gone()
        return found

    def run(self, command: Command, sink: Sink, stop: Stop) -> Ended:
        """Run a command whose argv[0] is a path; Problem when it cannot be started."""
        if stop.asked:
            return Ended(_INTERRUPTED, stopped=True)
        with self._fifos() as run:
            request = self.folder / str(run.number)
            self._write(request, command, run.number)
            self._ask(f"run {run.number}")
            stopping = Stopping(stop, self.patience, lambda signal: self._signal(run, signal))
            try:
                self._attend(run, sink, stop, stopping)
            finally:
                if stopping.begun or run.code is None:
                    self._signal(run, "KILL")
            self._drain(run, sink)
            if run.code and request.exists():
                raise _not_started(command, run.code, program=request.stat().st_size == 0)
        return Ended(run.code or 0, stopping.begun)

    def close(self) -> None:
        """End the container; its client ends when nothing is left of it."""
        assert self.client.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.client.stdin.close()
        self._left.close()

    def _write(self, request: Path, command: Command, number: int) -> None:
        argv = [as_bytes(each) for each in command.argv]
        if any(b"\0" in each for each in (*argv, as_bytes(command.folder))):
            raise _trouble(command, "embedded null byte")
        launch = launcher.Launch(
            argv, as_bytes(command.folder), encoded(command.env), _TAGS + number
        )
        data = launcher.request(launcher.machine(), f"{FOLDER}/{number}".encode(), launch)
        if len(data) > launcher.LARGEST:
            raise _trouble(command, "Argument list too long")
        request.write_bytes(data)

    @contextlib.contextmanager
    def _fifos(self) -> Generator[_Run]:
        number = next(self._numbers)
        names = [self.folder / f"{number}.{kind}" for kind in ("out", "end")]
        for name in names:
            os.mkfifo(name)
            name.chmod(0o666)
        out, end = (os.open(name, os.O_RDONLY | os.O_NONBLOCK) for name in names)
        with contextlib.suppress(OSError):
            fcntl.fcntl(out, fcntl.F_SETPIPE_SZ, _PIECE)
        run = _Run(number, out, end)
        try:
            yield run
        finally:
            os.close(end)
            for name in (*names, self.folder / str(number)):
                name.unlink(missing_ok=True)
            if run.open:
                self._left.add(out)
            else:
                os.close(out)

    def _attend(self, run: _Run, sink: Sink, stop: Stop, stopping: Stopping) -> None:
        """Pass output on until the command has ended."""
        poll = select.poll()
        for descriptor in (run.out, run.end, stop.fileno()):
            poll.register(descriptor, select.POLLIN)
        poll.register(self.answers, 0)
        while run.code is None:
            ready = dict(poll.poll(stopping.wait()))
            if run.out in ready:
                run.copy(sink)
                if not run.open:
                    poll.unregister(run.out)
            if run.end in ready:
                run.hear()
            if run.code is None and (run.lost or self.answers in ready):
                raise gone()
            if stop.fileno() in ready and stop.asked:
                poll.unregister(stop.fileno())

    def _drain(self, run: _Run, sink: Sink) -> None:
        """Pass on what an ended command left in its pipe, and what others add in a short while."""
        poll = select.poll()
        poll.register(run.out, select.POLLIN)
        until = time.monotonic() + self.patience.linger
        while run.open:
            wait = min(self.patience.quiet, until - time.monotonic())
            if wait <= 0 or not poll.poll(wait * 1000):
                return
            run.copy(sink)

    def _signal(self, run: _Run, signal: Signal) -> bool:
        with contextlib.suppress(Problem):  # a container that is gone needs no signal
            if run.pid and signal == "KILL":
                self._ask(f"kill {_TAGS + run.number} {run.pid}")
            elif run.pid:
                self._ask(f"signal {signal} {run.pid}")
        return bool(run.pid)

    def _ask(self, request: str) -> None:
        assert self.client.stdin is not None
        try:
            with self._writing:
                os.write(self.client.stdin.fileno(), as_bytes(request) + b"\n")
        except (BrokenPipeError, ValueError):
            raise gone() from None

    def _answer(self) -> str:
        line = b""
        while not line.endswith(b"\n"):
            read = os.read(self.answers, 1)
            if not read:
                return ""
            line += read
        return os.fsdecode(line[:-1])


def gone() -> Problem:
    """What to say when the container is no more."""
    return Problem(
        "the job's container ended before its steps did",
        fix="something stopped it: look for lack of memory, or for who removed it",
    )


def _trouble(command: Command, why: str, fix: str | None = None) -> Problem:
    what = f"An error occurred trying to start process '{command.argv[0]}'"
    return Problem(f"{what} with working directory '{command.folder}'. {why}", fix=fix)


def _not_started(command: Command, code: int, *, program: bool) -> Problem:
    if program:
        return _trouble(command, os.strerror(code))
    if code == _NOEXEC:
        fix = "the job's folder must be on a file system that is not mounted noexec"
        return _trouble(command, f"{FOLDER}/launch cannot be executed in the container", fix)
    fix = f"create {command.folder} in an earlier step, or correct working-directory"
    return _trouble(command, os.strerror(code), fix)
