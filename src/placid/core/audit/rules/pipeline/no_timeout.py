"""Jobs have a limit of time.

Why: without `timeout-minutes` a job that hangs holds its runner, and everything that waits for it,
for six hours.

Bad: a job without `timeout-minutes`

Good: `timeout-minutes: 15` in the job
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.workflows import is_workflow, workflow
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule


@path_rule("pipeline/no-timeout", Severity.NOTE, docs=__doc__ or "", reads=is_workflow)
def no_timeout(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    """Name the jobs without a limit, where not every step has its own."""
    read = workflow(repository, path)
    for job in read.jobs if read is not None else ():
        bounded = all(step.timeout_minutes is not None for step in job.steps)
        if job.runs_on is not None and job.timeout_minutes is None and not bounded:
            yield Hit(
                f"job {job.id.text} has no timeout-minutes: it may hang for six hours",
                (Place(path, job.id.span),),
                action="give every job timeout-minutes",
            )
