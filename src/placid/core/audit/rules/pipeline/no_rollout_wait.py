"""A deploy waits until the new version runs.

Why: `kubectl apply` and `helm upgrade` return as soon as the cluster has taken the wish down. When
the new pods never start, the job is green all the same, and nobody is told.

Bad: `kubectl set image deployment/shop shop=...` as the last step

Good: `kubectl rollout status deployment/shop --timeout=5m` behind it; `helm upgrade --wait`

Known limits: `kubectl apply` counts where the Deployment that it applies is in the repository.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from placid.core.audit.facts.applied import applied_workloads
from placid.core.audit.facts.deeds import Kind
from placid.core.audit.facts.deploys import Deed, Work
from placid.core.audit.facts.gates import by_workflow, only_reviewed, upstream
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule

_HELM = re.compile(r"\bhelm3?\b[^\n]{0,200}?\b(?:upgrade|install)\b")
_SETS = re.compile(r"\bkubectl\b[^\n]{0,200}?\b(?:set\s+image|rollout\s+restart)\b")
_APPLIES = re.compile(r"\b(?:kubectl|oc)\b[^\n]{0,200}?\b(?:apply|replace)\b")
_ECS = re.compile(r"\baws\s+ecs\s+update-service\b")
_WAITS = re.compile(r"--wait\b|--atomic\b|--rollback-on-failure\b|wait-for-service-stability")


@rule("pipeline/no-rollout-wait", Severity.MEDIUM, docs=__doc__ or "")
def no_rollout_wait(repository: Repository) -> Iterator[Hit | Unknown]:
    """Look behind each change of a workload for something that waits for it."""
    for works in by_workflow(repository).values():
        for work in works:
            if only_reviewed(work) or work.opaque or _waits(work, works):
                continue
            for deed in work.deeds:
                places = _returns_early(repository, work, deed)
                if places:
                    yield _hit(work, deed, places)
                    break


def _hit(work: Work, deed: Deed, places: tuple[Place, ...]) -> Hit:
    return Hit(
        f"nothing waits for what {deed.what} starts: job {work.job.id.text} is green "
        "even when the new version never runs",
        places,
        action="wait for the rollout in every job that deploys",
    )


def _returns_early(repository: Repository, work: Work, deed: Deed) -> tuple[Place, ...]:
    """Where a workload is changed that nobody waits for: the command, what it applies."""
    if deed.kind is not Kind.DEPLOY or _WAITS.search(deed.text):
        return ()
    if any(each.search(deed.text) for each in (_HELM, _SETS, _ECS)):
        return (deed.at,)
    changed = applied_workloads(repository, work, deed) if _APPLIES.search(deed.text) else ()
    return (deed.at, Place(changed[0].path, changed[0].at)) if changed else ()


def _waits(work: Work, works: Sequence[Work]) -> bool:
    """Whether the job, or one that comes after it, waits for a rollout or asks the service."""
    after = [each for each in works if work in upstream(each, works)]
    return any(each.does(Kind.WAIT) or _asks(each) for each in (work, *after))


def _asks(work: Work) -> bool:
    runs = (step.run.text for step in work.job.every_step() if step.run is not None)
    return any(
        re.search(r"\b(?:curl|wget|smoke|kubectl get|rollout status)\b", run) for run in runs
    )
