"""From what people call workflows, events and jobs to the ones that are meant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from placid.base.errors import Problem

if TYPE_CHECKING:
    from placid.formats.workflows.model import Job, Workflow

FOLDER = Path(".github/workflows")
_USUAL = frozenset(("push", "pull_request", "workflow_dispatch", "schedule", "release"))


def root_of(folder: Path) -> Path:
    """The repository's root: the nearest folder with a .git or .github/workflows, else `folder`."""
    for each in (folder, *folder.parents):
        if (each / ".git").exists() or (each / FOLDER).is_dir():
            return each
    return folder


def workflow_files(root: Path) -> list[Path]:
    """The files of .github/workflows that GitHub reads, sorted by name."""
    folder = root / FOLDER
    if not folder.is_dir():
        return []
    return sorted(each for each in folder.iterdir() if each.suffix in (".yml", ".yaml"))


def workflow_named(name: str, folder: Path) -> Path:
    """The file that is meant: a path, a file of .github/workflows, or that without its ending."""
    given = folder / name
    if given.is_file():
        return given
    files = workflow_files(root_of(folder))
    for each in files:
        if name in (each.name, each.stem):
            return each
    known = [each.name for each in files]
    words = {word: each.name for each in files for word in (each.stem, each.name)}
    guess = words.get(_nearest(name.rpartition("/")[2], [*words]) or "")
    there = _among(known, guess) if known else f"there is no workflow in {FOLDER}; write one"
    raise Problem(f"no workflow is called {name!r}", fix=there)


def event_named(name: str) -> str:
    """The event; Problem with the nearest name when GitHub has none of that name."""
    if name in _USUAL:
        return name
    from placid.formats.workflows.events import EVENTS

    if name not in EVENTS:
        guess = _nearest(name, [*EVENTS]) or _nearest(name.replace("-", "_"), [*EVENTS])
        raise Problem(f"GitHub has no event {name!r}", fix=_among(sorted(EVENTS), guess))
    return name


def job_named(name: str, workflows: Sequence[Workflow]) -> Job:
    """The job with an id, or with a name; Problem with the nearest."""
    jobs = [job for workflow in workflows for job in workflow.jobs]
    for job in jobs:
        if job.id.text.lower() == name.lower():
            return job
    for job in jobs:
        if job.name is not None and job.name.text == name:
            return job
    ids = list(dict.fromkeys(job.id.text for job in jobs))
    where = ", ".join(workflow.path for workflow in workflows)
    raise Problem(
        f"no job is called {name!r}", where=where or None, fix=_among(ids, _nearest(name, ids))
    )


def _nearest(name: str, known: Sequence[str]) -> str | None:
    from placid.base.registry import nearest

    return nearest(name, [*known])


def _among(known: Sequence[str], guess: str | None) -> str:
    hint = f"did you mean {guess!r}? " if guess else ""
    return f"{hint}use one of: {', '.join(known)}" if known else "there is none"
