"""A run as a machine: which jobs start, which are skipped, which must stop, and when it is over.

RunStarted opens the jobs. A job whose needs are done is expanded into legs, or skipped. A leg gets
a worker once one is free, its matrix lets it, its group is ours and its environment is open.
A leg that has begun and has no worker (placid was killed) is simply given one again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import msgspec

from placid.core.machine import Decision
from placid.core.pipeline.contexts import Known
from placid.core.pipeline.evolution import Reader, evolve, result_of
from placid.core.pipeline.expansion import expanded, wanted_when_cancelled
from placid.core.pipeline.facts import (
    CancelAsked,
    Fact,
    LegEnded,
    LegStarted,
    LegWaits,
    RunEnded,
)
from placid.core.pipeline.state import LegState, RunState, ScopeState
from placid.formats.workflows.reading import read_workflow


class StartLeg(msgspec.Struct, frozen=True):
    """Give a leg a worker."""

    leg: str


class StopLeg(msgspec.Struct, frozen=True):
    """Ask the worker of a leg to end it."""

    leg: str
    why: str


class TakeGroup(msgspec.Struct, frozen=True):
    """Stand in the queue of a concurrency group for a leg."""

    group: str
    leg: str
    cancels: bool


Wish = StartLeg | StopLeg | TakeGroup


class Seen(msgspec.Struct, frozen=True):
    """One look: legs with a worker, how many more there may be, and the state of our groups.

    groups  by leg: "" while it waits in its group's queue, "held", or why it may not run at all
    """

    working: frozenset[str] = frozenset()
    free: int = 1
    groups: tuple[tuple[str, str], ...] = ()


Next = Decision[Fact, Wish]
FOREVER = timedelta(days=365)


class Pipeline(msgspec.Struct, frozen=True):
    """The machine of a run. `known` are the github and vars contexts; `guarded` the environments
    that somebody must open; `read` gives the workflow of a text and path."""

    known: Known
    guarded: frozenset[str] = frozenset()
    read: Reader = read_workflow

    def start(self) -> RunState:
        return RunState()

    def done(self, state: RunState) -> bool:
        return state.result is not None

    def evolve(self, state: RunState, event: Fact) -> RunState:
        return evolve(state, event, self.known, self.read)

    def decide(self, state: RunState, seen: Seen, now: datetime) -> Next:
        groups = dict(seen.groups)
        if state.group and groups.get("") != "held" and not (state.begun and state.cancelled):
            return self._before(state, groups.get(""), now)
        facts = [*self._stopped(state, now), *self._waits(state, seen, now)]
        facts += self._called(state, groups, now)
        for job in state.ready.values():
            facts.append(expanded(job, state, self.known, now))
        if not facts and state.root is not None and not state.root.left:
            facts.append(RunEnded(result_of(state), now, state.cancelled))
        if facts:
            return Decision(events=tuple(facts))
        return Decision(effects=tuple(self._wishes(state, seen)), wake=FOREVER)

    def _before(self, state: RunState, standing: str | None, now: datetime) -> Next:
        """Of a run that may not go on, for its group is not its own (any longer)."""
        if state.cancelled:
            return Decision(events=(RunEnded("cancelled", now, state.cancelled),))
        if standing is None:
            return Decision(effects=(TakeGroup(state.group, "", state.cancels),), wake=FOREVER)
        if standing:
            return Decision(events=(CancelAsked("", standing, now),))
        why = f"the concurrency group {state.group} is taken"
        if state.waits != why:
            return Decision(events=(LegWaits("", why, now),))
        return Decision(wake=FOREVER)

    def _called(self, state: RunState, groups: Mapping[str, str], now: datetime) -> Iterator[Fact]:
        """Legs that call a workflow and had to wait for that."""
        starting = dict[str, int]()
        for id, leg in state.special.items():
            plan, path = leg.plan, leg.job.path
            if leg.job.job.uses is None or (leg.stop and not self._goes_on(state, leg)):
                continue
            if (plan.group and groups.get(id) != "held") or self._full(leg, starting):
                continue
            starting[path] = starting.get(path, 0) + 1
            yield LegStarted(id, now)

    def _stopped(self, state: RunState, now: datetime) -> Iterator[Fact]:
        """Legs that end before they began."""
        for leg in state.special.values():
            if leg.stop and not self._goes_on(state, leg):
                yield LegEnded(leg.plan.id, "cancelled", now, why=leg.stop)
            elif state.approved.get(leg.plan.environment) is False:
                why = f"somebody refused to open {leg.plan.environment}"
                yield LegEnded(leg.plan.id, "failure", now, why=why)

    def _goes_on(self, state: RunState, leg: LegState) -> bool:
        return leg.stop == state.cancelled and wanted_when_cancelled(leg.job, self.known)

    def _waits(self, state: RunState, seen: Seen, now: datetime) -> Iterator[Fact]:
        """Legs that begin to wait, and those whose place in a group went to a newer one."""
        groups = dict(seen.groups)
        for id, standing in groups.items():
            running = state.running.get(id)
            if running is not None and not running.stop and standing not in ("", "held"):
                yield CancelAsked("", standing, now, id)
        for leg in state.special.values():
            if leg.stop:
                continue
            why, over = self._hindered(state, leg, groups.get(leg.plan.id))
            if over:
                yield LegEnded(leg.plan.id, "cancelled", now, why=why)
            elif why and leg.waits != why:
                yield LegWaits(leg.plan.id, why, now)

    def _hindered(self, state: RunState, leg: LegState, held: str | None) -> tuple[str, bool]:
        """Why a leg cannot begin ("" when it can), and whether it never will."""
        plan = leg.plan
        if self._closed(state, leg):
            return f"somebody must open {plan.environment}", False
        if not plan.group:
            return "", False
        around = _around(state, leg)
        if around:
            return (
                f"Canceling since a deadlock for concurrency group '{plan.group}' was "
                f"detected between '{around}' and '{leg.job.job.id.text}'"
            ), True
        if held == "":
            return f"the concurrency group {plan.group} is taken", False
        return ("", False) if held in (None, "held") else (held or "", True)

    def _closed(self, state: RunState, leg: LegState) -> bool:
        name = leg.plan.environment
        return name in self.guarded and name not in state.approved

    def _wishes(self, state: RunState, seen: Seen) -> Iterator[Wish]:
        for id, why in state.stopping.items():
            leg = state.running.get(id)
            if leg is not None and id in seen.working and not self._goes_on(state, leg):
                yield StopLeg(id, why)
        free = seen.free
        for id, leg in state.running.items():
            if leg.inner is None and id not in seen.working and free > 0:
                free -= 1
                yield StartLeg(id)
        yield from self._new(state, seen, free)

    def _new(self, state: RunState, seen: Seen, free: int) -> Iterator[Wish]:
        groups, starting = dict(seen.groups), dict[str, int]()
        for id, leg in state.queued.items():
            if free <= 0:
                return
            if id in seen.working or self._closed(state, leg) or self._full(leg, starting):
                continue
            if leg.plan.group and groups.get(id) != "held":
                if id not in groups:
                    yield TakeGroup(leg.plan.group, id, leg.plan.cancels)
                continue
            if leg.job.job.uses is not None:
                continue
            free -= 1
            starting[leg.job.path] = starting.get(leg.job.path, 0) + 1
            yield StartLeg(id)

    def _full(self, leg: LegState, starting: dict[str, int]) -> bool:
        most = leg.job.max_parallel
        return bool(most) and leg.job.active + starting.get(leg.job.path, 0) >= most


def _around(state: RunState, leg: LegState) -> str:
    """Who around a leg is in the group that it wants, too, and never leaves it; "" for none."""
    wanted = leg.plan.group.lower()
    scope: ScopeState = leg.job.scope
    while scope.caller is not None:
        if scope.caller.plan.group.lower() == wanted:
            return scope.caller.job.job.id.text
        scope = scope.caller.job.scope
    return "top level workflow" if state.group.lower() == wanted else ""
