"""A container does not take a port of its node.

Why: only one pod per node can have it: replicas stay pending, a rolling update waits for the old
pod to go, and the port is open on the node past all Services.
Bad: `ports: [{containerPort: 8080, hostPort: 80}]` in a Deployment
Good: a Service in front
Known limits: node agents (DaemonSet) and pods on the node's network are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.security import NODE_AGENTS
from placid.core.audit.facts.workloads import containers, sure, with_workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.reading import entry, flag, number


@path_rule(
    "kubernetes/host-port",
    Severity.LOW,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def host_port(repository: Repository, path: str) -> Iterator[Hit]:
    for workload, container in containers(repository, path):
        if workload.object.kind in NODE_AGENTS or flag(workload.pod.spec, "hostNetwork"):
            continue
        for port in container.ports:
            at, taken = entry(port.node, "hostPort"), number(port.node, "hostPort")
            if at and taken:
                yield Hit(
                    f"{container.name} of {workload.object} takes port {taken} of its node",
                    at=(workload.place(at.key.span),),
                    action="put a Service in front instead of a hostPort",
                    confidence=sure(repository, path),
                )
