"""The op `steps` of `placid conform`: how a job's steps follow each other, as if they ran."""

from __future__ import annotations

from typing import Literal

import msgspec

from placid.core.pipeline.rehearsal import Rehearsal
from placid.formats.workflows.reading import read_workflow


class _StepsLine(msgspec.Struct):
    workflow: str
    job: str
    outcomes: dict[str, Literal["success", "failure", "cancelled", "skipped"]] = {}
    job_status: Literal["success", "failure", "cancelled"] | None = None


_steps_line = msgspec.json.Decoder(_StepsLine)


def steps(line: str) -> object:
    """Which steps run, and how the job ends."""
    asked = _steps_line.decode(line)
    workflow = read_workflow(asked.workflow)
    job = workflow.job(asked.job) if workflow is not None else None
    if workflow is None or job is None:
        return {"error": f"there is no job {asked.job!r}"}
    rehearsal = Rehearsal(workflow, job, asked.outcomes, asked.job_status or "success")
    return {"ran": list(rehearsal.ran()), "job": rehearsal.status}
