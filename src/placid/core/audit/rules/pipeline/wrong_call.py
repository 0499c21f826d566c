"""A call of a reusable workflow fits what is called.

Why: GitHub refuses the calling workflow as a whole when the file is not there, takes no
`workflow_call`, or does not declare what it is given; also when a required input or secret is
missing, a value is of the wrong type, or the called jobs ask for more rights than the caller has.

Bad: `with: {tag: v1}` for a workflow that declares `inputs: {version: ...}`

Good: `with: {version: v1}`

Known limits: workflows of other repositories are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.core.audit.facts.workflows import is_workflow, workflow, workflows
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule
from placid.formats.workflows import Job, Permissions, Workflow
from placid.formats.workflows.calls import call_faults
from placid.formats.workflows.reference import reference

_LEVELS = {"none": 0, "read": 1, "write": 2}


@rule("pipeline/wrong-call", Severity.HIGH, docs=__doc__ or "")
def wrong_call(repository: Repository) -> Iterator[Hit | Unknown]:
    """Hold every call against the file it names."""
    texts = {path: repository.text(path) or "" for path in repository.paths if is_workflow(path)}
    for caller in workflows(repository):
        for fault in sorted(set(call_faults(caller, texts)) - set(call_faults(caller, None))):
            if repository.whole or not fault.message.startswith("workflow was not found"):
                yield _hit(caller, fault.message, fault.span.start, fault.span.end)
        for job in caller.jobs:
            called = _called(repository, job)
            if called is not None and job.uses is not None:
                for message in _rights(caller, job, called):
                    yield _hit(caller, message, *job.uses.span)


def _hit(caller: Workflow, message: str, start: int, end: int) -> Hit:
    place = Place(caller.path, Span(start, end))
    return Hit(message, (place,), action="fit calls of reusable workflows to what they call")


def _called(repository: Repository, job: Job) -> Workflow | None:
    named = reference(job.uses.text) if job.uses is not None else None
    if named is None or named.kind != "local" or not repository.has(named.path):
        return None
    return workflow(repository, named.path)


def _rights(caller: Workflow, job: Job, called: Workflow) -> Iterator[str]:
    """What the called jobs ask for beyond what the caller says it has."""
    have = job.permissions or caller.permissions
    if have is None:
        return
    for nested in called.jobs:
        asked = nested.permissions or called.permissions
        for scope, level in _scopes(asked):
            given = _given(have, scope)
            if given is not None and _LEVELS.get(level, 0) > _LEVELS.get(given, 0):
                yield (
                    f"the nested job '{nested.id.text}' of {called.path} is requesting "
                    f"'{scope}: {level}', but is only allowed '{scope}: {given}'"
                )


def _scopes(asked: Permissions | None) -> list[tuple[str, str]]:
    if asked is None:
        return []
    return [(scope.text, level.text) for scope, level in asked.scopes]


def _given(have: Permissions, scope: str) -> str | None:
    if have.every is not None:
        return {"read-all": "read", "write-all": "write"}.get(have.every.text)
    return next((level.text for key, level in have.scopes if key.text == scope), "none")
