"""A container does not run as root.

Why: root in a container is root on the node as soon as there is a hole in the kernel or a mount.
Bad: `runAsUser: 0`; or nothing that forbids root (low)
Good: `securityContext: {runAsNonRoot: true}` with an image that has a numeric USER
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.security import NODE_AGENTS, is_privileged, is_windows, setting
from placid.core.audit.facts.workloads import Workload, containers, sure, with_workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.pods import Container


@path_rule(
    "kubernetes/root-user",
    Severity.MEDIUM,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def root_user(repository: Repository, path: str) -> Iterator[Hit]:
    for workload, container in containers(repository, path):
        user = setting(workload, container, "runAsUser")
        forbidden = setting(workload, container, "runAsNonRoot").value is True
        if forbidden or (user.value not in (0, None)) or is_windows(workload):
            continue
        if is_privileged(container) or set_elsewhere(repository, workload.object, "runAs"):
            continue
        explicit = user.at is not None and user.value == 0
        yield Hit(
            f"{container.name} of {workload.object} runs as root"
            if explicit
            else f"nothing keeps {container.name} of {workload.object} from running as root",
            at=(workload.place(user.at.key.span if user.at and explicit else container.at),),
            action="run containers as another user than root (runAsNonRoot: true)",
            severity=None if explicit and _matters(workload, container) else Severity.LOW,
            confidence=sure(repository, path),
        )


def _matters(workload: Workload, container: Container) -> bool:
    """Agents of the node and what prepares volumes before the start often must be root."""
    return container.runs and workload.object.kind not in NODE_AGENTS
