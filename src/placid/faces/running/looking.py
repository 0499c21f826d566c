"""`placid run --list` and `--graph`: every workflow and job, and whether the event starts them."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from placid.app.planning import Ground, Read, called, happened, read_one
from placid.base.errors import Problem
from placid.core.pipeline.github_context import RunOf, github
from placid.core.pipeline.outlook import Outlook, outlook
from placid.faces.running.graph import Listed, graph_mermaid, graph_text, list_text
from placid.faces.running.starting import not_started
from placid.faces.running.style import style_of
from placid.formats.workflows.model import Trigger
from placid.formats.workflows.reading import read_workflow
from placid.ports.pipeline import Actions


def look(here: Ground, actions: Actions) -> str:
    """The text that `--list` or `--graph` prints."""
    style = style_of(sys.stdout)
    named = here.asked.workflows or tuple(here.paths())
    if here.asked.answer == "list":
        return list_text([_listed(here, path, actions) for path in named], style)
    mermaid = here.asked.answer == "mermaid"
    drawn = [
        graph_mermaid(each) if mermaid else graph_text(each, style)
        for each in _outlooks(here, named, actions)
    ]
    return "\n\n".join(drawn) or "no workflow starts here; `placid run --list` shows why"


def _outlooks(here: Ground, named: tuple[str, ...], actions: Actions) -> Iterator[Outlook]:
    """Of the workflows that were named, or else of those that the event starts."""
    for path in named:
        read = read_one(here, path)
        if here.asked.workflows or not not_started(here, read, happened(here, read)):
            yield _outlook(here, read, actions)


def _outlook(here: Ground, read: Read, actions: Actions) -> Outlook:
    happening = happened(here, read)
    contexts: dict[str, object] = {
        "github": github(happening, RunOf(read.path, _name(read))),
        "inputs": happening.inputs,
        "vars": here.asked.variables,
    }
    texts = called(here, read.workflow, actions)
    known = {uses: read_workflow(text, uses) for uses, text in texts.items()}
    found = {uses: each for uses, each in known.items() if each is not None}
    asked = here.asked.jobs
    return outlook(read.workflow, contexts, asked=asked, called=found, event=happening.name)


def _listed(here: Ground, path: str, actions: Actions) -> Listed:
    try:
        read = read_one(here, path)
    except Problem as problem:
        return Listed(path, path, (), problem=str(problem))
    why = not_started(here, read, happened(here, read))
    triggers = tuple(map(_shown, read.workflow.triggers))
    return Listed(path, _name(read), triggers, _outlook(here, read, actions).jobs, not why, why)


def _name(read: Read) -> str:
    return read.workflow.name.text if read.workflow.name is not None else ""


def _shown(trigger: Trigger) -> str:
    """A trigger in one line: "push to main", "schedule 0 4 * * *"."""
    said = trigger.event.text
    if trigger.schedules:
        return f"{said} {', '.join(each.cron.text for each in trigger.schedules)}"
    words = {"branches": "to", "tags": "of tags", "paths": "in"}
    for name, patterns in trigger.filters:
        listed = ", ".join(each.text for each in patterns)
        kind, _, ignored = name.partition("-")
        said += f" not {words[kind]} {listed}" if ignored else f" {words[kind]} {listed}"
    if trigger.types:
        said += f" ({', '.join(each.text for each in trigger.types)})"
    return said
