"""What the jobs of a pipeline ask of the world. All of it blocks: each job has its own thread.

Paths come in two kinds. "Outside" is a `Path` of this machine. "Inside" is text, as a command that
runs in the place sees it; on the host both are the same. A job's folder is laid out as GitHub's
runner does it (`Layout`), and a container sees it as `/__w`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from placid.core.pipeline.facts import Leg, LegEnded
from placid.formats.workflows.model import Job
from placid.formats.workflows.reference import Reference
from placid.ports import Row

Sink = Callable[[bytes], None]
"""Takes output as it comes, in pieces that may end anywhere; called in the thread that waits."""


class Stop(Protocol):
    """Says when a command must end. One Stop may be asked from another thread."""

    @property
    def asked(self) -> bool: ...

    @property
    def deadline(self) -> float | None:
        """`time.monotonic()` at which it is asked by itself, None for never."""
        ...

    def fileno(self) -> int:
        """A descriptor that is readable from the moment it is asked (not by the deadline)."""
        ...


class Command(msgspec.Struct, frozen=True):
    """A program to run: `argv` and `folder` as seen inside; `env` is its whole environment."""

    argv: tuple[str, ...]
    folder: str
    env: Mapping[str, str]


class Ended(msgspec.Struct, frozen=True):
    """How a command ended: its exit code (128 + n for signal n), and whether it was stopped."""

    code: int
    stopped: bool = False


class Layout(msgspec.Struct, frozen=True):
    """The folders of one job, outside. `workspace` lies at `root/<name>/<name>`."""

    root: Path
    name: str

    @property
    def workspace(self) -> Path:
        return self.root / self.name / self.name

    @property
    def temp(self) -> Path:
        """RUNNER_TEMP; scripts and command files are in it too."""
        return self.root / "_temp"

    @property
    def home(self) -> Path:
        return self.temp / "_github_home"

    @property
    def event(self) -> Path:
        """The folder of event.json (/github/workflow in a container)."""
        return self.temp / "_github_workflow"

    @property
    def files(self) -> Path:
        return self.temp / "_runner_file_commands"

    @property
    def actions(self) -> Path:
        """Remote actions, at `<owner>/<name>/<ref>`."""
        return self.root / "_actions"

    @property
    def tools(self) -> Path:
        return self.root / "_tool"


class Place(Protocol):
    """Where the commands of one job run: this machine, or a container."""

    layout: Layout
    kind: Literal["host", "container"]

    @property
    def environment(self) -> Mapping[str, str]:
        """What every command has before anything is added: PATH, HOME, LANG; nobody's secrets."""
        ...

    @property
    def described(self) -> Mapping[str, object]:
        """The `job` context's part: {"container": {"id", "network"}, "services": {...}}."""
        ...

    def inside(self, path: Path) -> str:
        """How a path under `layout.root` is called inside."""
        ...

    def outside(self, path: str) -> Path:
        """Where an inside path is on this machine."""
        ...

    def which(self, program: str, path: str = "") -> str:
        """The program's path inside, looked up in `path` (a PATH), or "" when there is none."""
        ...

    def run(self, command: Command, sink: Sink, stop: Stop) -> Ended:
        """Run to the end. When `stop` is asked: SIGINT, after 7.5 s SIGTERM, after 2.5 s SIGKILL to
        the whole process tree. Problem when the program cannot be started.

        May be called by several threads at once (background steps).
        """
        ...


class ContainerSpec(msgspec.Struct, frozen=True):
    """A container as the workflow asks for it, all expressions done."""

    image: str
    env: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    options: str = ""
    username: str = ""
    password: str = ""
    entrypoint: str = ""
    command: str = ""


class PlaceSpec(msgspec.Struct, frozen=True):
    """What a job needs of its place. `services` are by name; no container: on the host."""

    layout: Layout
    mark: str
    container: ContainerSpec | None = None
    services: Mapping[str, ContainerSpec] = msgspec.field(default_factory=dict[str, ContainerSpec])


