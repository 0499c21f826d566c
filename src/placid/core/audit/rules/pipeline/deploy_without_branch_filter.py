"""A workflow that deploys says which branches it deploys.

Why: `on: push` alone starts for every branch and every tag: the first commit of anybody's draft is
deployed.

Bad: `on: push` in a workflow with `kubectl apply`

Good: `on: {push: {branches: [main]}}`, or a condition on `github.ref` in the job
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.deeds import Kind
from placid.core.audit.facts.gates import by_workflow, may_differ, upstream
from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Hit, Place, Severity, Unknown, rule

_FILTERS = ("branches", "branches-ignore", "tags", "tags-ignore")


@rule("pipeline/deploy-without-branch-filter", Severity.MEDIUM, docs=__doc__ or "")
def deploy_without_branch_filter(repository: Repository) -> Iterator[Hit | Unknown]:
    """Name the jobs that deploy whatever branch is pushed."""
    for works in by_workflow(repository).values():
        push = works[0].workflow.trigger("push")
        if push is None or any(push.patterns(name) is not None for name in _FILTERS):
            continue
        for work in works:
            deed = work.does(Kind.DEPLOY)
            if deed is None or any(map(may_differ, (work, *upstream(work, works)))):
                continue
            if "github.ref" in deed.text or "GITHUB_REF" in deed.text or work.job.uses is not None:
                continue
            yield Hit(
                f"job {work.job.id.text} deploys ({deed.what}) every branch that is pushed",
                (Place(work.workflow.path, push.event.span), work.place, deed.at),
                action="name the branches that are deployed",
                confidence=Confidence.MEDIUM if work.job.environment else Confidence.HIGH,
            )
