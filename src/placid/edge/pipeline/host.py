"""The host as the place of a job: its commands are processes of this machine.

A place owns the job's folders, its environment, and every process that its commands start, whatever
those do to be alone (see `processes`). A daemon that a step leaves behind serves later steps, as on
GitHub; leaving the place ends it. Each job has a TMPDIR of its own with a short name (sockets lie
there), because jobs that have a machine each on GitHub meet in /tmp here.

    with HostPlace(PlaceSpec(layout, mark)) as place:
        place.run(Command(("bash", "-e", script), str(layout.workspace), env), sink, stop)
"""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Literal

import msgspec

from placid.base.errors import Problem
from placid.edge.pipeline.background import BackgroundOutput
from placid.edge.pipeline.ending import end
from placid.edge.pipeline.environment import base_environment, find
from placid.edge.pipeline.folders import make, remove, temporary
from placid.edge.pipeline.processes import BETWEEN, MARK, Since, pids
from placid.edge.pipeline.running import Attendance, Child, Patience, Tree, start
from placid.edge.pipeline.tags import Tag, belonging, put, tag
from placid.ports.pipeline import Command, Ended, Layout, PlaceSpec, Sink, Stop

WARM = (".cache", ".npm")
_INTERRUPTED = 130  # the exit code of a command that was stopped before it began


class HostOptions(msgspec.Struct, frozen=True):
    """How jobs run on this machine.

    pass_through  names of the user's variables to let in ("PIP_*" for all that begin so)
    shared        a folder that outlives jobs: `.cache` and `.npm` of each home are links into it
    user          the environment placid was started in
    removed       what takes the place's TMPDIR away
    """

    pass_through: tuple[str, ...] = ()
    shared: Path | None = None
    patience: Patience = msgspec.field(default_factory=Patience)
    user: Mapping[str, str] = msgspec.field(default_factory=lambda: os.environ)
    removed: Callable[[Path], object] = remove


class HostPlace:
    """ports.pipeline.Place on this machine; its folders are made when it is entered.

    described  the `job` context's part, when services run beside the job
    survivors  process ids that leaving could not end: another user's, when we are not root
    """

    kind: Literal["host", "container"] = "host"

    def __init__(
        self,
        spec: PlaceSpec,
        options: HostOptions | None = None,
        described: Mapping[str, object] | None = None,
    ) -> None:
        self.layout: Layout = spec.layout
        self.described: Mapping[str, object] = described or {}
        self.survivors: frozenset[int] = frozenset()
        self._options = options or HostOptions()
        self._tag = tag(spec.mark)
        self._temporary = temporary(spec.mark, self._options.user)
        self._environment: dict[str, str] = {}
        self._numbers = itertools.count()
        self._running: set[int] = set()
        self._known = 0
        self._left = BackgroundOutput()
        self._nothing = -1

    @property
    def environment(self) -> Mapping[str, str]:
        return self._environment

    def __enter__(self) -> HostPlace:
        self._since = Since()
        self._lay_out()
        self._root = os.path.realpath(self.layout.root)
        user = self._options.user
        outer = user.get(MARK, "")
        self._environment = {
            **base_environment(self.layout.home, user, self._options.pass_through),
            "TMPDIR": str(self._temporary),
            # Below another run our processes are that run's, too.
            MARK: outer + BETWEEN + self._tag.mark if outer else self._tag.mark,
        }
        self._nothing = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._known:
            self.survivors = frozenset(end(self._mine, self._running))
        self._left.close()
        os.close(self._nothing)
        self._options.removed(self._temporary)

    def inside(self, path: Path) -> str:
        return str(path)

    def outside(self, path: str) -> Path:
        return Path(path)

    def which(self, program: str, path: str = "") -> str:
        return find(program, path or self._environment["PATH"])

    def run(self, command: Command, sink: Sink, stop: Stop) -> Ended:
        """See ports.pipeline.Place.run. Of a stopped command the process group is ended, too; what
        has left the group stays until the place is left, unless SIGKILL was needed."""
        if stop.asked:
            return Ended(_INTERRUPTED, stopped=True)
        asked = stop.fileno()
        env = {MARK: self._environment[MARK], **command.env}
        child = start(command, _program(command), env, self._nothing)
        self._known = child.pid
        self._running.add(child.pid)
        try:
            return self._attend(child, sink, stop, asked)
        finally:
            self._running.discard(child.pid)

    def _attend(self, child: Child, sink: Sink, stop: Stop, asked: int) -> Ended:
        one = self._tag.number(next(self._numbers))

        def claim() -> None:
            put(child.pid, one, self._tag, self._root)

        claim()
        # A second time for a fork that was under way the first time, with the limits of before.
        tree = Tree(claim, lambda: self._fell(one, child.pid), self._left.add)
        return Attendance(child, sink, stop, asked, self._options.patience).finish(tree)

    def _fell(self, command: Tag, pid: int) -> None:
        """Kill the whole tree of one command, also what has left its session."""
        end(lambda: belonging((command,), pids(), self._running, {pid}), self._running)

    def _mine(self) -> set[int]:
        return belonging((self._tag,), self._since.pids(self._known), self._running)

    def _lay_out(self) -> None:
        layout = self.layout
        make(layout.temp)
        own = (layout.home, layout.event, layout.files, layout.actions, layout.tools)
        for folder in (layout.workspace.parent, layout.workspace, *own):
            with contextlib.suppress(FileExistsError):
                os.mkdir(folder)
        with contextlib.suppress(FileExistsError):
            self._temporary.mkdir(mode=0o700)
            # Who a step becomes (sudo -u postgres) finds its own below it, as in GitHub's /tmp.
            self._temporary.chmod(0o711)
        if self._options.shared is not None:
            for name in WARM:
                kept = self._options.shared / name
                kept.mkdir(parents=True, exist_ok=True)
                with contextlib.suppress(FileExistsError):
                    (layout.home / name).symlink_to(kept)


def _program(command: Command) -> str:
    """The file to execute; a name without a slash is looked up in the command's own PATH."""
    name = command.argv[0]
    if "/" in name:
        return name
    found = find(name, command.env.get("PATH", os.defpath))
    if not found:
        raise Problem(
            f"{name}: command not found",
            fix=f"make sure '{name}' is installed and its location is in PATH",
        )
    return found
