"""Whether GitHub would take a file: `validate`, from the text to a list of faults."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from placid.base.errors import Problem
from placid.base.yamltext import Document, Scalar, Span, compose
from placid.base.yamltext.excerpt import Lines
from placid.formats.workflows.action_table import ACTION
from placid.formats.workflows.calls import call_faults
from placid.formats.workflows.fault import Fault
from placid.formats.workflows.graph import job_faults, step_faults
from placid.formats.workflows.matching import LARGEST, match
from placid.formats.workflows.model import Action
from placid.formats.workflows.reading import action, workflow
from placid.formats.workflows.triggers import trigger_faults, weighed
from placid.formats.workflows.workflow_table import WORKFLOW

Kind = Literal["workflow", "action"]
_PLACE = re.compile(r":(\d+):(\d+)\Z")


def validate(
    text: str, kind: Kind = "workflow", files: Mapping[str, str] | None = None
) -> list[Fault]:
    """What GitHub refuses in a file; empty when it would take it.

    `files` has the texts of the repository's workflows by path, which is what calls of reusable
    workflows are held against; without it nothing is said of what they name.
    """
    try:
        document = compose(text)
    except Problem as problem:
        return [_unreadable(text, problem)]
    return document_faults(document, kind, files)


def document_faults(
    document: Document, kind: Kind, files: Mapping[str, str] | None = None
) -> list[Fault]:
    """`validate` for a document that is already read."""
    found = [_unreadable(document.text, each) for each in document.problems]
    found += _faults(document, kind, files)
    return sorted(set(found), key=lambda fault: (fault.span.start, fault.message))


def _faults(document: Document, kind: Kind, files: Mapping[str, str] | None) -> list[Fault]:
    root = document.root
    if root is None:
        return [Fault("Unexpected value ''", Span(0, 0))]
    found = match(document.text, root, WORKFLOW if kind == "workflow" else ACTION)
    if root.weight > LARGEST:
        return found
    if kind == "workflow" and (read := workflow(root)) is not None:
        found = [weighed(read, each) for each in found]
        found += trigger_faults(read)
        found += job_faults(read)
        found += call_faults(read, files)
    elif kind == "action" and (read_action := action(root)) is not None:
        found = [_weighed(read_action, each) for each in found]
        found += _run_faults(read_action)
    return found


def _weighed(read: Action, fault: Fault) -> Fault:
    """The fault, harmless when it is about what only the marketplace shows."""
    if fault.span == read.root.span and fault.message.endswith((": name", ": description")):
        return fault._replace(standing="harmless")
    looks = read.root.get("branding")
    span = looks.value.span if looks is not None else Span(0, 0)
    inside = span.start <= fault.span.start and fault.span.end <= span.end
    return fault._replace(standing="harmless") if inside else fault


_NEEDS_KEY = {"composite": "steps", "docker": "image"}


def _run_faults(read: Action) -> Iterator[Fault]:
    """An action that says it runs in one way and gives what another one needs."""
    runs = read.runs
    if runs is None:
        return
    yield from step_faults(runs.steps)
    if not isinstance(runs.using, Scalar):
        return
    using = runs.using.text
    key = _NEEDS_KEY.get(using, "main" if using.startswith("node") else "")
    entry = read.root.get("runs")
    given = entry.value if entry is not None else None
    if key and given is not None and not isinstance(given, Scalar):
        present = {each.key.text for each in getattr(given, "entries", ())}
        if key not in present and present & {"main", "steps", "image"}:
            yield Fault(f"Required property is missing: {key}", runs.using.span)


def _unreadable(text: str, problem: Problem) -> Fault:
    place = _PLACE.search(problem.where or "")
    if place is None:
        return Fault(problem.what, Span(0, 0))
    lines = Lines(text)
    line = min(int(place[1]), len(lines))
    span = lines.span(line)
    start = min(span.start + int(place[2]) - 1, len(text))
    return Fault(problem.what, Span(start, max(span.end, start)))
