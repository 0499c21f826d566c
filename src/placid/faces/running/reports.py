"""What is left of a run for programs: `--report` (JSON), `--junit` (XML), `--summary` (Markdown).

All three are made of the facts alone, when the run is over; files are replaced in one go, so that
nobody reads half of one. The JSON's first keys are those of `placid conform`'s page; `jobs` are
GitHub's: a leg of a matrix is a job of its own, and a job that was skipped is one, too.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from placid.base.errors import Problem
from placid.core.pipeline.facts import Annotation, Fact, RunStarted
from placid.core.pipeline.listener import Kind, Phase
from placid.faces.running.progress import LegView, Progress, StepView


class StepReport(msgspec.Struct, frozen=True):
    """A step. `seconds` is how long it took; why: of a failure or of skipping."""

    id: str
    name: str
    outcome: str
    conclusion: str
    seconds: float
    why: str
    annotations: tuple[Annotation, ...]
    log: str


class JobReport(msgspec.Struct, frozen=True):
    """A job as GitHub counts them. `id` is its key in the file, with those of its callers before
    it ("deploy/push"); leg is unique; `around` are the steps before and after its own."""

    id: str
    name: str
    result: str
    steps: list[StepReport]
    around: list[StepReport]
    leg: str
    seconds: float
    why: str
    outputs: dict[str, str]
    differs: tuple[str, ...]
    reused: int


class RunReport(msgspec.Struct, frozen=True):
    """A run."""

    result: str
    jobs: list[JobReport]
    run: int
    workflow: str
    event: str
    commit: str
    ref: str
    seconds: float
    why: str
    differs: list[Mapping[str, object]]


def report(runs: Sequence[Progress], differs: Sequence[Mapping[str, object]] = ()) -> RunReport:
    """The whole; several runs (one event may start several workflows) have all their jobs in it.

    differs  what was told before of where GitHub would differ
    """
    run = next((each.run for each in runs if each.run is not None), None)
    whys = [each.ended.why if each.ended is not None else "it has no end" for each in runs]
    return RunReport(
        result=worst([each.result for each in runs]),
        jobs=[_job(leg) for each in runs for leg in each.ordered()],
        run=run.number if run is not None else 0,
        workflow=run.path if run is not None else "",
        event=run.event if run is not None else "",
        commit=run.origin.commit if run is not None else "",
        ref=run.origin.ref if run is not None else "",
        seconds=round(sum(each.seconds for each in runs), 3),
        why="; ".join(why for why in whys if why),
        differs=list(differs),
    )


def worst(results: Sequence[str]) -> str:
    """One result of several runs: what failed, else what was cancelled or has no end."""
    if "failure" in results:
        return "failure"
    return "success" if results and set(results) <= {"success", "skipped"} else "cancelled"


def _job(leg: LegView) -> JobReport:
    steps = leg.ordered()
    return JobReport(
        id=leg.job,
        name=leg.name,
        result=leg.result or "cancelled",
        steps=[_step(step) for step in steps if step.phase == "main"],
        around=[_step(step) for step in steps if step.phase != "main"],
        leg=leg.id,
        seconds=round(leg.seconds, 3),
        why=leg.why,
        outputs=leg.outputs,
        differs=leg.differs,
        reused=leg.reused,
    )


def _step(step: StepView) -> StepReport:
    return StepReport(
        id=step.id,
        name=step.name,
        outcome=step.outcome or "cancelled",
        conclusion=step.conclusion or "cancelled",
        seconds=round(step.seconds, 3),
        why=step.why,
        annotations=step.annotations,
        log=step.log,
    )


def json_report(runs: Sequence[Progress], differs: Sequence[Mapping[str, object]] = ()) -> bytes:
    """The JSON page."""
    return msgspec.json.format(msgspec.json.encode(report(runs, differs)), indent=2) + b"\n"


class Reports:
    """Hears runs and writes the files asked for when it is closed.

    folder   of a run, where the logs are, and beside each log `<n>.md`: the step's summary
    """

    def __init__(self, files: Mapping[str, Path], folder: Callable[[int], Path]) -> None:
        self._files, self._folder = files, folder
        self._runs: list[Progress] = []
        self._plan: Mapping[str, str] = {}
        self._differs: list[Mapping[str, object]] = []

    def plan(self, jobs: Mapping[str, str]) -> None:
        """The jobs of the next run by their paths, in the file's order."""
        self._plan = jobs

    def differs(self, found: Sequence[Mapping[str, object]]) -> None:
        """What was told before a run of where GitHub would differ."""
        self._differs += found

    def happened(self, fact: Fact) -> None:
        """Take in a fact."""
        if isinstance(fact, RunStarted) or not self._runs:
            self._runs.append(Progress(self._plan))
        self._runs[-1].happened(fact)

    def line(self, leg: str, index: int, phase: Phase, text: str, kind: Kind) -> None:
        """Lines are read from the logs where they are needed."""

    def plain_lines(self, leg: str, index: int, phase: Phase, texts: Sequence[str]) -> None:
        """Lines are in the logs."""

    def close(self) -> None:
        """Write the files; Problem when one cannot be written."""
        for kind, path in self._files.items():
            replace(path, self._text(kind))

    def _text(self, kind: str) -> bytes:
        kept = [(each, self._folder(each.run.number if each.run else 0)) for each in self._runs]
        if kind == "junit":
            from placid.faces.running.junit import junit

            return junit(kept)
        if kind == "summary":
            from placid.faces.running.summary import summary

            pages = [summary(progress, folder) for progress, folder in kept]
            return "\n".join(pages).encode("utf-8", "backslashreplace")
        return json_report(self._runs, self._differs)


def replace(path: Path, data: bytes) -> None:
    """Put a file in place of the one that may be there, at once."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise Problem(
            f"the report cannot be written ({error.strerror})",
            where=str(path),
            fix="name a file in a folder that exists and that you may write to",
        ) from error
