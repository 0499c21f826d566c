"""Whether an event starts a workflow, and if not, why.

First the event must stand in `on:`, then its activity type, then its ref, then its paths must be
what the trigger asks for; the first "no" is the reason. A push of a tag is held against `tags:`
and a push of a branch against `branches:`, and where only the other kind is filtered it starts
nothing. Paths are not looked at for tags, nor when GitHub would not make the diff.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from placid.core.pipeline.events import Event
from placid.core.pipeline.payload_parts import Payload, at, over, text_at
from placid.core.pipeline.payloads import ACTIONS
from placid.core.pipeline.repository import short
from placid.formats.workflows.filters import Filter
from placid.formats.workflows.model import Trigger, Workflow

Changed = Callable[[], Sequence[str] | None]
"""Gives the paths that a push or pull request changes, sorted; None where GitHub makes no diff."""

MOST_FILES = 300
"""How many changed files GitHub holds against `paths`; the others do not count."""

_REQUESTS = ("pull_request", "pull_request_target")
_TYPES: Mapping[str, Sequence[str]] = dict.fromkeys(
    _REQUESTS, ("opened", "synchronize", "reopened")
)
_BASES: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(_REQUESTS, ("pull_request", "base", "ref")),
    "merge_group": ("merge_group", "base_ref"),
    "workflow_run": ("workflow_run", "head_branch"),
}
_SKIPS = ("[skip ci]", "[ci skip]", "[no ci]", "[skip actions]", "[actions skip]")


class Start(NamedTuple):
    """The answer; `why` is the sentence of a no."""

    yes: bool
    why: str = ""


_YES = Start(True)


def starts(workflow: Workflow, event: Event, changed: Changed) -> Start:
    """Whether the event starts the workflow. `changed` is asked only where paths are filtered.

    Problem for a filter pattern that cannot be read.
    """
    trigger = workflow.trigger(event.name)
    if trigger is None:
        named = ", ".join(each.event.text for each in workflow.triggers)
        return Start(False, f"it starts on {named or 'nothing'}, not on {event.name}")
    for why in (_type(trigger, event), _source(trigger, event), _ref(trigger, event)):
        if why:
            return Start(False, why)
    why = _paths(trigger, event, changed)
    return Start(False, why) if why else _YES


def suited(trigger: Trigger | None, given: Mapping[str, object]) -> dict[str, object]:
    """What is given for an event, and what it leaves open as the trigger wants to have it.

    That is the activity type when the usual one would start nothing, the cron line of a schedule,
    and the name of the workflow that one follows. Refs and paths are never made to suit.
    """
    found = dict(given)
    if trigger is None:
        return found
    name = trigger.event.text
    types = [each.text for each in trigger.types or ()]
    if types and ACTIONS.get(name) not in types and "event_type" not in found:
        found.setdefault("action", types[0])
    if name == "schedule" and trigger.schedules:
        found.setdefault("schedule", trigger.schedules[0].cron.text)
    if name == "workflow_run" and trigger.workflows:
        named: Payload = {"name": trigger.workflows[0].text}
        found = over({"workflow": named, "workflow_run": named}, found)
    return found


def message_skips(event: Event) -> str:
    """Why GitHub would start nothing at all: what the commit's message asks for; "" if nothing."""
    if event.name == "push":
        message = text_at(event.payload, "head_commit", "message")
    elif event.name == "pull_request":
        message = text_at(event.payload, "pull_request", "title")
    else:
        return ""
    found = next((mark for mark in _SKIPS if mark in message.lower()), "")
    if not found and event.name == "push" and _trailer(message):
        found = "skip-checks: true"
    return f"the commit's message says '{found}'" if found else ""


def _trailer(message: str) -> bool:
    """Whether the message ends in two empty lines and `skip-checks: true` (with other trailers)."""
    _, parted, end = message.rstrip().rpartition("\n\n\n")
    lines = [line.strip().lower() for line in end.splitlines()] if parted else []
    return "skip-checks: true" in lines or "skip-checks:true" in lines


def _type(trigger: Trigger, event: Event) -> str:
    if trigger.types:
        known: Sequence[str] = [each.text for each in trigger.types]
    else:
        known = _TYPES.get(event.name, ())
    if not known or event.action in known:
        return ""
    listed = ", ".join(known)
    return f"{event.name} is '{event.action}' here, and the types that start it are {listed}"


def _source(trigger: Trigger, event: Event) -> str:
    """What `workflow_run` and `schedule` ask for besides."""
    if event.name == "workflow_run" and trigger.workflows:
        name = text_at(event.payload, "workflow_run", "name")
        known = [each.text for each in trigger.workflows]
        if name not in known:
            return f"it follows the workflows {', '.join(known)}, not '{name}'"
    if event.name == "schedule":
        cron = text_at(event.payload, "schedule")
        crons = [each.cron.text for each in trigger.schedules]
        if cron and cron not in crons:
            return f"it is scheduled at {', '.join(map(repr, crons))}, not at {cron!r}"
    return ""


def _ref(trigger: Trigger, event: Event) -> str:
    if event.name == "push":
        return _pushed(trigger, event)
    route = _BASES.get(event.name)
    if route is None:
        return ""
    return _named(trigger, "branches", short(text_at(event.payload, *route)))


def _pushed(trigger: Trigger, event: Event) -> str:
    if at(event.payload, "deleted") is True:
        return f"the push deletes {event.ref_name}, and that starts nothing"
    own, other = ("tags", "branches") if event.ref_type == "tag" else ("branches", "tags")
    filtered = [kind for kind in (own, other) if _given(trigger, kind)]
    if filtered == [other]:
        return f"it starts on pushes of {other} only, and {event.ref_name} is a {event.ref_type}"
    return _named(trigger, own, event.ref_name)


def _given(trigger: Trigger, kind: str) -> bool:
    return bool(trigger.patterns(kind) or trigger.patterns(f"{kind}-ignore"))


def _named(trigger: Trigger, kind: str, name: str) -> str:
    """Why `branches` or `tags` do not let a name through."""
    chosen, ignored = _filter(trigger, kind), _filter(trigger, f"{kind}-ignore")
    if chosen is not None and not chosen.chooses(name):
        return f"{name} is none of its {kind}: {', '.join(chosen.patterns)}"
    if ignored is not None and ignored.chooses(name):
        return f"{name} is among its {kind}-ignore: {', '.join(ignored.patterns)}"
    return ""


def _filter(trigger: Trigger, name: str) -> Filter | None:
    given = trigger.patterns(name)
    return Filter([each.text for each in given]) if given else None


def _paths(trigger: Trigger, event: Event, changed: Changed) -> str:
    if event.ref_type == "tag":
        return ""
    chosen, ignored = _filter(trigger, "paths"), _filter(trigger, "paths-ignore")
    if chosen is None and ignored is None:
        return ""
    every = changed()
    if every is None:
        return ""
    if not every:
        return "no file is changed, and its paths are filtered"
    seen = every[:MOST_FILES]
    which = f"the first {MOST_FILES} of {len(every)}" if len(every) > len(seen) else _count(seen)
    if chosen is not None and not chosen.chooses_any(seen):
        return f"{which} changed, none among its paths: {', '.join(chosen.patterns)}"
    if ignored is not None and ignored.chooses_all(seen):
        return f"{which} changed, all among its paths-ignore: {', '.join(ignored.patterns)}"
    return ""


def _count(paths: Sequence[str]) -> str:
    return paths[0] if len(paths) == 1 else f"{len(paths)} files"
