"""Everything that a workflow's expressions look into, with the job and the step they stand in.

for each in workflow_accesses(text, workflow):
    each.path, each.span        ("steps", "build", "outputs", "url"), where it is in the file
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from placid.base.yamltext import Mapping, Scalar, Span, scalars
from placid.formats.expressions import Node, names
from placid.formats.workflows.model import Action, Job, Step, Workflow
from placid.formats.workflows.templates import OPEN, located, trees


@dataclass(frozen=True, slots=True)
class Written:
    """One expression. `alone`: there is no text around it; `whole`: it is all that `key` has.

    `key` is the key of the workflow, job or step below which it stands
    """

    tree: Node
    scalar: Scalar
    alone: bool
    whole: bool
    key: str
    job: Job | None = None
    step: Step | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """`path`: the context in lower case, then keys as written, "*" for one that is computed."""

    path: tuple[str, ...]
    span: Span
    job: Job | None = None
    step: Step | None = None
    key: str = ""


def workflow_expressions(workflow: Workflow) -> Iterator[Written]:
    """The expressions of a workflow that can be read, in no certain order."""
    yield from _below(workflow.root, frozenset(("jobs",)))
    for job in workflow.jobs:
        yield from _below(job.body, frozenset(("steps",)), job)
        for step in job.every_step():
            yield from _below(step.body, frozenset(("parallel",)), job, step)


def action_expressions(action: Action) -> Iterator[Written]:
    """The expressions of an action that can be read."""
    yield from _below(action.root, frozenset(("runs",)))
    for step in action.runs.steps if action.runs is not None else ():
        yield from _below(step.body, frozenset(), None, step)


def workflow_accesses(source: str, workflow: Workflow) -> Iterator[Reading]:
    """What the expressions of a workflow whose text is `source` look into."""
    return _readings(source, workflow_expressions(workflow))


def action_accesses(source: str, action: Action) -> Iterator[Reading]:
    """What the expressions of an action whose text is `source` look into."""
    return _readings(source, action_expressions(action))


def _readings(source: str, found: Iterable[Written]) -> Iterator[Reading]:
    for each in found:
        for path, at in names(each.tree):
            span = located(source, each.scalar, at)
            yield Reading(path, span, each.job, each.step, each.key)


def _below(
    body: Mapping, left_out: frozenset[str], job: Job | None = None, step: Step | None = None
) -> Iterator[Written]:
    for entry in body.entries:
        key = entry.key.text
        if key in left_out:
            continue
        for scalar in scalars(entry.value):
            if key == "if" or OPEN in scalar.text:
                for tree, alone in trees(scalar, condition_text=key == "if"):
                    whole = scalar is entry.value
                    yield Written(tree, scalar, alone, whole, key, job, step)
