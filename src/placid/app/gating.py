"""The pipeline of one commit as the gate before its deploy: a process of its own, so that what it
costs does not slow the agent, and a crash of either leaves the other alone.

    python -m placid.app.gating < Gating as JSON      prints one Verdict as JSON

The verdict comes from the ledger: of each workflow that a push of the commit starts, the newest run
counts, so a red pipeline that somebody has run green by hand is green.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from placid.app.planning import Ground, Read, ground, happened, read_one, wanted
from placid.app.running import Runs, known_actions, opened
from placid.app.sites import Site
from placid.base.errors import Problem
from placid.core.pipeline.asked import Asked
from placid.core.pipeline.facts import Fact, LegEnded, RunEnded, RunStarted, StepDone
from placid.core.pipeline.listener import Kind, Phase
from placid.core.pipeline.triggers import message_skips, starts
from placid.edge.gate import Gating, Verdict
from placid.edge.pipeline.gitstate import changed


class Told:
    """Writes how each leg ended, a line each."""

    def happened(self, fact: Fact) -> None:
        if isinstance(fact, LegEnded):
            _say(f"{fact.leg}: {fact.result} in {fact.seconds:.1f} s")

    def line(self, leg: str, index: int, phase: Phase, text: str, kind: Kind) -> None:
        """Lines are in the run's logs."""


class Known(NamedTuple):
    """A run that counts."""

    number: int
    facts: Sequence[Fact]
    result: str


def gate(asked: Gating) -> Verdict:
    """Run what has not run yet, and judge."""
    pure = {job: tuple(patterns) for job, patterns in asked.pure.items()}
    site = Site(Path(asked.repository), Path(asked.home), asked.app, asked.store, pure=pure)
    secrets = _secrets(Path(asked.secrets)) if asked.secrets else {}
    wish = Asked(site.top, event="push", commit=asked.commit, ref=asked.ref, secrets=secrets)
    try:
        here = ground(site, wish, _say)
        chosen = _gating(here, asked.workflow)
    except Problem as problem:
        return Verdict(False, f"{problem.where or 'the pipeline'}: {problem.what}")
    numbers: list[int] = []
    with opened(site, known_actions(site, wish), _say) as runs:
        for read in chosen:
            known = _run(runs, here, read)
            if known is None:
                return Verdict(False, f"{read.path} was stopped", tuple(numbers), settled=False)
            numbers.append(known.number)
            if known.result != "success":
                return Verdict(False, _why(read, known), tuple(numbers), _log(runs, known))
    return Verdict(True, "", tuple(numbers))


def _gating(here: Ground, only: str) -> list[Read]:
    """The workflows that count: the one that is named, or all that a push starts."""
    if only:
        return [read_one(here, only)]

    def paths() -> list[str] | None:
        return changed(here.site.top, here.state, "push")

    found: list[Read] = []
    for path in here.paths():
        read = read_one(here, path)
        event = happened(here, read)
        if not message_skips(event) and starts(read.workflow, event, paths).yes:
            found.append(read)
    return found


def _run(runs: Runs, here: Ground, read: Read) -> Known | None:
    """The run of a workflow for this commit, made when there is none; None when it was stopped."""
    known = _known(runs, here.state.sha, read.path)
    if known is None:
        wish = wanted(here, read, happened(here, read), runs.actions)
        runs.start(wish, Told())
        known = _known(runs, here.state.sha, read.path)
    return known


def _known(runs: Runs, commit: str, path: str) -> Known | None:
    """The newest whole run of a workflow for a push of the commit that came to an end."""
    for each in reversed(runs.listed()):
        if (each.commit, each.path, each.event) != (commit, path, "push"):
            continue
        facts = runs.facts(each.run)
        first, last = (facts[0], facts[-1]) if facts else (None, None)
        whole = isinstance(first, RunStarted) and not first.jobs and not first.origin.dirty
        if whole and isinstance(last, RunEnded) and last.result != "cancelled":
            return Known(each.run, facts, last.result)
    return None


def _why(read: Read, known: Known) -> str:
    """The first step that failed, in one sentence."""
    for fact in known.facts:
        if isinstance(fact, StepDone) and fact.conclusion == "failure":
            return f"its pipeline is red (run {known.number}): {fact.leg} > {fact.name}: {fact.why}"
    for fact in known.facts:
        if isinstance(fact, LegEnded) and fact.result == "failure":
            return f"its pipeline is red (run {known.number}): {fact.leg}: {fact.why}"
    return f"its pipeline is red (run {known.number} of {read.path})"


def _log(runs: Runs, known: Known) -> str:
    """The log of that step."""
    failed = (f for f in known.facts if isinstance(f, StepDone) and f.conclusion == "failure")
    step = next(failed, None)
    return str(runs.folder(known.number) / step.log) if step is not None and step.log else ""


def _secrets(path: Path) -> dict[str, str]:
    from placid.formats.envfile import parse

    return parse(path.read_bytes(), str(path))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Read what is asked, and print the verdict."""
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=Gating)
    sys.stdout.write(msgspec.json.encode(gate(asked)).decode() + "\n")


if __name__ == "__main__":
    main()
