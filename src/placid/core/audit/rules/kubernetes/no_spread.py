"""The replicas of a workload are spread over nodes.

Why: the scheduler may put all of them on one node, and the loss of that node is an outage in spite
of the replicas.
Bad: `replicas: 3` with neither `topologySpreadConstraints` nor `podAntiAffinity`
Good: `topologySpreadConstraints` over `kubernetes.io/hostname`
Known limits: the scheduler's own defaults spread a little where they can, hence a note.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import sure, with_workloads, workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.reading import number, value

_KINDS = frozenset({"Deployment", "StatefulSet", "Rollout"})


@path_rule(
    "kubernetes/no-spread",
    Severity.NOTE,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def no_spread(repository: Repository, path: str) -> Iterator[Hit]:
    for workload in workloads(repository, path):
        each, spec = workload.object, workload.pod.spec
        replicas = number(each.node, "spec", "replicas") or 1
        spread = (
            value(spec, "topologySpreadConstraints"),
            value(spec, "affinity", "podAntiAffinity"),
        )
        if each.kind not in _KINDS or replicas < 2 or any(spread):
            continue
        if set_elsewhere(repository, each, "topologySpread", "podAntiAffinity"):
            continue
        yield Hit(
            f"all {replicas} pods of {each} may be on one node",
            at=(workload.place(),),
            action="spread replicas over nodes (topologySpreadConstraints)",
            confidence=sure(repository, path),
        )
