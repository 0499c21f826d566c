"""Facts of runs that never were: one told by hand, and random ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from placid.core.pipeline.facts import (
    Annotation,
    CancelAsked,
    Fact,
    JobExpanded,
    JobSkipped,
    Leg,
    LegEnded,
    LegStarted,
    Origin,
    Result,
    RunEnded,
    RunStarted,
    StepDone,
    StepStarted,
)
from placid.core.pipeline.listener import Kind, Listener, Phase

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
COMMIT = "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d"


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@dataclass(frozen=True)
class Line:
    """A line of a log."""

    leg: str
    index: int
    text: str
    phase: Phase = "main"
    kind: Kind = "out"


Event = Fact | Line


def tell(listener: Listener, events: list[Event]) -> None:
    for event in events:
        if isinstance(event, Line):
            listener.line(event.leg, event.index, event.phase, event.text, event.kind)
        else:
            listener.happened(event)


def started(path: str = ".github/workflows/ci.yml") -> RunStarted:
    origin = Origin(COMMIT, "refs/heads/main", "o/r", subject="Fix the price")
    return RunStarted(12, path, "", "push", origin, at(0))


def legs(job: str, *names: str) -> JobExpanded:
    found = tuple(Leg(name, job, name, {}, n, len(names)) for n, name in enumerate(names))
    return JobExpanded(job, found, at(0))


OLD, NEW = "test (3.11)", "test (3.12)"
FAILURE = Annotation("error", "assert 1 == 2", "tests/test_a.py", 3, 5)
RED: list[Event] = [
    started(),
    legs("lint", "lint"),
    legs("test", OLD, NEW),
    LegStarted(OLD, at(0)),
    LegStarted("lint", at(0.1)),
    StepStarted(OLD, 0, "Run pytest", at(0.2), id="unit"),
    Line(OLD, 0, "pytest -q", kind="group"),
    Line(OLD, 0, "", kind="endgroup"),
    StepStarted("lint", 0, "Run ruff check", at(0.2)),
    Line("lint", 0, "All checks passed!"),
    Line(OLD, 0, "collected 3 items"),
    StepDone(
        "lint", 0, "Run ruff check", "success", "success", at(0.6), seconds=0.4, log="lint/0.log"
    ),
    LegEnded("lint", "success", at(0.6), seconds=0.5),
    Line(OLD, 0, "E  assert 1 == 2"),
    Line(OLD, 0, "::warning::not for the job outside"),
    StepDone(
        OLD,
        0,
        "Run pytest",
        "failure",
        "failure",
        at(3.3),
        id="unit",
        seconds=3.1,
        why="Process completed with exit code 1.",
        log="test-3.11/0.log",
        annotations=(FAILURE,),
    ),
    StepDone(OLD, 1, "Upload", "skipped", "skipped", at(3.3), why="a step before it failed"),
    LegEnded(OLD, "failure", at(3.4), seconds=3.4, differs=("Python 3.11.2 was used",)),
    JobSkipped("deploy", "deploy", "it needs test, which failed", at(3.5)),
    CancelAsked("placid", f"fail-fast: {OLD} failed", at(3.5), leg=NEW),
    LegEnded(NEW, "cancelled", at(3.5)),
    RunEnded("failure", at(3.6)),
]

RESULTS: st.SearchStrategy[Result] = st.sampled_from(["success", "failure", "cancelled", "skipped"])
PHASES: st.SearchStrategy[Phase] = st.sampled_from(["pre", "main", "post"])
WORDS = st.text(max_size=12)


@st.composite
def step_events(draw: st.DrawFn, leg: str, index: int) -> list[Event]:
    """A step as it happens; its lines have texts that no other line has."""
    phase, result = draw(PHASES), draw(RESULTS)
    name = draw(WORDS)
    count = draw(st.integers(0, 4))
    lines = [Line(leg, index, f"<{leg}/{phase}/{index}/{n}>", phase) for n in range(count)]
    notes = st.builds(Annotation, st.sampled_from(["error", "warning", "notice"]), WORDS, WORDS)
    done = StepDone(
        leg,
        index,
        name,
        result,
        draw(RESULTS),
        at(draw(st.integers(0, 99))),
        phase=phase,
        seconds=draw(st.floats(0, 9999)),
        why=draw(WORDS),
        annotations=tuple(draw(st.lists(notes, max_size=2))),
    )
    return [StepStarted(leg, index, name, at(index), phase=phase), *lines, done]


@st.composite
def leg_events(draw: st.DrawFn, leg: str) -> list[Event]:
    """A leg from its start to its end."""
    steps = [draw(step_events(leg, index)) for index in range(draw(st.integers(0, 3)))]
    inner = [event for step in steps for event in step]
    ended = LegEnded(leg, draw(RESULTS), at(9), why=draw(WORDS), seconds=draw(st.floats(0, 99)))
    return [LegStarted(leg, at(0)), *inner, ended]


@st.composite
def runs(draw: st.DrawFn) -> list[Event]:
    """A run whose legs go on at once, each in its own order."""
    paths = ["a", "b", "call/one", "call/two", "call/deep/x"]
    jobs = draw(st.lists(st.sampled_from(paths), unique=True, max_size=4))
    announced: list[Event] = [started()]
    threads: list[list[Event]] = []
    for job in jobs:
        names = [job, f"{job} (1)", f"{job} (2)"][: draw(st.integers(0, 3))]
        announced.append(legs(job, *names) if names else JobSkipped(job, job, "why", at(1)))
        threads += [draw(leg_events(name)) for name in names]
    merged = draw(merging(threads))
    return [*announced, *merged, RunEnded(draw(RESULTS), at(99))]


@st.composite
def merging(draw: st.DrawFn, threads: list[list[Event]]) -> list[Event]:
    """The threads' events, each thread's in its order."""
    left = [list(thread) for thread in threads if thread]
    merged: list[Event] = []
    while left:
        thread = left[draw(st.integers(0, len(left) - 1))]
        merged.append(thread.pop(0))
        left = [each for each in left if each]
    return merged
