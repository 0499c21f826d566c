"""The GitHub workflows and actions of the repository, as models; see `placid.formats.workflows`.

What is no YAML, or no mapping, is left out: `pipeline/invalid-workflow` speaks of it. Workflows lie
in `.github/workflows` of the root and nowhere else; actions anywhere, but for folders of fixtures
and of other people's code.
"""

from __future__ import annotations

import re
from typing import Literal

from placid.core.audit.facts.yamlfiles import documents, fault
from placid.core.audit.model import Repository, fact, path_fact
from placid.formats.workflows import Action, Fault, Workflow, document_faults, validate
from placid.formats.workflows import action as action_of
from placid.formats.workflows import workflow as workflow_of
from placid.formats.workflows.matching import LARGEST

_WORKFLOW = re.compile(r"\.github/workflows/[^/]+\.ya?ml")
_ACTION = re.compile(r"(?:.*/)?action\.ya?ml")
_FOREIGN = frozenset(
    ("node_modules", "vendor", "third_party", "testdata", "fixtures", "__fixtures__", "examples")
)


def is_workflow(path: str) -> bool:
    """Whether GitHub runs the file at this path as a workflow."""
    return path.startswith(".github/workflows/") and bool(_WORKFLOW.fullmatch(path))


def is_action(path: str) -> bool:
    """Whether the file at this path is an action of this repository's own."""
    named = path.endswith(("action.yml", "action.yaml")) and bool(_ACTION.fullmatch(path))
    return named and not _FOREIGN.intersection(path.split("/"))


@path_fact
def workflow(repository: Repository, path: str) -> Workflow | None:
    """The workflow in one file."""
    found = documents(repository, path)
    root = found[0].root if found else None
    return workflow_of(root, path) if root is not None and root.weight <= LARGEST else None


@path_fact
def action(repository: Repository, path: str) -> Action | None:
    """The action in one file; None when it says nothing of how it runs."""
    found = documents(repository, path)
    read = action_of(found[0].root, path) if found else None
    return read if read is not None and read.runs is not None else None


def faults(repository: Repository, path: str, kind: Literal["workflow", "action"]) -> list[Fault]:
    """What GitHub refuses in one file, calls of other workflows left out."""
    text = repository.text(path)
    if text is None:
        return []
    found = documents(repository, path)
    if len(found) != 1 or fault(repository, path) is not None:
        return validate(text, kind)
    return document_faults(found[0], kind)


@fact
def workflows(repository: Repository) -> tuple[Workflow, ...]:
    """Every workflow, by path."""
    found = (workflow(repository, path) for path in repository.paths if is_workflow(path))
    return tuple(each for each in found if each is not None)


@fact
def actions(repository: Repository) -> tuple[Action, ...]:
    """Every action of the repository's own, by path."""
    found = (action(repository, path) for path in repository.paths if is_action(path))
    return tuple(each for each in found if each is not None)


def local_action(repository: Repository, folder: str) -> Action | None:
    """The action that `uses: ./folder` means; None when there is none, or no reading it."""
    for name in ("action.yml", "action.yaml"):
        path = f"{folder}/{name}" if folder else name
        if repository.has(path):
            return action(repository, path)
    return None
