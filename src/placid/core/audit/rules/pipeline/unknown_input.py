"""Steps give local actions the inputs they have, and read the outputs they have.

Why: the runner only warns of an input that an action does not declare, and the action goes on
without it; a required input that is missing is empty; an output that a composite action does not
declare is empty.

Bad: `with: {verison: 3}` for an action that declares `inputs: {version: ...}`

Good: `with: {version: 3}`

Known limits: actions of other repositories are not looked at; JavaScript and Docker actions may set
outputs that they do not declare.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.workflows import actions, local_action, workflows
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule
from placid.formats.workflows import Action, Job, Step, Workflow
from placid.formats.workflows.accesses import workflow_accesses
from placid.formats.workflows.reference import reference

_DOCKER = frozenset(("entrypoint", "args"))


@rule("pipeline/unknown-input", Severity.MEDIUM, docs=__doc__ or "")
def unknown_input(repository: Repository) -> Iterator[Hit | Unknown]:
    """Hold each step that uses a local action against the action."""
    for workflow in workflows(repository):
        for job in workflow.jobs:
            for step in job.every_step():
                yield from _step(repository, workflow.path, step)
        yield from _outputs(repository, workflow)
    for action in actions(repository):
        for step in action.runs.steps if action.runs is not None else ():
            yield from _step(repository, action.path, step)


def _action(repository: Repository, step: Step) -> Action | None:
    named = reference(step.uses.text) if step.uses is not None else None
    local = named is not None and named.kind == "local"
    return local_action(repository, named.path) if named is not None and local else None


def _step(repository: Repository, path: str, step: Step) -> Iterator[Hit]:
    action = _action(repository, step)
    if action is None or step.uses is None:
        return
    declared = {each.id.text.lower(): each for each in action.inputs}
    docker = action.runs is not None and action.runs.image is not None
    given = {entry.key.text.lower() for entry in step.given}
    for entry in step.given:
        name = entry.key.text.lower()
        if name not in declared and not (docker and name in _DOCKER) and "${{" not in name:
            known = ", ".join(sorted(each.id.text for each in action.inputs)) or "none"
            yield Hit(
                f"{action.path} has no input {entry.key.text}; it has {known}",
                (Place(path, entry.key.span), Place(action.path)),
                action="give local actions the inputs they declare",
            )
    for name, each in declared.items():
        if each.needed and name not in given and not any("${{" in key for key in given):
            yield Hit(
                f"{action.path} requires the input {each.id.text}",
                (Place(path, step.uses.span), Place(action.path, each.id.span)),
                action="give local actions the inputs they require",
            )


def _outputs(repository: Repository, workflow: Workflow) -> Iterator[Hit]:
    """The outputs of composite actions that steps read."""
    composite = {id(job): _composite(repository, job) for job in workflow.jobs}
    if not any(composite.values()):
        return
    for reading in workflow_accesses(repository.text(workflow.path) or "", workflow):
        context, *keys = reading.path
        if context != "steps" or len(keys) < 3 or "*" in keys[:3] or keys[1].lower() != "outputs":
            continue
        action = composite.get(id(reading.job), {}).get(keys[0].lower())
        declared = {each.id.text.lower() for each in action.outputs} if action is not None else ()
        if action is not None and keys[2].lower() not in declared:
            yield Hit(
                f"{'.'.join(reading.path)} is always empty: {action.path} has no output {keys[2]}",
                (Place(workflow.path, reading.span), Place(action.path)),
                action="read outputs that local actions declare",
            )


def _composite(repository: Repository, job: Job) -> dict[str, Action]:
    """The local composite actions of a job's steps, by the step's id."""
    found: dict[str, Action] = {}
    for step in job.every_step():
        action = _action(repository, step) if step.id is not None else None
        using = action.runs.using if action is not None and action.runs is not None else None
        if step.id is not None and action is not None and using and using.text == "composite":
            found[step.id.text.lower()] = action
    return found
