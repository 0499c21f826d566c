"""Carries out what was asked of `placid run`, with its views, and gives the exit code."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from types import FrameType

from msgspec.structs import replace

from placid.app.planning import Ground, Read, ground, wanted
from placid.app.running import Runs, known_actions, opened
from placid.app.sites import Site, site
from placid.base.errors import Problem
from placid.core.pipeline.asked import Asked
from placid.core.pipeline.events import Event
from placid.faces.running.hearing import Hearing, hearing
from placid.faces.running.naming import job_named
from placid.faces.running.starting import chosen
from placid.ports.pipeline import Actions

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def start(asked: Asked) -> int:
    """Run, list or draw; 0 only when all went well."""
    if asked.watch:
        from placid.faces.running.watching import watch

        return watch(asked, once, say)
    return once(asked)


def once(asked: Asked) -> int:
    """The same, once."""
    there = site(asked.folder)
    here = ground(there, asked, say)
    actions = known_actions(there, asked)
    if asked.answer != "run":
        from placid.faces.running.looking import look

        print(look(here, actions))
        return 0
    if asked.resume:
        return _resume(there, here, actions)
    broken: list[Problem] = []
    starting = list(chosen(here, say, broken))
    for problem in broken:
        _tell(problem)
    if not starting:
        return 1 if broken else _nothing(asked)
    here, starting = _narrowed(here, starting)
    good = not broken
    with opened(there, actions, say) as runs:
        hears = hearing(asked, root=there.top, folder=runs.folder, mask=_mask(asked.secrets))
        try:
            for each in starting:
                good = _run(runs, here, each, hears) and good
        finally:
            hears.close()
    return 0 if good else 1


def say(text: str) -> None:
    """A word beside the run."""
    print(f"placid: {text}", file=sys.stderr)


def _tell(problem: Problem) -> None:
    from placid.faces.render import problem_text

    print(problem_text(problem, sys.stderr.isatty()), file=sys.stderr)


def _narrowed(
    here: Ground, starting: list[tuple[Read, Event]]
) -> tuple[Ground, list[tuple[Read, Event]]]:
    """Of the workflows those that have the jobs that are asked for, which then go by their ids."""
    if not here.asked.jobs:
        return here, starting
    workflows = [read.workflow for read, _ in starting]
    jobs = [job_named(name, workflows) for name in here.asked.jobs]
    kept = [each for each in starting if any(job in each[0].workflow.jobs for job in jobs)]
    ids = tuple(job.id.text for job in jobs)
    return replace(here, asked=replace(here.asked, jobs=ids)), kept


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


def _run(runs: Runs, here: Ground, starting: tuple[Read, Event], hears: Hearing) -> bool:
    read, happening = starting
    before = runs.failed_before(read.path) if here.asked.failed else 0
    wish = wanted(here, read, happening, runs.actions, before)
    hears.plan({job.id.text: job.id.text for job in read.workflow.jobs})
    if here.asked.strict:
        _tell_differences(here, read, runs.actions, hears)
    with _interruptible(runs):
        ended = runs.start(wish, hears)
    if not here.asked.strict and (hears.reports or sys.stderr.isatty()):
        _tell_differences(here, read, runs.actions, hears)
    return ended.result == "success"


def _tell_differences(here: Ground, read: Read, actions: Actions, hears: Hearing) -> None:
    """What GitHub would do otherwise. Looked for after the run unless --strict refuses it: it takes
    as long as twenty steps, and who pipes the output away has asked for no such report."""
    from placid.faces.running.differing import announce, differing
    from placid.faces.running.divergence import divergence_json

    places = differing(here.asked, read.workflow, read.text, read.path, actions)
    announce(places, read.text, here.asked, say)
    hears.differs(divergence_json(places))


def _resume(there: Site, here: Ground, actions: Actions) -> int:
    """Carry the last interrupted run on."""
    from placid.app.planning import again

    asked = here.asked
    with opened(there, actions, say) as runs:
        number = runs.interrupted()
        hears = hearing(asked, root=there.top, folder=runs.folder, mask=_mask(asked.secrets))
        try:
            token = asked.secrets.get("GITHUB_TOKEN", "")
            with _interruptible(runs):
                ended = runs.resume(number, lambda first: again(here, first, token), hears)
        finally:
            hears.close()
    return 0 if ended.result == "success" else 1


def _mask(secrets: Mapping[str, str]) -> Callable[[str], str]:
    from placid.formats.runnertext.masking import Masks

    masks = Masks()
    for secret in secrets.values():
        masks.add_secret(secret)
    return masks.mask


@contextmanager
def _interruptible(runs: Runs) -> Generator[None]:
    """Ctrl-C, SIGTERM and the terminal's end cancel the run as GitHub would; the second one ends it
    at once."""
    asked = False

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        runs.cancel("somebody stopped it" if number == signal.SIGINT else "placid was stopped")

    before = {each: signal.signal(each, handle) for each in _ENDING}
    try:
        yield
    finally:
        for each, old in before.items():
            signal.signal(each, old)
