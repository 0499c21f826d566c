"""A deploy waits until the new version runs.

Why: `kubectl apply` and `helm upgrade` return as soon as the cluster has taken the wish down. When
the new pods never start, the job is green all the same, and nobody is told.

Bad: `kubectl set image deployment/shop shop=...` as the last step

Good: `kubectl rollout status deployment/shop --timeout=5m` behind it; `helm upgrade --wait`
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from placid.core.audit.facts.deeds import Kind
from placid.core.audit.facts.deploys import Deed, Work
from placid.core.audit.facts.gates import by_workflow, only_reviewed, upstream
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, Unknown, rule

_HELM = re.compile(r"\bhelm3?\b[^\n]{0,200}?\b(?:upgrade|install)\b")
_SETS = re.compile(r"\bkubectl\b[^\n]{0,200}?\b(?:set\s+image|rollout\s+restart)\b")
_ECS = re.compile(r"\baws\s+ecs\s+update-service\b")
_WAITS = re.compile(r"--wait\b|--atomic\b|--rollback-on-failure\b|wait-for-service-stability")


@rule("pipeline/no-rollout-wait", Severity.MEDIUM, docs=__doc__ or "")
def no_rollout_wait(repository: Repository) -> Iterator[Hit | Unknown]:
    """Look behind each change of a workload for something that waits for it."""
    for works in by_workflow(repository).values():
        for work in works:
            if only_reviewed(work) or work.opaque or _waits(work, works):
                continue
            deed = next(filter(_returns_early, work.deeds), None)
            if deed is not None:
                yield Hit(
                    f"nothing waits for what {deed.what} starts: job {work.job.id.text} is green "
                    "even when the new version never runs",
                    (deed.at,),
                    action="wait for the rollout in every job that deploys",
                )


def _returns_early(deed: Deed) -> bool:
    if deed.kind is not Kind.DEPLOY or _WAITS.search(deed.text):
        return False
    return any(each.search(deed.text) for each in (_HELM, _SETS, _ECS))


def _waits(work: Work, works: Sequence[Work]) -> bool:
    """Whether the job, or one that comes after it, waits for a rollout or asks the service."""
    after = [each for each in works if work in upstream(each, works)]
    return any(each.does(Kind.WAIT) or _asks(each) for each in (work, *after))


def _asks(work: Work) -> bool:
    runs = (step.run.text for step in work.job.every_step() if step.run is not None)
    return any(
        re.search(r"\b(?:curl|wget|smoke|kubectl get|rollout status)\b", run) for run in runs
    )
