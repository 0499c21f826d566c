"""A Deployment is updated pod by pod.

Why: `Recreate` stops every old pod before the first new one starts: each deploy is an outage, and
a bad version is down until it is taken back.
Bad: `strategy: {type: Recreate}`
Good: `strategy: {type: RollingUpdate}`
Known limits: with a volume claim, a host path or a host port, two pods may not be able to live
side by side: nothing is said then. LOW with one replica.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import Workload, sure, with_workloads, workloads
from placid.core.audit.facts.yamledits import replaced
from placid.core.audit.model import Repository
from placid.core.audit.rule import Fix, Hit, Severity, path_rule
from placid.formats.manifests.reading import flag, mappings, number, scalar, value


@path_rule(
    "kubernetes/recreate-strategy",
    Severity.MEDIUM,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def recreate_strategy(repository: Repository, path: str) -> Iterator[Hit]:
    for workload in workloads(repository, path):
        each = workload.object
        strategy = scalar(each.node, "spec", "strategy", "type")
        if each.kind != "Deployment" or strategy is None or strategy.text != "Recreate":
            continue
        if _must_be_alone(workload) or set_elsewhere(repository, each, "strategy"):
            continue
        many = (number(each.node, "spec", "replicas") or 1) > 1
        edit = replaced(path, strategy, "RollingUpdate")
        yield Hit(
            f"every deploy of {each} stops all its pods before a new one starts",
            at=(workload.place(strategy.span),),
            fix=Fix("update pod by pod", (edit,)) if edit else None,
            action="update Deployments pod by pod (RollingUpdate)",
            severity=None if many else Severity.LOW,
            confidence=sure(repository, path),
        )


def _must_be_alone(workload: Workload) -> bool:
    spec = workload.pod.spec
    volumes = mappings(spec, "volumes")
    if any(value(each, "persistentVolumeClaim") or value(each, "hostPath") for each in volumes):
        return True
    ports = (port for each in workload.pod.containers for port in each.ports)
    return bool(flag(spec, "hostNetwork")) or any(value(each.node, "hostPort") for each in ports)
