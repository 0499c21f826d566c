"""GitHub workflows and actions as data: what each part says, and where it is written.

The types follow the file. A value that may hold `${{ }}` stays the YAML value it is: a `Scalar` has
its text and span, and where GitHub takes an expression for a whole mapping or list the field is a
`Node`. What is absent, or of a type GitHub refuses there, is None or empty: reading never fails,
refusing is the work of `validate`. `at` is the key a part hangs on, the place to point at.
"""

from __future__ import annotations

import msgspec

from placid.base.yamltext import Entry, Mapping, Node, Scalar, Span

FILTERS = ("branches", "branches-ignore", "tags", "tags-ignore", "paths", "paths-ignore")


class Input(msgspec.Struct, frozen=True):
    """An input of workflow_dispatch, workflow_call or an action; `type` is absent in actions."""

    id: Scalar
    type: Scalar | None = None
    required: Scalar | None = None
    default: Scalar | None = None
    options: tuple[Scalar, ...] = ()
    description: Scalar | None = None
    deprecation: Scalar | None = None

    @property
    def needed(self) -> bool:
        """Whether a caller must give it."""
        given = self.required is not None and self.required.text.lower() == "true"
        return given and self.default is None


class Secret(msgspec.Struct, frozen=True):
    """A secret that a reusable workflow takes."""

    id: Scalar
    required: Scalar | None = None

    @property
    def needed(self) -> bool:
        """Whether a caller must give it."""
        return self.required is not None and self.required.text.lower() == "true"


class Output(msgspec.Struct, frozen=True):
    """An output of a reusable workflow or an action."""

    id: Scalar
    value: Scalar | None = None
    description: Scalar | None = None


class Schedule(msgspec.Struct, frozen=True):
    """One line of `on.schedule`."""

    cron: Scalar
    timezone: Scalar | None = None


