"""What is left of a run for programs: `--report` (JSON), `--junit` (XML), `--summary` (Markdown).

All three are made of the facts alone, when the run is over; files are replaced in one go, so that
nobody reads half of one. The JSON's first keys are those of `placid conform`'s page; `jobs` are
GitHub's: a leg of a matrix is a job of its own, and a job that was skipped is one, too.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from placid.base.errors import Problem
from placid.core.pipeline.facts import Annotation, Fact
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


def report(progress: Progress, differs: list[Mapping[str, object]] | None = None) -> RunReport:
    """The whole; `differs` is what was told before the run of where GitHub would differ."""
    run = progress.run
    return RunReport(
        result=progress.result or "cancelled",
        jobs=[_job(leg) for leg in progress.ordered()],
        run=run.number if run is not None else 0,
        workflow=run.path if run is not None else "",
        event=run.event if run is not None else "",
        commit=run.origin.commit if run is not None else "",
        ref=run.origin.ref if run is not None else "",
        seconds=round(progress.seconds, 3),
        why=progress.ended.why if progress.ended is not None else "it has no end",
        differs=differs or [],
    )


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


def json_report(progress: Progress, differs: list[Mapping[str, object]] | None = None) -> bytes:
    """The JSON page."""
    return msgspec.json.format(msgspec.json.encode(report(progress, differs)), indent=2) + b"\n"


class Reports:
    """Hears a run and writes the files asked for when it ends.

    folder   of the run, where the logs are, and beside each log `<n>.md`: the step's summary
    """

    def __init__(self, files: Mapping[str, Path], folder: Callable[[int], Path]) -> None:
        self._files, self._folder = files, folder
        self._progress = Progress()
        self.differs: list[Mapping[str, object]] = []

    def happened(self, fact: Fact) -> None:
        """Take in a fact."""
        self._progress.happened(fact)

    def line(self, leg: str, index: int, phase: Phase, text: str, kind: Kind) -> None:
        """Lines are read from the logs where they are needed."""

    def close(self) -> None:
        """Write the files; Problem when one cannot be written."""
        for kind, path in self._files.items():
            replace(path, self._text(kind))

    def _text(self, kind: str) -> bytes:
        run = self._progress.run
        folder = self._folder(run.number if run is not None else 0)
        if kind == "junit":
            from placid.faces.running.junit import junit

            return junit(self._progress, folder)
        if kind == "summary":
            from placid.faces.running.summary import summary

            return summary(self._progress, folder).encode("utf-8", "backslashreplace")
        return json_report(self._progress, self.differs)


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


def tail_of(path: Path, lines: int = 15, most: int = 16_384) -> list[str]:
    """The last lines of a log; none when it is not there."""
    try:
        with path.open("rb") as file:
            file.seek(max(path.stat().st_size - most, 0))
            return file.read().decode("utf-8", "replace").splitlines()[-lines:]
    except OSError:
        return []
