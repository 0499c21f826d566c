"""What serves in production has more than one replica.

Why: with one, each eviction, node failure or drain is an outage.
Bad: `replicas: 1` in a Deployment of the namespace `production`
Good: `replicas: 2`, or a HorizontalPodAutoscaler with `minReplicas: 2`
Known limits: production is told by namespace, folder, name or label; elsewhere it is a note. With
a volume claim, leader election or `Recreate`, one replica is meant and nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import Workload, neighbours, sure, with_workloads, workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Hit, Severity, path_rule
from placid.formats.manifests.reading import entry, mappings, number, value, word

_PRODUCTION = re.compile(r"(^|[/._-])(prod|production|prd|live)([/._-]|$)", re.IGNORECASE)
_ENVIRONMENT = ("env", "environment", "tier", "stage", "app.kubernetes.io/environment")


@path_rule(
    "kubernetes/single-replica",
    Severity.MEDIUM,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def single_replica(repository: Repository, path: str) -> Iterator[Hit]:
    for workload in workloads(repository, path):
        each = workload.object
        replicas = number(each.node, "spec", "replicas")
        written = entry(each.node, "spec", "replicas")
        if each.kind != "Deployment" or replicas not in (1, None) or _is_alone(workload):
            continue
        if written is not None and replicas is None:
            continue
        if set_elsewhere(repository, each, "replicas") or _is_scaled(repository, workload):
            continue
        production = _is_production(workload)
        if written is None and not production:
            continue
        yield Hit(
            f"{each} has one replica" + (" in production" if production else ""),
            at=(workload.place(written.value.span if written else None),),
            action="run two replicas or more of what serves in production",
            severity=None if production else Severity.NOTE,
            confidence=sure(repository, path) if _serves(workload) else Confidence.LOW,
        )


def _is_alone(workload: Workload) -> bool:
    """Whether there may be no second one."""
    if word(workload.object.node, "spec", "strategy", "type") == "Recreate":
        return True
    claims = any(
        value(each, "persistentVolumeClaim") or value(each, "hostPath")
        for each in mappings(workload.pod.spec, "volumes")
    )
    return bool(claims)


def _serves(workload: Workload) -> bool:
    return any(each.ports for each in workload.pod.containers)


def _is_production(workload: Workload) -> bool:
    each = workload.object
    said = [
        each.namespace,
        each.path,
        each.name,
        *(each.labels.get(key, "") for key in _ENVIRONMENT),
    ]
    return any(_PRODUCTION.search(text) for text in said)


def _is_scaled(repository: Repository, workload: Workload) -> bool:
    return any(
        word(other.node, "spec", "scaleTargetRef", "name") == workload.object.name
        for other in neighbours(
            repository, workload.object.path, "HorizontalPodAutoscaler", "ScaledObject"
        )
    )
