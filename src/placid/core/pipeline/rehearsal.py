"""A job's steps as if each ended as told: which would run, and how the job would end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from placid.core.pipeline.contexts import environment
from placid.core.pipeline.facts import Result
from placid.core.pipeline.steps import Record, condition_of, merged, status_functions
from placid.core.pipeline.templates import Scope
from placid.formats.expressions.nodes import ExpressionError
from placid.formats.expressions.signatures import known
from placid.formats.expressions.templates import condition
from placid.formats.workflows.model import Job, Step, Workflow
from placid.formats.workflows.names import STEP_IF


class Rehearsal(msgspec.Struct):
    """What a job's steps would do if each ended as told, without running any.

    outcomes  by step id; success where there is none
    """

    workflow: Workflow
    job: Job
    outcomes: Mapping[str, Result]
    status: Result = "success"

    def ran(self) -> Iterator[bool]:
        """Of each step in turn, whether it runs; ExpressionError for a condition that GitHub would
        refuse. One that fails when it is evaluated fails its step."""
        allowed = known(STEP_IF.contexts, STEP_IF.functions)
        for step in self.job.steps:
            condition(condition_of(step), known=allowed)
        record = Record()
        for step in self.job.steps:
            scope = self._scope(step, record)
            id = step.id.text if step.id is not None else ""
            try:
                wanted = scope.holds(condition_of(step))
                ended: Result = "skipped"
            except ExpressionError:
                wanted, ended = False, "failure"
            if not wanted:
                self._count(record, id, ended, ended)
                yield False
                continue
            outcome = self.outcomes.get(id, "success")
            tolerated = outcome == "failure" and scope.flag(step.continue_on_error)
            conclusion: Result = "success" if tolerated else outcome
            self._count(record, id, outcome, conclusion)
            yield True

    def _count(self, record: Record, id: str, outcome: Result, conclusion: Result) -> None:
        record.put(id, outcome, conclusion, {})
        self.status = merged(self.status, conclusion)

    def _scope(self, step: Step, record: Record) -> Scope:
        empty: dict[str, object] = {}
        contexts: dict[str, object] = {
            **dict.fromkeys(("inputs", "vars", "needs", "strategy", "matrix"), empty),
            "github": {"job": self.job.id.text, "event_name": "push"},
            "runner": {
                "os": "Linux",
                "arch": "X64",
                "name": "placid",
                "environment": "self-hosted",
            },
            "job": {"status": self.status},
            "steps": record.entries,
            "env": {},
        }
        functions = status_functions(self.status)
        functions["hashfiles"] = lambda _: ""
        layers: list[dict[str, str]] = []
        for node in (self.workflow.env, self.job.env, step.env):
            scope = Scope({**contexts, "env": environment(*layers), "secrets": empty}, functions)
            layers.append(scope.texts(node))
        return Scope({**contexts, "env": environment(*layers)}, functions)
