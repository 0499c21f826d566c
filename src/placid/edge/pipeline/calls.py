"""Calls of podman or docker: argv lists, an environment of few variables, output as it comes.

Each call is a process group of its own, so that Ctrl-C at a terminal reaches placid alone, which
then ends what it started in the right order.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from placid.base.errors import Problem
from placid.edge.engines import Engine, environment
from placid.edge.pipeline.flags import full_name
from placid.edge.pipeline.running import Patience
from placid.edge.pipeline.stopping import Signal, Stopping
from placid.ports.pipeline import Ended, Sink, Stop

LABEL = "placid.mark"


@dataclass(frozen=True, slots=True)
class Said:
    """How a short call ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def why(self) -> str:
        """Its last words, for an error message."""
        return last(self.err or self.out)


def last(text: str) -> str:
    """The last line of an engine's complaint, without "Error: " before it."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    chosen = [line for line in lines if "error" in line.lower()] or lines
    return chosen[-1].removeprefix("docker: ").removeprefix("Error: ") if chosen else "no word"


def ask(engine: Engine, *arguments: str) -> Said:
    """A short call."""
    return call([engine.program, *engine.flags, *arguments], environment())


def call(argv: Sequence[str], env: Mapping[str, str]) -> Said:
    """A short call by its whole argv."""
    done = subprocess.run(
        argv,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=dict(env),
        process_group=0,
        check=False,
    )
    out, err = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    return Said(done.returncode, out, err)


@dataclass(frozen=True, slots=True)
class Call:
    """A long call. `send` gives a signal to what it does elsewhere; False when that is not there,
    then the process itself gets it, as it does in the end."""

    argv: Sequence[str]
    env: Mapping[str, str]
    send: Callable[[Signal], bool] | None = None
    patience: Patience = field(default_factory=Patience)


def stream(call: Call, sink: Sink, stop: Stop) -> Ended:
    """Run to the end, both streams to `sink`; ended in GitHub's way when `stop` says so."""
    with subprocess.Popen(
        call.argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(call.env),
        process_group=0,
    ) as client:

        def send(number: Signal) -> bool:
            if call.send and call.send(number) and number != "KILL":
                return True
            with contextlib.suppress(ProcessLookupError):
                os.killpg(client.pid, getattr(signal, f"SIG{number}"))
            return True

        stopping = Stopping(stop, call.patience, send)
        assert client.stdout is not None
        _pump(client.stdout.fileno(), sink, stop, stopping)
        code = client.wait()
    return Ended(code if code >= 0 else 128 - code, stopping.begun)


def _pump(output: int, sink: Sink, stop: Stop, stopping: Stopping) -> None:
    poll = select.poll()
    poll.register(output, select.POLLIN)
    poll.register(stop.fileno(), select.POLLIN)
    while True:
        ready = dict(poll.poll(stopping.wait()))
        if stop.fileno() in ready and stop.asked:
            poll.unregister(stop.fileno())
        if output in ready:
            data = os.read(output, 1 << 18)
            if not data:
                return
            sink(data)


def remove(engine: Engine, *names: str) -> None:
    """Remove containers at once, with their anonymous volumes."""
    now = ("--time", "0") if engine.podman else ()
    if names:
        ask(engine, "rm", "--force", "--volumes", *now, *names)


def has(engine: Engine, image: str) -> bool:
    """Whether the engine has the image already."""
    return ask(engine, "image", "inspect", "--format", "{{.Id}}", image).code == 0


def logins(folder: Path, image: str, username: str, password: str) -> Path:
    """Write a registry's login, for this user only; the folder is docker's configuration, and its
    config.json podman's authfile. No program is asked, so that no argv and no prompt has it."""
    registry = full_name(image).partition("/")[0]
    token = b64encode(f"{username}:{password}".encode()).decode()
    names = (registry, "https://index.docker.io/v1/") if registry == "docker.io" else (registry,)
    text = json.dumps({"auths": {name: {"auth": token} for name in names}})
    file = folder / "config.json"
    with contextlib.suppress(FileNotFoundError):
        file.unlink()
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream_:
        stream_.write(text)
    return file


def lines(say: Callable[[str], None]) -> tuple[Sink, list[str]]:
    """A sink that says whole lines, and the list of those it has said."""
    said: list[str] = []
    rest = b""

    def sink(data: bytes) -> None:
        nonlocal rest
        *whole, rest = (rest + data.replace(b"\r", b"\n")).split(b"\n")
        for line in whole:
            if line.strip():
                said.append(line.decode(errors="replace"))
                say(said[-1])

    return sink, said


def cancelled(what: str) -> Problem:
    """What to raise when the job is stopped in the midst of `what`."""
    return Problem(f"The operation was canceled while {what}.")
