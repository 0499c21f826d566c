"""The state of a run as its facts tell it: what every view of it draws from.

Facts may come in any order, and some may be missing after a crash: a step of a leg that nobody
announced makes the leg, a result that never came is "" while the run goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from placid.core.pipeline.facts import (
    Annotation,
    Approved,
    CancelAsked,
    Fact,
    JobExpanded,
    JobSkipped,
    LegEnded,
    LegStarted,
    LegWaits,
    RunEnded,
    RunStarted,
    StepDone,
    StepStarted,
)

_PHASES = {"pre": 0, "main": 1, "post": 2}


class StepView:
    """A step of a leg. `conclusion` is "" while it runs; times are those of the facts."""

    __slots__ = (
        "annotations",
        "conclusion",
        "id",
        "index",
        "log",
        "name",
        "outcome",
        "phase",
        "seconds",
        "since",
        "why",
    )

    def __init__(self, index: int, phase: str) -> None:
        self.index, self.phase = index, phase
        self.id = self.name = self.outcome = self.conclusion = self.why = self.log = ""
        self.seconds = 0.0
        self.since: datetime | None = None
        self.annotations: tuple[Annotation, ...] = ()


class LegView:
    """A leg, or a job that was skipped. `result` is "" while it waits or runs."""

    __slots__ = (
        "differs",
        "id",
        "job",
        "name",
        "outputs",
        "result",
        "reused",
        "seconds",
        "since",
        "started",
        "steps",
        "url",
        "waits",
        "why",
    )

    def __init__(self, id: str, job: str, name: str) -> None:
        self.id, self.job, self.name = id, job, name
        self.result = self.why = self.waits = self.url = ""
        self.started, self.reused, self.seconds = False, 0, 0.0
        self.since: datetime | None = None
        self.steps: dict[tuple[str, int], StepView] = {}
        self.outputs: dict[str, str] = {}
        self.differs: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """Its result, or "running", or "waiting"."""
        return self.result or ("running" if self.started else "waiting")

    def step(self, phase: str, index: int) -> StepView:
        """A step; made when nothing was heard of it."""
        key = (phase, index)
        if key not in self.steps:
            self.steps[key] = StepView(index, phase)
        return self.steps[key]

    def ordered(self) -> list[StepView]:
        """The steps as they are shown: before, as written, after."""
        posts = [step for step in self.steps.values() if step.phase == "post"]
        rest = [step for step in self.steps.values() if step.phase != "post"]
        return [*sorted(rest, key=lambda step: (_PHASES[step.phase], step.index)), *posts]

    def failing(self) -> list[StepView]:
        """The steps that made it fail."""
        return [step for step in self.ordered() if step.conclusion == "failure"]


class Progress:
    """A run.

    planned  the paths of all its jobs with their names, in the file's order, where that is known
    legs     by id, in the order in which they were first heard of
    """

    def __init__(self, planned: Mapping[str, str] | None = None) -> None:
        self.planned = dict(planned or {})
        self.legs: dict[str, LegView] = {}
        self.run: RunStarted | None = None
        self.ended: RunEnded | None = None
        self.cancelling = ""

    @property
    def result(self) -> str:
        """The run's result, "" while it goes on."""
        return self.ended.result if self.ended is not None else ""

    @property
    def seconds(self) -> float:
        """How long it took, by the facts; 0 while it goes on."""
        if self.ended is None or self.run is None:
            return 0.0
        return (self.ended.at - self.run.at).total_seconds()

    def leg(self, id: str) -> LegView:
        """A leg; made when nothing was heard of it."""
        if id not in self.legs:
            self.legs[id] = LegView(id, id.partition(" (")[0], id)
        return self.legs[id]

    def ordered(self) -> list[LegView]:
        """The legs as the file has their jobs; what it does not name comes last."""
        places = {job: number for number, job in enumerate(self.planned)}
        return sorted(self.legs.values(), key=lambda leg: places.get(leg.job, len(places)))

    def failed(self) -> Iterator[tuple[LegView, StepView]]:
        """The failing steps with their legs."""
        for leg in self.ordered():
            yield from ((leg, step) for step in leg.failing())

    def happened(self, fact: Fact) -> None:
        """Take in one fact."""
        match fact:
            case RunStarted():
                self.run = fact
            case RunEnded():
                self.ended = fact
            case CancelAsked():
                self.cancelling = fact.why or f"asked by {fact.by}"
            case StepStarted() | StepDone():
                self._step(fact)
            case Approved():
                self._approved(fact)
            case _:
                self._job(fact)

    def _job(self, fact: JobExpanded | JobSkipped | LegWaits | LegStarted | LegEnded) -> None:
        match fact:
            case JobExpanded():
                self._expanded(fact)
            case JobSkipped():
                self._called(fact.job)
                view = self.legs.setdefault(fact.job, LegView(fact.job, fact.job, fact.name))
                view.name, view.result, view.why = fact.name, fact.result, fact.why
            case LegWaits():
                if fact.leg:
                    self.leg(fact.leg).waits = fact.why
            case LegStarted():
                view = self.leg(fact.leg)
                view.started, view.since, view.waits = True, fact.at, ""
                view.steps.clear()
            case LegEnded():
                self._leg_ended(fact)

    def _expanded(self, fact: JobExpanded) -> None:
        self._called(fact.job)
        for leg in fact.legs:
            view = self.leg(leg.id)
            view.job, view.name = leg.job, leg.name

    def _called(self, job: str) -> None:
        """A leg that calls a workflow is no job of its own once the called ones are known."""
        self.legs.pop(job.rpartition("/")[0], None)

    def _leg_ended(self, fact: LegEnded) -> None:
        view = self.leg(fact.leg)
        view.result, view.why, view.seconds = fact.result, fact.why, fact.seconds
        view.outputs, view.differs = fact.outputs, fact.differs
        view.reused, view.url, view.waits = fact.reused, fact.url, ""

    def _step(self, fact: StepStarted | StepDone) -> None:
        leg = self.leg(fact.leg)
        leg.started = True
        step = leg.step(fact.phase, fact.index)
        step.name, step.id = fact.name, fact.id
        if isinstance(fact, StepStarted):
            step.since = fact.at
            return
        step.outcome, step.conclusion = fact.outcome, fact.conclusion
        step.seconds, step.why, step.log = fact.seconds, fact.why, fact.log
        step.annotations = fact.annotations

    def _approved(self, fact: Approved) -> None:
        for leg in self.legs.values():
            if fact.environment in leg.waits:
                leg.waits = ""
