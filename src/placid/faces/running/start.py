"""Carries out what was asked of `placid run`: which workflows, what is shown, which exit code.

A workflow that is named runs, also where its filters would not let this event start it (said as
a word of warning); when the event is named too, filters count and nothing may be what runs.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from placid.app.planning import Ground, Read, ground, happened, known_jobs, read_one, wanted
from placid.app.running import Runs, opened
from placid.app.sites import site
from placid.base.errors import Problem
from placid.core.pipeline.asked import Asked
from placid.core.pipeline.events import Event
from placid.core.pipeline.listener import Listener, Listeners
from placid.core.pipeline.triggers import message_skips, starts
from placid.edge.pipeline.actions.finding import KnownActions
from placid.faces.running.reports import Reports


def start(asked: Asked) -> int:
    """Run, list or draw; 0 only when all went well."""
    if asked.watch:
        from placid.faces.running.watching import watch

        return watch(asked, once)
    return once(asked)


def once(asked: Asked) -> int:
    """The same, once."""
    there = site(asked.folder)
    here = ground(there, asked, say)
    if asked.answer != "run":
        from placid.faces.running.looking import look

        print(look(here))
        return 0
    actions = KnownActions(there.top, offline=asked.offline, strict=asked.strict)
    chosen = list(_chosen(here))
    if not chosen:
        return _nothing(asked)
    good = True
    with opened(there, actions, say) as runs:
        for read, happening in chosen:
            known_jobs(read.workflow, asked.jobs)
            good = _run(runs, here, (read, happening), actions) and good
    return 0 if good else 1


def say(text: str) -> None:
    """A word beside the run."""
    print(f"placid: {text}", file=sys.stderr)


def _chosen(here: Ground) -> Generator[tuple[Read, Event]]:
    """The workflows to run, each with its event."""
    asked = here.asked
    for named in asked.workflows or here.paths():
        read = read_one(here, named)
        happening = happened(here, read.workflow, read.path)
        why = _not_started(here, read, happening)
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


def _not_started(here: Ground, read: Read, happening: Event) -> str:
    def changed() -> list[str] | None:
        if here.state.head is None:
            return None
        from placid.edge.pipeline.gitstate import changed as read_changed

        return read_changed(here.site.top, here.state, happening)

    asked = here.asked
    if asked.workflows and not asked.event and read.workflow.trigger(happening.name):
        answer = starts(read.workflow, happening, changed)
        return "" if answer.yes else answer.why
    if not asked.event and happening.name != "push":
        return f"it starts on {happening.name}, not on push"
    answer = starts(read.workflow, happening, changed)
    return (answer.why or "") if not answer.yes else message_skips(happening)


def _nothing(asked: Asked) -> int:
    """No workflow starts: that is an answer when it was asked about, and a problem when not."""
    if asked.workflows:
        if asked.report is not None:
            asked.report.write_text('{"result": "success", "jobs": []}\n')
        return 0
    raise Problem(
        f"no workflow starts on {asked.event or 'push'} here",
        fix="`placid run --list` shows what starts each, or name one: placid run FILE",
    )


def _run(
    runs: Runs, here: Ground, chosen: tuple[Read, Event], actions: KnownActions
) -> bool:
    read, happening = chosen
    asked = here.asked
    wish = wanted(here, read, happening, actions)
    files: dict[str, Path] = {
        name: path
        for name, path in (
            ("report", asked.report),
            ("junit", asked.junit),
            ("summary", asked.summary),
        )
        if path is not None
    }
    reports = Reports(files, runs.folder)
    with _shown(asked, read) as shown, _interruptible(runs):
        ended = runs.start(wish, Listeners(shown, reports))
    return ended.result == "success"


@contextmanager
def _shown(asked: Asked, read: Read) -> Generator[Listener]:
    """Who shows the run."""
    if asked.json:
        from placid.faces.running.stream import JsonLines

        yield JsonLines(sys.stdout)
        return
    from placid.faces.running.style import style_for

    style = style_for(sys.stdout)
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        from placid.faces.running.tree import Tree

        tree = Tree(sys.stdout, style, log=asked.log or "failed")
        try:
            yield tree
        finally:
            tree.close()
        return
    from placid.faces.running.plain import Plain

    plain = Plain(sys.stdout.write, style, log=asked.log or "full")
    try:
        yield plain
    finally:
        plain.close()
        sys.stdout.flush()


@contextmanager
def _interruptible(runs: Runs) -> Generator[None]:
    """Ctrl-C and SIGTERM cancel the run as GitHub would; the second one ends it at once."""
    asked = False

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        runs.cancel("somebody stopped it" if number == signal.SIGINT else "placid was stopped")

    before = {each: signal.signal(each, handle) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, old in before.items():
            signal.signal(each, old)
