"""No container has the rights of the node.

Why: a privileged container sees every device and may load kernel modules: whoever gets into it
owns the node and all that runs there.
Bad: `securityContext: {privileged: true}`
Good: the one capability or device that is needed
Known limits: medium for a DaemonSet, for a pod that mounts what drivers and network plug-ins work
on, and for an init container, which mostly sets a kernel parameter.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.security import NODE_AGENTS, is_privileged
from placid.core.audit.facts.workloads import Workload, containers, sure, with_workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.reading import mappings, word

_DRIVEN = ("/var/lib/kubelet", "/dev", "/sys", "/lib/modules", "/etc/cni", "/opt/cni", "/proc")


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
        agent = workload.object.kind in NODE_AGENTS or container.init or _drives(workload)
        yield Hit(
            f"{container.name} of {workload.object} has all rights of its node",
            at=(workload.place(at.key.span),),
            action="run no privileged containers",
            severity=Severity.MEDIUM if agent else None,
            confidence=sure(repository, path),
        )


def _drives(workload: Workload) -> bool:
    """Whether the pod mounts the folders of the node that drivers work on."""
    paths = (word(each, "hostPath", "path") for each in mappings(workload.pod.spec, "volumes"))
    return any(path.startswith(_DRIVEN) for path in paths)
