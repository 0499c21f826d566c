"""What every job of a run shares, and what one leg is told when it gets a worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Sequence as Several
from datetime import datetime
from pathlib import Path

import msgspec

from placid.base.yamltext.nodes import Node, Scalar, Sequence
from placid.core.pipeline.facts import Fact, Leg
from placid.core.pipeline.listener import Listener
from placid.formats.expressions.values import text_of
from placid.formats.workflows.model import Job, Workflow
from placid.ports.pipeline import Actions, ContainerSpec, Memory, Origin, Places

HashFiles = Callable[[Path, Several[str]], str]


class Workplace(msgspec.Struct, frozen=True):
    """The run around a leg.

    logs       the run's folder: step logs at `<leg>/<n>.log`, artifacts in `artifacts`
    root_of    where a leg's folder lies, by its id; folder_of: what its logs' folder is called
    report     takes a fact from any thread; it is written down in the order they come
    image      the container for jobs that name none, None for this machine
    env        variables for every step of every job, from the command line
    from_step  the first step to run, by id or name ("" for all)
    end        kills the processes of a leg's place, by its mark
    shown      takes secrets out of a leg's id
    source     the folder whose files `./actions` and workflows are read from before a checkout
    """

    number: int
    mark: str
    logs: Path
    kept: Path
    source: Path
    places: Places
    actions: Actions
    origin: Origin
    hash_files: HashFiles
    root_of: Callable[[str], Path]
    folder_of: Callable[[str], str]
    report: Callable[[Fact], None]
    listener: Listener
    now: Callable[[], datetime]
    memory: Memory | None = None
    image: ContainerSpec | None = None
    env: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    from_step: str = ""
    keep: bool = False
    end: Callable[[str], object] = lambda _: None
    shown: Callable[[str], str] = str

    def mark_of(self, leg: str) -> str:
        """What tells all that belongs to a leg; it is seen by everybody."""
        return f"{self.mark}/{leg if self.shown(leg) == leg else self.folder_of(leg)}"


def told(given: Assignment, image: str) -> bytes:
    """All that a leg is given but its files, as bytes: another leg with the same does the same."""
    return msgspec.json.encode(
        (
            _plain(given.job.body),
            _plain(given.workflow.env),
            given.workflow.defaults.shell and given.workflow.defaults.shell.text,
            given.plan.matrix,
            given.inputs,
            given.needs,
            given.variables,
            sorted(given.secrets),
            image,
        )
    )


def _plain(node: Node | None) -> object:
    """A tree without its places."""
    if node is None:
        return None
    if isinstance(node, Scalar):
        return [node.text, node.plain]
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    return [[entry.key.text, _plain(entry.value)] for entry in node.entries]


class Assignment(msgspec.Struct, frozen=True):
    """One leg: what it runs, and the contexts that are known before it begins."""

    plan: Leg
    job: Job
    workflow: Workflow
    github: Mapping[str, object]
    inputs: Mapping[str, object]
    needs: Mapping[str, object]
    strategy: Mapping[str, object]
    variables: Mapping[str, object]
    secrets: Mapping[str, str]

    @property
    def debug(self) -> bool:
        """Whether its steps show what they do for debugging; a secret counts before a variable."""
        known = {**self.variables, **self.secrets}
        return text_of(known.get("ACTIONS_STEP_DEBUG")).lower() == "true"
