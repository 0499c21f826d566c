"""Which workflows a call of `placid run` starts, and why the others are not.

A workflow that is named runs, also where its filters would not let this event start it (said as
a word of warning); when the event is named too, filters count and nothing may be what runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from placid.app.planning import Ground, Read, happened, read_one
from placid.base.errors import Problem
from placid.core.pipeline.events import Event
from placid.core.pipeline.triggers import message_skips, starts


def chosen(
    here: Ground, say: Callable[[str], None], broken: list[Problem] | None = None
) -> Iterator[tuple[Read, Event]]:
    """The workflows to run, each with its event. One that GitHub would refuse is a Problem when it
    was named; else it goes to `broken`, and the others run, as they do at GitHub."""
    asked = here.asked
    for read in _read(here, broken):
        if not (asked.workflows or asked.event or read.workflow.trigger("push")):
            continue  # its own event may want inputs that nobody gave
        happening = happened(here, read)
        why = not_started(here, read, happening)
        if not why:
            yield read, happening
        elif not asked.workflows:
            continue
        elif asked.event and read.workflow.trigger(asked.event) is None:
            raise Problem(f"{read.path} is not started: {why}", fix="leave --event out")
        elif asked.event:
            say(f"GitHub does not start {read.path}: {why}")
        else:
            say(f"GitHub would not start {read.path}: {why}; it runs because it was named")
            yield read, happening


def _read(here: Ground, broken: list[Problem] | None) -> Iterator[Read]:
    for named in here.asked.workflows or here.paths():
        try:
            yield read_one(here, named)
        except Problem as problem:
            if here.asked.workflows or broken is None:
                raise
            broken.append(problem)


def not_started(here: Ground, read: Read, happening: Event) -> str:
    """Why the event does not start a workflow, "" when it does."""

    def changed() -> list[str] | None:
        if here.state.head is None:
            return None
        from placid.edge.pipeline.gitstate import changed as read_changed

        return read_changed(here.site.top, here.state, happening.name)

    if not here.asked.workflows and not here.asked.event and happening.name != "push":
        return f"it starts on {happening.name}, not on push"
    answer = starts(read.workflow, happening, changed)
    if not answer.yes:
        return answer.why
    return "" if here.asked.workflows else message_skips(happening)
