"""Everything that a workflow's expressions look into, with the job and the step they stand in.

for each in workflow_accesses(text, workflow):
    each.path, each.span        ("steps", "build", "outputs", "url"), where it is in the file
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from placid.base.yamltext import Mapping, Span, scalars
from placid.formats.workflows.model import Action, Job, Step, Workflow
from placid.formats.workflows.templates import OPEN, accesses, located


@dataclass(frozen=True, slots=True)
class Reading:
    """`path`: the context in lower case, then keys as written, "*" for one that is computed.

    `key` is the key of the workflow, job or step below which it stands
    """

    path: tuple[str, ...]
    span: Span
    job: Job | None = None
    step: Step | None = None
    key: str = ""


def workflow_accesses(source: str, workflow: Workflow) -> Iterator[Reading]:
    """Those of a workflow whose text is `source`, in no certain order."""
    yield from _below(source, workflow.root, frozenset(("jobs",)))
    for job in workflow.jobs:
        yield from _below(source, job.body, frozenset(("steps",)), job)
        for step in job.every_step():
            yield from _below(source, step.body, frozenset(("parallel",)), job, step)


def action_accesses(source: str, action: Action) -> Iterator[Reading]:
    """Those of an action whose text is `source`."""
    yield from _below(source, action.root, frozenset(("runs",)))
    steps = action.runs.steps if action.runs is not None else ()
    for step in steps:
        yield from _below(source, step.body, frozenset(), None, step)


def _below(
    source: str,
    body: Mapping,
    left_out: frozenset[str],
    job: Job | None = None,
    step: Step | None = None,
) -> Iterator[Reading]:
    for entry in body.entries:
        if entry.key.text in left_out:
            continue
        condition = entry.key.text == "if"
        for scalar in scalars(entry.value):
            if condition or OPEN in scalar.text:
                for path, span in accesses(scalar, condition_text=condition):
                    yield Reading(path, located(source, scalar, span), job, step, entry.key.text)
