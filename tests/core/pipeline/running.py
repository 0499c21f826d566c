"""Runs a workflow with no worker but a table of how each leg ends: only the machine decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import msgspec

from placid.core.pipeline.facts import (
    CancelAsked,
    Fact,
    JobExpanded,
    JobSkipped,
    LegEnded,
    LegStarted,
    Origin,
    Result,
    RunEnded,
    RunStarted,
)
from placid.core.pipeline.machine import Pipeline, Seen, StartLeg, StopLeg
from placid.core.pipeline.state import RunState

NOW = datetime(2026, 11, 23, tzinfo=UTC)
GITHUB = {"event_name": "push", "ref": "refs/heads/main", "repository": "me/shop"}
_facts = msgspec.json.Decoder(Fact)


class Told:
    """A run and everything that was told of it. `ends` gives a leg's result by its id."""

    def __init__(
        self,
        text: str,
        ends: Mapping[str, Result] | None = None,
        *,
        outputs: Mapping[str, Mapping[str, str]] | None = None,
        called: Mapping[str, str] | None = None,
        jobs: tuple[str, ...] = (),
        free: int = 3,
    ) -> None:
        self.machine = Pipeline({"github": GITHUB, "vars": {"FLAG": "on"}})
        self.ends: dict[str, Result] = dict(ends or {})
        self.outputs, self.free = dict(outputs or {}), free
        self.state: RunState = self.machine.start()
        self.facts: list[Fact] = []
        self.working: list[str] = []
        self.stopped: dict[str, str] = {}
        self.most = 0
        origin = Origin("c" * 40, "refs/heads/main", "me/shop")
        self.tell(
            RunStarted(1, "w.yml", text, "push", origin, NOW, called=dict(called or {}), jobs=jobs)
        )

    def guard(self, environment: str) -> Told:
        """Let somebody have to open an environment."""
        self.machine = Pipeline(self.machine.known, frozenset({environment}))
        return self

    def tell(self, *facts: Fact) -> None:
        for fact in facts:
            again = _facts.decode(msgspec.json.encode(fact))
            assert again == fact
            self.facts.append(again)
            self.state = self.machine.evolve(self.state, again)

    def look(self) -> None:
        """Decide until there is nothing to decide, starting what is to be started."""
        while not self.machine.done(self.state):
            seen = Seen(frozenset(self.working), self.free - len(self.working))
            decision = self.machine.decide(self.state, seen, NOW)
            self.tell(*decision.events)
            for wish in decision.effects:
                match wish:
                    case StartLeg(leg):
                        self.working.append(leg)
                        self.tell(LegStarted(leg, NOW))
                    case StopLeg(leg, why):
                        self.stopped[leg] = why
                    case _:
                        raise AssertionError(wish)
            self.most = max(self.most, len(self.working))
            if not decision.events:
                return

    def end(self, leg: str, result: Result | None = None) -> None:
        """One leg ends, as the table says."""
        self.working.remove(leg)
        ended: Result = "success"
        if leg in self.stopped:
            ended = "cancelled"
        elif result is not None or leg in self.ends:
            ended = self.ends[leg] if result is None else result
        self.tell(LegEnded(leg, ended, NOW, dict(self.outputs.get(leg, {}))))

    def finish(self, pick: Callable[[list[str]], str] = lambda legs: legs[0]) -> Told:
        """Run to the end; `pick` says which leg ends next."""
        self.look()
        while not self.machine.done(self.state):
            assert self.working, f"nothing works and nothing ends: {self.state.queued}"
            self.end(pick(self.working))
            self.look()
        return self

    def cancel(self, why: str = "ada asked") -> None:
        self.tell(CancelAsked("ada", why, NOW))
        self.look()

    @property
    def result(self) -> Result:
        [ended] = [fact for fact in self.facts if isinstance(fact, RunEnded)]
        return ended.result

    def results(self) -> dict[str, Result]:
        """How each job ended, by its path."""
        return {path: job.result or "skipped" for path, job in self.state.jobs.items()}

    def legs(self) -> list[str]:
        return [leg.id for fact in self.facts if isinstance(fact, JobExpanded) for leg in fact.legs]

    def names(self) -> list[str]:
        return [
            leg.name for fact in self.facts if isinstance(fact, JobExpanded) for leg in fact.legs
        ]

    def why(self, job: str) -> str:
        [fact] = [f for f in self.facts if isinstance(f, JobSkipped) and f.job == job]
        return fact.why