class Places(Protocol):
    """Opens places. Leaving the context leaves no process, container, network or mount behind."""

    def open(
        self, spec: PlaceSpec, say: Callable[[str], None], stop: Stop
    ) -> AbstractContextManager[Place]: ...

    def docker_action(  # a container action: one container, the workspace mounted
        self, spec: DockerAction, place: Place, sink: Sink, stop: Stop
    ) -> Ended: ...


class DockerAction(msgspec.Struct, frozen=True):
    """An action that is a container: an image's name, or `dockerfile` (outside) to build it from.

    env   its whole environment, with paths as a container sees them
    """

    env: Mapping[str, str]
    image: str = ""
    dockerfile: Path | None = None
    entrypoint: str = ""
    args: tuple[str, ...] = ()


class Origin(msgspec.Struct, frozen=True):
    """Where a run's commit comes from, for whoever checks it out.

    repository  the user's repository (a folder with .git, or a bare mirror)
    commit      the full id; dirty: take what lies in the working tree instead
    slug        owner/name; url: of the remote, "" when there is none
    """

    repository: Path
    commit: str
    ref: str
    slug: str
    url: str = ""
    dirty: bool = False


class Use(msgspec.Struct, frozen=True):
    """One use of an action that placid does itself.

    inputs   what `with` and the action's defaults give, in lower case
    github   the github context; env: the step's environment
    shared   a folder of this run that all its jobs see (artifacts); kept: one that outlives runs
    say      takes a line of the step's log; workflow commands in it work
    """

    reference: Reference
    inputs: Mapping[str, str]
    github: Mapping[str, object]
    env: Mapping[str, str]
    place: Place
    origin: Origin
    shared: Path
    kept: Path
    say: Callable[[str], None]
    stop: Stop


class Done(msgspec.Struct, frozen=True):
    """How that use ended. `failed` is the sentence of a failure, "" for none.

    env, path  as if written to GITHUB_ENV and GITHUB_PATH
    post       runs after the job's steps when the job has not failed (`always`: in any case)
    differs    what GitHub's action would have done otherwise, one sentence each
    """

    failed: str = ""
    outputs: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    env: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    path: Sequence[str] = ()
    post: Callable[[Use], Done] | None = None
    always: bool = False
    differs: tuple[str, ...] = ()


Native = Callable[[Use], Done]


class Actions(Protocol):
    """Finds the actions that steps use."""

    def native(self, reference: Reference) -> Native | None:
        """placid's own doing of a well-known action (actions/checkout ...), whatever its ref."""
        ...

    def fetch(self, reference: Reference, into: Path, say: Callable[[str], None]) -> Path:
        """The folder of a remote action (with the path in the reference) under `into`, at the
        locked commit; Problem when it cannot be had (no network), with what to do."""
        ...

    def workflow(self, reference: Reference) -> str:
        """The text of a remote reusable workflow."""
        ...


class Book(Protocol):
    """The ledger as threads use it: blocking, and safe to call from several of them."""

    def read(self, stream: str, after: int = 0) -> Sequence[Row]: ...

    def append(self, stream: str, expected: int, facts: Sequence[bytes]) -> None:
        """Add facts, all or none; Conflict unless the stream still ends at `expected`."""
        ...


class Memory(Protocol):
    """Remembers how legs ended, so that unchanged work need not be done again."""

    def wants(self, plan: Leg, job: Job) -> bool:
        """Whether it would know, or keep, anything of a leg."""
        ...

    def recall(self, plan: Leg, job: Job, told: bytes) -> LegEnded | None:
        """The end of an earlier leg that this one would repeat, None to run it.

        told  all that the leg is given, but the files it declares as its inputs
        """
        ...

    def keep(self, plan: Leg, job: Job, told: bytes, ended: LegEnded) -> None:
        """A leg that ran."""
        ...
