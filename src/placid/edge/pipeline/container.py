"""A container as the place of a job: one for all its steps, with an agent inside that runs them.

GitHub's folders are mounted where GitHub mounts them. The container is `podman run` with the agent
as its only process, so it ends with us in any case and is removed by the engine then. Nothing is
asked of the engine beforehand: that the image is not here, or that this engine does not work, is
learned from the attempt to run it.

    start: try --> ready
            |--> the image is missing: pull it, try again
            |--> it has no shell: Problem
            +--> this way of calling the engine fails: EngineFails, the caller tries the next
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator, Mapping
from pathlib import Path, PurePosixPath
from typing import Literal

from placid.base.errors import Problem
from placid.edge.engines import environment, reaps
from placid.edge.pipeline import agent, flags
from placid.edge.pipeline.agent import Agent
from placid.edge.pipeline.calls import cancelled, last, remove
from placid.edge.pipeline.reclaiming import reclaim
from placid.edge.pipeline.room import MISSING, EngineFails, Room, fetched
from placid.edge.pipeline.stopping import Waiting
from placid.ports.pipeline import Command, ContainerSpec, Ended, Layout, Sink, Stop

NO_SHELL = re.compile(r"(\bsh\b[\"`']?:?|exec pid1:) .*(not found|no such file)", re.I)
NODE = "/__e/node"  # this machine's, where the image has none: actions need it
_PATIENCE = 120.0  # seconds from `podman run` to the agent's first word
_FOR_END = 20.0  # seconds from the end of the agent to the end of the engine's process


def mounts(layout: Layout) -> list[tuple[Path, str]]:
    """The job's folders and their names inside, the innermost first."""
    return [
        (layout.home, "/github/home"),
        (layout.event, "/github/workflow"),
        (layout.tools, "/__t"),
        (layout.root, "/__w"),
    ]


class ContainerPlace:
    """ports.pipeline.Place in a container."""

    kind: Literal["host", "container"] = "container"

    def __init__(
        self, layout: Layout, inner: Agent, env: Mapping[str, str], described: Mapping[str, object]
    ) -> None:
        self.layout = layout
        self.environment = env
        self.described = described
        self._agent = inner
        self._node: bool | None = None

    def inside(self, path: Path) -> str:
        for outer, name in mounts(self.layout):
            if path.is_relative_to(outer):
                return str(PurePosixPath(name, path.relative_to(outer)))
        return str(path)

    def outside(self, path: str) -> Path:
        for outer, name in mounts(self.layout):
            if PurePosixPath(path).is_relative_to(name):
                return outer / PurePosixPath(path).relative_to(name)
        return Path(path)

    def which(self, program: str, path: str = "") -> str:
        found = self._agent.which(program, path or self.environment.get("PATH", ""))
        if not found and program == "node" and self._node is None:
            self._node = self._runs(Command((NODE, "--version"), "/", self.environment))
        return found or (NODE if program == "node" and self._node else "")

    def _runs(self, command: Command) -> bool:
        """Whether a program of this machine works in the container, too."""
        with contextlib.suppress(Problem), Waiting(5.0) as stop:
            return self._agent.run(command, lambda _: None, stop).code == 0
        return False

    def run(self, command: Command, sink: Sink, stop: Stop) -> Ended:
        name = command.argv[0]
        if "/" not in name:
            found = self.which(name, command.env.get("PATH", os.defpath))
            if not found:
                raise Problem(
                    f"{name}: command not found",
                    fix=f"use an image that has '{name}', or install it in an earlier step",
                )
            command = Command((found, *command.argv[1:]), command.folder, command.env)
        return self._agent.run(command, sink, stop)


@contextlib.contextmanager
def opened(
    room: Room, layout: Layout, spec: ContainerSpec, stop: Stop
) -> Generator[tuple[Agent, dict[str, str], str]]:
    """The job's container while the context lasts: its agent, its environment and its id."""
    for folder, _ in mounts(layout):
        folder.mkdir(parents=True, exist_ok=True)
    layout.workspace.mkdir(parents=True, exist_ok=True)
    private = Path(tempfile.mkdtemp(prefix="_placid_", dir=layout.root))
    inner: Agent | None = None
    try:
        (private / "p").mkdir()
        agent.prepare(private / "p")
        inner, env = _started(room, layout, spec, private, stop)
        yield inner, env, _id(private)
    finally:
        if inner is not None:
            _end(room, inner, private)
            reclaim(room.engine, layout.root, flags.name_of(spec.image))
        shutil.rmtree(private, ignore_errors=True)


