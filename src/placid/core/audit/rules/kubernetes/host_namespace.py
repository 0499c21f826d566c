"""A pod has namespaces of its own: processes, memory and network are not the node's.

Why: with `hostPID` it can read and kill every process of the node, with `hostIPC` its shared
memory, with `hostNetwork` it listens on the node and passes by all network policies.
Bad: `hostPID: true`
Good: none of them
Known limits: `hostNetwork` is medium, and one lower for node agents (DaemonSet).
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.security import NODE_AGENTS
from placid.core.audit.facts.workloads import sure, with_workloads, workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.reading import flag

_SHARED = {
    "hostPID": ("the node's processes", Severity.HIGH),
    "hostIPC": ("the node's shared memory", Severity.HIGH),
    "hostNetwork": ("the node's network", Severity.MEDIUM),
}


@path_rule(
    "kubernetes/host-namespace",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def host_namespace(repository: Repository, path: str) -> Iterator[Hit]:
    for workload in workloads(repository, path):
        agent = workload.object.kind in NODE_AGENTS
        for key, (what, severity) in _SHARED.items():
            at = workload.pod.entry(key)
            if at is None or flag(workload.pod.spec, key) is not True:
                continue
            yield Hit(
                f"{workload.object} shares {what} ({key})",
                at=(workload.place(at.key.span),),
                action="give pods namespaces of their own",
                severity=Severity(severity - 1) if agent else severity,
                confidence=sure(repository, path),
            )
