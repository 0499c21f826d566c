"""Every container has a limit on its memory.

Why: one that leaks takes the node down with all its neighbours instead of being restarted alone.
A CPU limit is never asked for: it only slows a container down while CPU is free.
Bad: a container without `resources.limits.memory`
Good: `resources: {requests: {memory: 128Mi}, limits: {memory: 128Mi}}`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import containers, neighbours, sure, with_workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.reading import value


@path_rule(
    "kubernetes/missing-memory-limit",
    Severity.LOW,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def missing_memory_limit(repository: Repository, path: str) -> Iterator[Hit]:
    for workload, container in containers(repository, path):
        limited = value(container.node, "resources", "limits", "memory") is not None
        if limited or not container.runs:
            continue
        if set_elsewhere(repository, workload.object, "limits"):
            continue
        if any(neighbours(repository, path, "LimitRange")):
            continue
        yield Hit(
            f"{container.name or 'a container'} of {workload.object} may take all memory of a node",
            at=(workload.place(container.at),),
            action="limit the memory of each container in resources.limits",
            confidence=sure(repository, path),
        )
