"""One leg from its first step to its last: the body of a worker's thread.

    place opened -> steps in order -> those in the background waited for -> post steps in reverse
    -> outputs -> place closed

A cancelled or timed out job goes on: each step whose condition holds even so (`always()`) runs.
"""

from __future__ import annotations

import time

from placid.base.errors import Problem
from placid.core.pipeline.facts import LegEnded, LegStarted, Result
from placid.core.pipeline.templates import Scope
from placid.engine.pipeline.frame import Frame
from placid.engine.pipeline.preparing import prepared
from placid.engine.pipeline.steplog import Logs
from placid.engine.pipeline.stepwork import StepWork
from placid.engine.pipeline.stopping import Stopper
from placid.engine.pipeline.walk import Walk
from placid.engine.pipeline.workplace import Assignment, Workplace
from placid.formats.expressions.nodes import ExpressionError
from placid.formats.expressions.values import number_of, text_of
from placid.formats.runnertext.masking import Masks

LONGEST = 360.0
"""Minutes a job may take that does not say."""


class JobRun:
    """A leg that is being worked on; `cancel` may be called from another thread."""

    def __init__(self, workplace: Workplace, given: Assignment) -> None:
        self.workplace, self.given = workplace, given
        self.masks = Masks()
        for secret in given.secrets.values():
            self.masks.add_secret(secret)
        self.minutes = _minutes(given)
        self.stop = Stopper(time.monotonic() + self.minutes * 60)
        self.why = ""
        self.outputs: dict[str, str] = {}
        self.differs: list[str] = []
        self.url = ""

    def cancel(self, why: str) -> None:
        """Ask it to end."""
        self.why = self.why or why
        self.stop.ask()

    def kill(self) -> None:
        """End it at once: no step begins any more, and those that run are killed."""
        self.why = self.why or "placid was stopped"
        self.stop.force()
        self.workplace.end(self.workplace.mark_of(self.given.plan.id))

    def run(self) -> LegEnded:
        """Work the leg off, report how it ended and return that; raises only for bugs."""
        report, leg, began = self.workplace.report, self.given.plan.id, time.monotonic()
        report(LegStarted(leg, self.workplace.now()))
        logs = Logs(
            self.workplace, self.workplace.shown(leg), self.workplace.folder_of(leg), self.masks
        )
        result: Result = "failure"
        try:
            result = self._work(logs)
        except (Problem, ExpressionError) as wrong:
            self.why = self.why or self.masks.mask(_said(wrong))
            result = "cancelled" if self.stop.over else "failure"
        finally:
            logs.close()
        if self.stop.expired and not self.stop.asked:
            self.why = (
                f"The job has exceeded the maximum execution time of {self.minutes:g} minutes."
            )
        self.stop.close()
        ended = LegEnded(
            leg,
            result,
            self.workplace.now(),
            self.outputs,
            self.why,
            round(time.monotonic() - began, 3),
            differs=tuple(dict.fromkeys(self.differs)),
            url=self.url,
        )
        report(ended)
        return ended

    def _work(self, logs: Logs) -> Result:
        with prepared(self.workplace, self.given, logs.setup, self.stop) as ready:
            logs.inside(ready.place, self.given.debug)
            work = StepWork(self.workplace, self.given.plan.id, ready, logs)
            walk = Walk(work, self.given.job, self.stop, self.workplace.from_step)
            try:
                walk.go()
            finally:
                self.differs = walk.differs
            self._results(ready.frame)
            return ready.frame.status

    def _results(self, frame: Frame) -> None:
        """The outputs; one that holds a secret is left out, as GitHub does it."""
        scope = frame.scope()
        for entry in self.given.job.outputs:
            value = text_of(scope.value(entry.value))
            if self.masks.mask(value) != value:
                self.differs.append(f"Skip output '{entry.key.text}' since it may contain secret.")
            else:
                self.outputs[entry.key.text] = value
        there = self.given.job.environment
        if there is not None and there.url is not None:
            self.url = self.masks.mask(scope.text(there.url))


def _minutes(given: Assignment) -> float:
    if given.job.timeout_minutes is None:
        return LONGEST
    scope = Scope(
        {
            "github": given.github,
            "inputs": given.inputs,
            "vars": given.variables,
            "needs": given.needs,
            "strategy": given.strategy,
            "matrix": given.plan.matrix,
        }
    )
    try:
        minutes = number_of(scope.scalar(given.job.timeout_minutes))
    except ExpressionError:
        return LONGEST
    return minutes if minutes > 0 else LONGEST


def _said(wrong: Problem | ExpressionError) -> str:
    if isinstance(wrong, Problem):
        return wrong.what + (f" ({wrong.fix})" if wrong.fix else "")
    return f"The template is not valid. {wrong}"
