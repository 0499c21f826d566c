"""Every container says how much CPU and memory it needs.

Why: the scheduler places pods by their requests. Without them a node is filled until the kernel
kills something, and the pod that asked for nothing is the first to be evicted.
Bad: a container without `resources.requests`
Good: `resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 128Mi}}`
Known limits: a limit counts as a request, as it does in the API; a LimitRange in the same folder
gives defaults, then this is silent. Init containers are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import containers, neighbours, sure, with_workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.pods import Container
from placid.formats.manifests.reading import value


@path_rule(
    "kubernetes/missing-requests",
    Severity.MEDIUM,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def missing_requests(repository: Repository, path: str) -> Iterator[Hit]:
    for workload, container in containers(repository, path):
        missing = _missing(container) if container.runs else []
        if not missing or set_elsewhere(repository, workload.object, "requests", "limits"):
            continue
        if any(neighbours(repository, path, "LimitRange")):
            continue
        yield Hit(
            f"{container.name or 'a container'} of {workload.object} requests no"
            f" {' and no '.join(missing)}",
            at=(workload.place(container.at),),
            action="say what each container needs in resources.requests",
            confidence=sure(repository, path),
        )


def _missing(container: Container) -> list[str]:
    return [
        what
        for what in ("cpu", "memory")
        if value(container.node, "resources", "requests", what) is None
        and value(container.node, "resources", "limits", what) is None
    ]
