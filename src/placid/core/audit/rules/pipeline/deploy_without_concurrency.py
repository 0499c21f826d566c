"""Two deploys of one target do not run at the same time, and none is cancelled half way.

Why: two pushes in a row start two deploys; the older may end last, and the older version stays.
`concurrency` puts them in a row. With `cancel-in-progress: true` the first is killed in the middle:
half of the manifests applied, a migration begun, a lock kept.

Bad: a job with `helm upgrade`, without `concurrency` or with `cancel-in-progress: true`

Good: `concurrency: {group: deploy-production, cancel-in-progress: false}`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.deeds import Kind
from placid.core.audit.facts.deploys import Work, every_work
from placid.core.audit.facts.gates import is_on, only_reviewed
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, rule

_OFTEN = ("push", "workflow_run", "schedule", "repository_dispatch", "workflow_dispatch", "release")


@rule("pipeline/deploy-without-concurrency", Severity.LOW, docs=__doc__ or "")
def deploy_without_concurrency(repository: Repository) -> Iterator[Hit | Unknown]:
    """Look at the groups of the jobs that deploy."""
    for work in every_work(repository):
        deed = work.does(Kind.DEPLOY)
        if deed is None or only_reviewed(work) or work.job.uses is not None:
            continue
        yield from _cancelled(work)
        unordered = work.job.concurrency is None and work.workflow.concurrency is None
        if unordered and any(map(work.workflow.trigger, _OFTEN)):
            yield Hit(
                f"job {work.job.id.text} deploys ({deed.what}) without concurrency: of two deploys "
                "at once the older may win",
                (work.place, deed.at),
                action="give every job that deploys a concurrency group that does not cancel",
            )


def _cancelled(work: Work) -> Iterator[Hit]:
    for given in (work.job.concurrency, work.workflow.concurrency):
        cancel = given.cancel_in_progress if given else None
        if cancel is None or not is_on(cancel):
            continue
        at = Place(work.workflow.path, cancel.span)
        own = given is work.job.concurrency
        yield Hit(
            f"job {work.job.id.text} deploys, and a newer run cancels it half way",
            (at, work.place),
            Fix("let a deploy end", (Edit(at, "false"),)) if own and not cancel.alias else None,
            action="let no newer run cancel a deploy",
            severity=Severity.MEDIUM,
        )
