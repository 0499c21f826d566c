"""How the steps of a job follow each other: which run, how each one counts, how the job ends.

`outcome` is how a step ended, `conclusion` how it counts once `continue-on-error` was looked at.
The job's status is the worst conclusion so far: a failure can still become cancelled, nothing
becomes better. A step whose condition cannot be evaluated has failed.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from placid.core.pipeline.facts import Result
from placid.formats.expressions.evaluation import Function
from placid.formats.expressions.values import text_of
from placid.formats.workflows.model import Step

_WORSE = {"success": 0, "skipped": 0, "failure": 1, "cancelled": 2}


def merged(status: Result, conclusion: Result) -> Result:
    """The status of a job after one more step."""
    return conclusion if _WORSE[conclusion] > _WORSE[status] else status


def status_functions(status: Result) -> dict[str, Function]:
    """The functions that a step's condition asks for the status of its job (or action) with."""
    return {
        "always": lambda _: True,
        "cancelled": lambda _: status == "cancelled",
        "failure": lambda _: status == "failure",
        "success": lambda _: status == "success",
    }


def condition_of(step: Step) -> str:
    """The text of a step's `if`, "" for none."""
    given = step.condition
    if given is None:
        return ""
    return given.text if isinstance(given.value, str) else text_of(given.value)


class Record(msgspec.Struct):
    """The `steps` context: what each step with an id gave, by id; others leave no trace."""

    entries: dict[str, object] = msgspec.field(default_factory=dict[str, object])

    def put(self, id: str, outcome: Result, conclusion: Result, outputs: Mapping[str, str]) -> None:
        """Add a step that ended."""
        if id:
            self.entries[id] = {
                "outputs": dict(outputs),
                "outcome": outcome,
                "conclusion": conclusion,
            }
