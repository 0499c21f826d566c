"""No container has the rights of the node.

Why: a privileged container sees every device and may load kernel modules: whoever gets into it
owns the node and all that runs there.
Bad: `securityContext: {privileged: true}`
Good: the one capability or device that is needed
Known limits: medium for a DaemonSet, as drivers and network plug-ins may need it.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.security import NODE_AGENTS, is_privileged
from placid.core.audit.facts.workloads import containers, sure, with_workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule


@path_rule(
    "kubernetes/privileged-container",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def privileged_container(repository: Repository, path: str) -> Iterator[Hit]:
    for workload, container in containers(repository, path):
        at = container.entry("securityContext", "privileged")
        if at is None or not is_privileged(container):
            continue
        agent = workload.object.kind in NODE_AGENTS
        yield Hit(
            f"{container.name} of {workload.object} has all rights of its node",
            at=(workload.place(at.key.span),),
            action="run no privileged containers",
            severity=Severity.MEDIUM if agent else None,
            confidence=sure(repository, path),
        )