class Trigger(msgspec.Struct, frozen=True):
    """One event of `on:`. `filters` has those of FILTERS that are given, even when empty.

    schedules are those of `schedule`, workflows those of `workflow_run`; inputs, outputs and
    secrets those of `workflow_dispatch` and `workflow_call`
    """

    event: Scalar
    body: Node | None = None
    types: tuple[Scalar, ...] | None = None
    filters: tuple[tuple[str, tuple[Scalar, ...]], ...] = ()
    workflows: tuple[Scalar, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    secrets: tuple[Secret, ...] = ()

    def patterns(self, name: str) -> tuple[Scalar, ...] | None:
        """The patterns of one filter ("branches-ignore"), None when it is not given."""
        return next((patterns for key, patterns in self.filters if key == name), None)


class Defaults(msgspec.Struct, frozen=True):
    """`defaults.run`."""

    shell: Scalar | None = None
    working_directory: Scalar | None = None


class Concurrency(msgspec.Struct, frozen=True):
    """A concurrency group. `group` is None when all of it is an expression in a mapping."""

    at: Span
    group: Scalar | None = None
    cancel_in_progress: Scalar | None = None
    queue: Scalar | None = None


class Environment(msgspec.Struct, frozen=True):
    """The environment a job deploys to."""

    at: Span
    name: Scalar | None = None
    url: Scalar | None = None
    deployment: Scalar | None = None


class Permissions(msgspec.Struct, frozen=True):
    """What the token may do: `every` for read-all and write-all, else one level for each scope."""

    at: Span
    every: Scalar | None = None
    scopes: tuple[tuple[Scalar, Scalar], ...] = ()


class Strategy(msgspec.Struct, frozen=True):
    """`matrix` is a mapping of lists, or an expression, as is each of its values."""

    at: Span
    body: Node
    matrix: Node | None = None
    fail_fast: Scalar | None = None
    max_parallel: Scalar | None = None


class Container(msgspec.Struct, frozen=True):
    """A job's container or one of its services (`id` is the service's name)."""

    at: Span
    body: Node
    id: Scalar | None = None
    image: Scalar | None = None
    env: Node | None = None
    ports: tuple[Scalar, ...] = ()
    volumes: tuple[Scalar, ...] = ()
    options: Scalar | None = None
    credentials: Node | None = None
    entrypoint: Scalar | None = None
    command: Scalar | None = None


class Step(msgspec.Struct, frozen=True):
    """One step of a job or of a composite action: `run`, `uses`, or one of the last four.

    `given` is the body of `with`; a step of parallel steps holds them in `parallel`
    """

    body: Mapping
    index: int
    id: Scalar | None = None
    name: Scalar | None = None
    condition: Scalar | None = None
    run: Scalar | None = None
    uses: Scalar | None = None
    shell: Scalar | None = None
    working_directory: Scalar | None = None
    given: tuple[Entry, ...] = ()
    env: Node | None = None
    timeout_minutes: Scalar | None = None
    continue_on_error: Scalar | None = None
    background: Scalar | None = None
    wait: tuple[Scalar, ...] = ()
    wait_all: bool = False
    cancel: Scalar | None = None
    parallel: tuple[Step, ...] = ()

    def input(self, name: str) -> Scalar | None:
        """What `with` gives for an input; None when it is not given."""
        return _scalar_of(self.given, name)


class Job(msgspec.Struct, frozen=True):
    """A job with steps, or (`uses`) a call of a reusable workflow with `given` and `secrets`."""

    id: Scalar
    body: Mapping
    name: Scalar | None = None
    needs: tuple[Scalar, ...] = ()
    condition: Scalar | None = None
    runs_on: Node | None = None
    permissions: Permissions | None = None
    environment: Environment | None = None
    concurrency: Concurrency | None = None
    strategy: Strategy | None = None
    container: Container | None = None
    services: tuple[Container, ...] = ()
    env: Node | None = None
    defaults: Defaults = Defaults()
    outputs: tuple[Entry, ...] = ()
    timeout_minutes: Scalar | None = None
    cancel_timeout_minutes: Scalar | None = None
    continue_on_error: Scalar | None = None
    steps: tuple[Step, ...] = ()
    uses: Scalar | None = None
    given: tuple[Entry, ...] = ()
    secrets: Node | None = None

    @property
    def labels(self) -> tuple[Scalar, ...]:
        """The labels of `runs-on`, in any of its forms; those with `${{ }}` too."""
        node = self.runs_on
        if isinstance(node, Mapping):
            entry = node.get("labels")
            node = entry.value if entry else None
        return _listed(node)

    def every_step(self) -> tuple[Step, ...]:
        """The steps, those inside of `parallel` too."""
        return tuple(each for step in self.steps for each in (step, *step.parallel))


class Workflow(msgspec.Struct, frozen=True):
    """A file of `.github/workflows`."""

    root: Mapping
    path: str = ""
    name: Scalar | None = None
    run_name: Scalar | None = None
    triggers: tuple[Trigger, ...] = ()
    permissions: Permissions | None = None
    env: Node | None = None
    defaults: Defaults = Defaults()
    concurrency: Concurrency | None = None
    jobs: tuple[Job, ...] = ()

    def job(self, name: str) -> Job | None:
        """The job with this id; ids ignore case."""
        return next((job for job in self.jobs if job.id.text.lower() == name.lower()), None)

    def trigger(self, event: str) -> Trigger | None:
        """What `on:` says of an event; None when it does not start this workflow."""
        return next((each for each in self.triggers if each.event.text == event), None)


class Runs(msgspec.Struct, frozen=True):
    """How an action runs. `using` is composite, docker or a Node version ("node24")."""

    at: Span
    using: Scalar | None = None
    steps: tuple[Step, ...] = ()
    main: Scalar | None = None
    pre: Scalar | None = None
    pre_if: Scalar | None = None
    post: Scalar | None = None
    post_if: Scalar | None = None
    image: Scalar | None = None
    entrypoint: Scalar | None = None
    pre_entrypoint: Scalar | None = None
    post_entrypoint: Scalar | None = None
    args: tuple[Scalar, ...] = ()
    env: Node | None = None


class Action(msgspec.Struct, frozen=True):
    """An `action.yml`."""

    root: Mapping
    path: str = ""
    name: Scalar | None = None
    description: Scalar | None = None
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    runs: Runs | None = None

    @property
    def folder(self) -> str:
        """Where it lives, without a slash at the end; "" for the root of the repository."""
        return self.path.rpartition("/")[0]


def _scalar_of(entries: tuple[Entry, ...], name: str) -> Scalar | None:
    found = (entry.value for entry in entries if entry.key.text.lower() == name.lower())
    value = next(found, None)
    return value if isinstance(value, Scalar) else None


def _listed(node: Node | None) -> tuple[Scalar, ...]:
    if isinstance(node, Scalar):
        return (node,) if node.text else ()
    if node is None or isinstance(node, Mapping):
        return ()
    return tuple(item for item in node.items if isinstance(item, Scalar))
