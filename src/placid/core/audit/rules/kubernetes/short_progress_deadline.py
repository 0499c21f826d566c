"""A rollout is given longer than one pod may take to start.

Why: when `progressDeadlineSeconds` ends before the startup probe gives up, a rollout that is going
well is reported as failed, and what waits for it (`kubectl rollout status`) takes it back.
Bad: `progressDeadlineSeconds: 60` with a startup probe that waits for 300 s
Good: `progressDeadlineSeconds: 600`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import sure, with_workloads, workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, path_rule
from placid.formats.manifests.pods import Pod
from placid.formats.manifests.probes import probe
from placid.formats.manifests.reading import entry, number

_DEFAULT = 600


@path_rule(
    "kubernetes/short-progress-deadline",
    Severity.MEDIUM,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def short_progress_deadline(repository: Repository, path: str) -> Iterator[Hit]:
    for workload in workloads(repository, path):
        each = workload.object
        deadline = number(each.node, "spec", "progressDeadlineSeconds")
        slowest = _slowest(workload.pod) + (number(each.node, "spec", "minReadySeconds") or 0)
        if each.kind != "Deployment" or slowest <= (_DEFAULT if deadline is None else deadline):
            continue
        if set_elsewhere(repository, each, "progressDeadlineSeconds", "startupProbe"):
            continue
        at = entry(each.node, "spec", "progressDeadlineSeconds")
        yield Hit(
            f"a rollout of {each} fails after {_DEFAULT if deadline is None else deadline} s,"
            f" but one pod may take {slowest} s to start",
            at=(Place(path, at.key.span if at else each.at),),
            confidence=sure(repository, path),
        )


def _slowest(pod: Pod) -> int:
    """Seconds until the last startup probe would give up."""
    found = [probe(each, "startup") for each in pod.containers if each.runs]
    return max((each.delay + each.patience for each in found if each), default=0)
