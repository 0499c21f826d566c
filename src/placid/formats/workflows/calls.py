"""Calls of reusable workflows: where they may lie, and what they take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from placid.base.yamltext import Entry, Scalar
from placid.base.yamltext import Mapping as YamlMapping
from placid.formats.workflows.fault import Fault
from placid.formats.workflows.model import Input, Job, Trigger, Workflow
from placid.formats.workflows.reading import read_workflow
from placid.formats.workflows.reference import Reference, reference
from placid.formats.workflows.templates import OPEN
from placid.formats.workflows.triggers import is_number, is_true

_HOME = ".github/workflows/"
_INVALID = "invalid value workflow reference: "


def call_faults(workflow: Workflow, files: Mapping[str, str] | None) -> Iterator[Fault]:
    """The faults of every call in a workflow."""
    for job in workflow.jobs:
        if job.uses is None or not job.uses.text or OPEN in job.uses.text:
            continue
        wrong = _wrong_place(job.uses.text)
        if wrong:
            yield Fault(_INVALID + wrong, job.uses.span)
            continue
        named = reference(job.uses.text)
        if named is not None and named.kind == "local" and files is not None:
            yield from _local(job, job.uses, named, files)


def _wrong_place(uses: str) -> str:
    named = reference(uses)
    if uses.startswith(("./", "$/")):
        if "@" in uses:
            return "cannot specify version when calling local workflows"
        folder = uses[2:]
    elif named is not None and named.kind == "remote":
        folder = named.path
    elif "@" not in uses:
        return "no version specified"
    else:
        return (
            "references to workflows must be prefixed with format 'owner/repository/' or './' "
            "for local workflows"
        )
    if not folder.startswith(_HOME) or "/" in folder.removeprefix(_HOME):
        return "references to workflows must be rooted in '.github/workflows'"
    if not folder.endswith((".yml", ".yaml")):
        return "references to workflows must have a '.yml' or '.yaml' file extension"
    return ""


def _local(job: Job, uses: Scalar, named: Reference, files: Mapping[str, str]) -> Iterator[Fault]:
    text = files.get(named.path)
    if text is None:
        yield Fault(f"workflow was not found: {named.path}", uses.span)
        return
    called = read_workflow(text, named.path)
    if called is None:
        return
    trigger = called.trigger("workflow_call")
    if trigger is None:
        yield Fault(
            "workflow is not reusable as it is missing a `on.workflow_call` trigger", uses.span
        )
        return
    yield from _inputs(job, uses, trigger)
    yield from _secrets(job, uses, trigger)


def _inputs(job: Job, uses: Scalar, trigger: Trigger) -> Iterator[Fault]:
    declared = {each.id.text.lower(): each for each in trigger.inputs}
    given = {each.key.text.lower(): each for each in job.given}
    for name, entry in given.items():
        if name not in declared:
            yield Fault(
                f"Invalid input, {entry.key.text} is not defined in the referenced workflow.",
                entry.key.span,
            )
        else:
            yield from _typed(entry, declared[name])
    for name, each in declared.items():
        if is_true(each.required) and name not in given:
            yield Fault(
                f"Input {each.id.text} is required, but not provided while calling.", uses.span
            )


def _typed(entry: Entry, declared: Input) -> Iterator[Fault]:
    value = entry.value
    if not isinstance(value, Scalar) or OPEN in value.text or declared.type is None:
        return
    kind = declared.type.text
    truth = kind == "boolean" and not isinstance(value.value, bool)
    if truth or (kind == "number" and not is_number(value)):
        yield Fault(
            f"Unexpected value '{value.text}': input {entry.key.text} is a {kind}", value.span
        )


def _secrets(job: Job, uses: Scalar, trigger: Trigger) -> Iterator[Fault]:
    if isinstance(job.secrets, Scalar):
        return
    entries = job.secrets.entries if isinstance(job.secrets, YamlMapping) else ()
    given = {each.key.text.lower(): each for each in entries}
    declared = {each.id.text.lower(): each for each in trigger.secrets}
    for name, entry in given.items():
        if name not in declared:
            yield Fault(
                f"Invalid secret, {entry.key.text} is not defined in the referenced workflow.",
                entry.key.span,
            )
    for name, each in declared.items():
        if each.needed and name not in given:
            yield Fault(
                f"Secret {each.id.text} is required, but not provided while calling.", uses.span
            )
