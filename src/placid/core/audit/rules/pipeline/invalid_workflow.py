"""GitHub must be able to read every workflow.

Why: a workflow that GitHub refuses does not run at all. Nobody is told but in the Actions tab:
pushes have no checks, and nothing is deployed. The rule says what GitHub would say, in its words:
unknown keys, wrong types, missing keys, jobs that wait for each other or for no job, expressions
that cannot be read or use what is not there in this place, cron lines, events and filters.

Bad: `runs_on: ubuntu-latest`

Good: `runs-on: ubuntu-latest`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.base.yamltext import Node, Scalar
from placid.core.audit.facts.workflows import faults, is_workflow, workflow
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule
from placid.formats.workflows import Job

_FILTER = re.compile(r"\s+(?:branches|tags|paths)(?:-ignore)?:\s*")
_MEND = "mend the workflow file"


@path_rule("pipeline/invalid-workflow", Severity.HIGH, docs=__doc__ or "", reads=is_workflow)
def invalid_workflow(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    """Say what GitHub says."""
    read = workflow(repository, path)
    if read is not None and not (read.root.get("on") or read.root.get("jobs")):
        message = "GitHub takes every file here for a workflow; this one has neither on nor jobs"
        yield Hit(message, (Place(path),), action="move it out of .github/workflows")
        return
    for job in read.jobs if read is not None else ():
        if not job.uses and not job.steps and not isinstance(_value(job, "steps"), Scalar):
            message = "No steps defined in `steps` and no workflow called in `uses` for the job "
            yield Hit(message + job.id.text, (Place(path, job.id.span),), action=_MEND)
    for fault in faults(repository, path, "workflow"):
        ignored = fault.standing == "ignored"
        mild = ignored or _is_empty_filter(repository.text(path) or "", fault.span.start)
        if fault.standing != "harmless":
            yield Hit(
                fault.message + ("; GitHub ignores it" if ignored else ""),
                (Place(path, fault.span),),
                action="remove filters without effect" if ignored else _MEND,
                severity=Severity.MEDIUM if mild else None,
            )


def _is_empty_filter(text: str, at: int) -> bool:
    """Whether a filter of an event has no value, which only GitHub's editor refuses."""
    return bool(_FILTER.fullmatch(text[text.rfind("\n", 0, at) + 1 : at]))


def _value(job: Job, key: str) -> Node | None:
    entry = job.body.get(key)
    return entry.value if entry is not None else None