def _started(
    room: Room, layout: Layout, spec: ContainerSpec, private: Path, stop: Stop
) -> tuple[Agent, dict[str, str]]:
    """Run the image, which is pulled first when the engine says that it is not here."""
    image = flags.name_of(spec.image)
    for attempt in range(2):
        argv, named = _argv(room, layout, spec, private, image)
        inner = Agent(private / "p", _client(argv, named, private), room.patience)
        try:
            env = _hello(inner, stop)
        except BaseException:
            _end(room, inner, private)
            raise
        if env is not None:
            if room.engine.podman and env.get("TERM") == "xterm":
                del env["TERM"]  # podman's own: there is no terminal
            return inner, env
        _end(room, inner, private)
        why = (private / "errors").read_text(errors="replace")
        if not MISSING.search(why) or attempt:
            raise _failed(spec.image, why)
        image = fetched(room, spec, private, stop)
    raise AssertionError


def _failed(image: str, why: str) -> Problem:
    if NO_SHELL.search(why):
        return Problem(
            f"the image {image} has no shell (sh), and a job's container needs one",
            fix="use a variant that has one: distroless images have a tag that ends in debug",
        )
    return EngineFails(f"the container of image {image} cannot be started: {last(why)}")


def _argv(
    room: Room, layout: Layout, spec: ContainerSpec, private: Path, image: str
) -> tuple[list[str], dict[str, str]]:
    """The command line, and the variables its process must have besides."""
    chosen = flags.options(spec.options)
    argv = room.common(private.name.strip("_"))
    argv += ["--rm", "--interactive", "--log-driver", "none"]
    argv += flags.without_limits(room.engine.run, chosen)
    argv += ["--init"] if room.engine.podman and reaps(room.engine.program) else []
    argv += ["--workdir", f"/__w/{layout.name}/{layout.name}", "--cidfile", str(private / "id")]
    for folder, name in mounts(layout):
        argv += flags.mount(folder, name)
    argv += flags.mount(private / "p", agent.FOLDER)
    if node := shutil.which("node"):
        argv += flags.mount(os.path.realpath(node), NODE, readonly=True)
    given = {"CI": "true", **spec.env, "HOME": "/github/home", "GITHUB_ACTIONS": "true"}
    told = flags.variables(given)
    argv += told.write(private / "variables")
    argv += [word for volume in spec.volumes for word in ("--volume", volume)]
    argv += [word for port in spec.ports for word in ("--publish", flags.port(port))]
    return [*argv, *chosen, "--entrypoint", "sh", image, f"{agent.FOLDER}/agent"], told.named


def _client(argv: list[str], named: Mapping[str, str], private: Path) -> subprocess.Popen[bytes]:
    (private / "id").unlink(missing_ok=True)
    with (private / "errors").open("wb") as errors:
        return subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment() | dict(named),
            process_group=0,
            bufsize=0,
        )


def _hello(inner: Agent, stop: Stop) -> dict[str, str] | None:
    """The container's environment when its agent has answered, None when there is none."""
    poll = select.poll()
    poll.register(inner.answers, select.POLLIN)
    poll.register(stop.fileno(), select.POLLIN)
    until = time.monotonic() + _PATIENCE
    while True:
        left = until - time.monotonic()
        if stop.deadline is not None:
            left = min(left, stop.deadline - time.monotonic())
        ready = dict(poll.poll(max(0.0, left) * 1000))
        if inner.answers in ready:
            return inner.hello()
        if stop.asked or (stop.deadline is not None and time.monotonic() >= stop.deadline):
            raise cancelled("the job's container was starting")
        if time.monotonic() >= until:
            raise EngineFails(
                f"the job's container did not answer within {_PATIENCE:.0f} s",
                fix="the engine must run containers on this machine, not on another one",
            )


def _id(private: Path) -> str:
    with contextlib.suppress(OSError):
        return (private / "id").read_text().strip()
    return private.name.strip("_")


def _end(room: Room, inner: Agent, private: Path) -> None:
    """End the container and wait until the engine has removed it."""
    inner.close()
    try:
        inner.client.wait(_FOR_END)
    except subprocess.TimeoutExpired:
        remove(room.engine, private.name.strip("_"))
        inner.client.kill()
        inner.client.wait()
    if inner.client.stdout is not None:
        inner.client.stdout.close()
