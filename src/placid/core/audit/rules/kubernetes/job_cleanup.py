"""A finished Job is removed after a while.

Why: finished Jobs and their pods stay until someone deletes them; a deploy that applies the same
Job again fails or does nothing, since the finished one is still there.
Bad: a Job without `ttlSecondsAfterFinished`
Good: `ttlSecondsAfterFinished: 86400`
Known limits: hooks of Helm and Argo CD are removed by these; CronJobs keep a few by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import sure, whole_objects, with_objects
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, path_rule
from placid.formats.manifests.reading import value, words

_KEY = "ttlSecondsAfterFinished"
_HOOKS = ("helm.sh/hook", "argocd.argoproj.io/hook", "kluctl.io/hook")


@path_rule(
    "kubernetes/job-cleanup",
    Severity.LOW,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_objects,
)
def job_cleanup(repository: Repository, path: str) -> Iterator[Hit]:
    for each in whole_objects(repository, path, "Job"):
        if each.group != "batch" or value(each.node, "spec", _KEY) is not None:
            continue
        notes = words(each.node, "metadata", "annotations")
        if any(hook in notes for hook in _HOOKS) or set_elsewhere(repository, each, _KEY):
            continue
        yield Hit(
            f"{each} stays after it has finished",
            at=(Place(path, each.at),),
            action="set ttlSecondsAfterFinished of Jobs",
            confidence=sure(repository, path),
        )
