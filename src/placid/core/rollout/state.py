"""Where a rollout stands: the fold of its facts. Pure; nothing here decides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from placid.core.rollout.facts import (
    AbortAsked,
    Ended,
    Failed,
    Held,
    Measured,
    Opened,
    PauseAsked,
    PromoteAsked,
    ResumeAsked,
    RolloutFact,
    StepDone,
    StepStarted,
    Superseded,
)
from placid.core.rollout.steps import Scale, Shift


@dataclass(frozen=True, slots=True)
class State:
    """One rollout so far. `going_back` is why it is being undone ("" while it goes forward)."""

    opened: Opened | None = None
    index: int = 0
    started: datetime | None = None
    measured: Measured | None = None
    changes: tuple[Measured, ...] = ()
    going_back: str = ""
    superseded: str = ""
    aborted: bool = False
    held: str = ""
    paused: str = ""
    passed: bool = False
    full: bool = False
    notes: tuple[str, ...] = ()
    ended: Ended | None = None

    @property
    def slow_ms(self) -> float:
        """Above this a request is slow: the first cut that stable had traffic enough to give, and
        until there is one the p95 objective, since only single answers can tell a stall."""
        if self.opened is None or self.measured is None:
            return 0.0
        measured = (self.measured, *self.changes)
        promised = 1000.0 * (self.opened.standard.p95 or 0.0)
        return next((m.slow_ms for m in measured if m.slow_ms), promised)

    @property
    def shifting(self) -> bool:
        """Whether the weight is being changed: counts since the last change are of two weights,
        and would show the hour, or a neighbour's noise, as a difference between releases."""
        steps = self.opened.steps if self.opened else ()
        return self.index < len(steps) and isinstance(steps[self.index], Shift)

    def wanted_before(self) -> int:
        """Copies of the new release that the steps already done have made ready."""
        steps = self.opened.steps[: self.index] if self.opened else ()
        scaled = [s.copies for s in steps if isinstance(s, Scale) and s.which == "new"]
        return scaled[-1] if scaled else 0

    def wanted(self) -> tuple[int, int, float]:
        """Copies of new, copies of old, and percent to new, once the present step is done."""
        assert self.opened is not None
        new, old, percent = 0, self.opened.copies if self.opened.stable else 0, 0.0
        for step in self.opened.steps[: self.index + 1]:
            match step:
                case Scale(copies=copies, which="new"):
                    new = copies
                case Scale(copies=copies):
                    old = min(copies, self.opened.copies) if self.opened.stable else 0
                case Shift(percent=share):
                    percent = share
                case _:
                    pass
        return new, old, percent


def evolve(state: State, fact: RolloutFact) -> State:
    """`state` once `fact` is added."""
    match fact:
        case Opened():
            return replace(state, opened=fact)
        case StepStarted(at=at):
            return replace(state, started=at, passed=False)
        case StepDone(index=index, note=note):
            notes = (*state.notes, note) if note else state.notes
            return replace(state, index=index + 1, started=None, passed=False, held="", notes=notes)
        case Measured():
            return _counted(state, fact)
        case Ended():
            return replace(state, ended=fact)
        case Failed() | Superseded() | AbortAsked():
            return _undone(state, fact)
        case Held() | PromoteAsked() | PauseAsked() | ResumeAsked():
            return _waiting(state, fact)
        case _:
            assert_never(fact)


def _counted(state: State, fact: Measured) -> State:
    if state.measured is None:
        return replace(state, measured=fact)
    return replace(state, changes=(*state.changes, fact))


def _undone(state: State, fact: Failed | Superseded | AbortAsked) -> State:
    if state.going_back:
        return state
    match fact:
        case Failed(why=why):
            return replace(state, going_back=why)
        case Superseded(commit=commit):
            why = f"{commit[:10]} takes its place"
            return replace(state, going_back=why, superseded=commit)
        case AbortAsked(by=by, why=why):
            said = f"{by} asked to stop" + (f": {why}" if why else "")
            return replace(state, going_back=said, aborted=True)
        case _:
            assert_never(fact)


def _waiting(state: State, fact: Held | PromoteAsked | PauseAsked | ResumeAsked) -> State:
    match fact:
        case Held(why=why):
            return replace(state, held=why)
        case PromoteAsked(full=full):
            return replace(state, passed=True, full=state.full or full, held="", paused="")
        case PauseAsked(by=by):
            return replace(state, paused=by)
        case ResumeAsked():
            return replace(state, paused="")
        case _:
            assert_never(fact)
