"""What every job of a run shares, and what one leg is told when it gets a worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from placid.core.pipeline.facts import Fact, Leg
from placid.core.pipeline.listener import Listener
from placid.formats.workflows.model import Job, Workflow
from placid.ports.pipeline import Actions, ContainerSpec, Origin, Places

HashFiles = Callable[[Path, Sequence[str]], str]


@dataclass(frozen=True, slots=True)
class Workplace:
    """The run around a leg.

    logs       the run's folder: step logs at `<leg>/<n>.log`, artifacts in `artifacts`
    root_of    where a leg's folder lies, by its id; folder_of: what its logs' folder is called
    report     takes a fact from any thread; it is written down in the order they come
    image      the container for jobs that name none, None for this machine
    env        variables for every step of every job, from the command line
    from_step  the first step to run, by id or name ("" for all)
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
    image: ContainerSpec | None = None
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    from_step: str = ""
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Assignment:
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
