"""Pods are made by something that makes them again.

Why: a bare Pod is not started again when its node goes away, and cannot be updated in steps. A
ReplicaSet or ReplicationController of its own keeps pods alive, but rolls nothing out.
Bad: `kind: Pod`
Good: a Deployment, or a Job for what ends
Known limits: pods that end (`restartPolicy: Never`), hooks, tests and static pods of the node are
left alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.workloads import sure, with_workloads, workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.reading import words

_KINDS = frozenset({"Pod", "ReplicaSet", "ReplicationController"})


@path_rule(
    "kubernetes/bare-pod",
    Severity.NOTE,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def bare_pod(repository: Repository, path: str) -> Iterator[Hit]:
    for workload in workloads(repository, path):
        each, ends = workload.object, workload.pod.word("restartPolicy")
        if each.kind not in _KINDS or ends in ("Never", "OnFailure"):
            continue
        hooked = any("hook" in key for key in words(each.node, "metadata", "annotations"))
        static = each.namespace == "kube-system" and workload.pod.word("hostNetwork") == "true"
        if hooked or static:
            continue
        yield Hit(
            f"{each} is not made again when its node goes away"
            if each.kind == "Pod"
            else f"{each} rolls no new version out",
            at=(workload.place(),),
            action="let a Deployment make the pods",
            confidence=sure(repository, path),
        )
