"""A run as a machine: which jobs start, which are skipped, which must stop, and when it is over.

RunStarted opens the jobs. A job whose needs are done is expanded into legs, or skipped. A leg gets
a worker once one is free, its matrix lets it, its group is ours and its environment is open.
A leg that has begun and has no worker (placid was killed) is simply given one again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from placid.core.machine import Decision
from placid.core.pipeline.contexts import Known
from placid.core.pipeline.evolution import Reader, evolve, result_of
from placid.core.pipeline.expansion import expanded, wanted_when_cancelled
from placid.core.pipeline.facts import Fact, LegEnded, LegWaits, RunEnded
from placid.core.pipeline.state import LegState, RunState
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
        facts = [*self._stopped(state, now), *self._waits(state, seen, now)]
        for job in state.ready.values():
            facts.append(expanded(job, state, self.known, now))
        if not facts and state.root is not None and not state.root.left:
            facts.append(RunEnded(result_of(state), now, state.cancelled))
        if facts:
            return Decision(events=tuple(facts))
        return Decision(effects=tuple(self._wishes(state, seen)), wake=FOREVER)

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
        for leg in state.special.values():
            plan, held = leg.plan, groups.get(leg.plan.id)
            if leg.stop:
                continue
            if self._closed(state, leg):
                why = f"somebody must open {plan.environment}"
            elif plan.group and held == "":
                why = f"the concurrency group {plan.group} is taken"
            elif plan.group and held not in (None, "held"):
                yield LegEnded(plan.id, "cancelled", now, why=held or "")
                continue
            else:
                continue
            if leg.waits != why:
                yield LegWaits(plan.id, why, now)

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
            free -= 1
            starting[leg.job.path] = starting.get(leg.job.path, 0) + 1
            yield StartLeg(id)

    def _full(self, leg: LegState, starting: dict[str, int]) -> bool:
        most = leg.job.max_parallel
        return bool(most) and leg.job.active + starting.get(leg.job.path, 0) >= most
