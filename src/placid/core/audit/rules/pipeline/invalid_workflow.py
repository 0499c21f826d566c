"""GitHub must be able to read every workflow.

Why: a workflow that GitHub refuses does not run at all. Nobody is told but in the Actions tab:
pushes have no checks, and nothing is deployed. The rule says what GitHub would say, in its words:
unknown keys, wrong types, missing keys, jobs that wait for each other or for no job, expressions
that cannot be read or use what is not there in this place, cron lines, events and filters.

Bad: `runs_on: ubuntu-latest`

Good: `runs-on: ubuntu-latest`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.workflows import faults, is_workflow, workflow
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule


@path_rule("pipeline/invalid-workflow", Severity.HIGH, docs=__doc__ or "", reads=is_workflow)
def invalid_workflow(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    """Say what GitHub says."""
    read = workflow(repository, path)
    if read is not None and not (read.root.get("on") or read.root.get("jobs")):
        message = "GitHub takes every file here for a workflow; this one has neither on nor jobs"
        yield Hit(message, (Place(path),), action="move it out of .github/workflows")
        return
    for fault in faults(repository, path, "workflow"):
        ignored = fault.standing == "ignored"
        if fault.standing != "harmless":
            yield Hit(
                fault.message + ("; GitHub ignores it" if ignored else ""),
                (Place(path, fault.span),),
                action="remove filters without effect" if ignored else "mend the workflow file",
                severity=Severity.MEDIUM if ignored else None,
            )
