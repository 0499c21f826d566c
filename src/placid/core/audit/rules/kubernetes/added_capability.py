"""A container adds no capability that amounts to root on the node.

Why: with SYS_ADMIN, SYS_MODULE, SYS_PTRACE, DAC_READ_SEARCH, BPF or ALL, a process can leave its
container; others widen what a break-in is worth.
Bad: `capabilities: {add: [SYS_ADMIN]}`
Good: `capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}`
Known limits: one lower for node agents (DaemonSet). Names take no CAP_ here: runtimes add it.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Scalar
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.security import NODE_AGENTS, is_privileged
from placid.core.audit.facts.workloads import containers, sure, with_workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.reading import items

_ESCAPES = frozenset(
    {"ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "DAC_READ_SEARCH", "BPF"}
)
_HARMLESS = frozenset(
    {"NET_BIND_SERVICE", "CHOWN", "FOWNER", "SETUID", "SETGID", "DAC_OVERRIDE", "FSETID", "KILL"}
    | {"SETPCAP", "SYS_CHROOT", "MKNOD", "AUDIT_WRITE", "SETFCAP", "NET_RAW"}
)
"""NET_BIND_SERVICE, and what every container has unless it is dropped."""


@path_rule(
    "kubernetes/added-capability",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def added_capability(repository: Repository, path: str) -> Iterator[Hit]:
    for workload, container in containers(repository, path):
        for each in items(container.node, "securityContext", "capabilities", "add"):
            name = each.text.upper().removeprefix("CAP_") if isinstance(each, Scalar) else ""
            if not name or name in _HARMLESS or is_privileged(container):
                continue
            severity = Severity.HIGH if name in _ESCAPES else Severity.LOW
            agent = severity > Severity.LOW and workload.object.kind in NODE_AGENTS
            yield Hit(
                f"{container.name} of {workload.object} adds the capability {name[:40]}"
                + (", which can be root on the node" if name in _ESCAPES else ""),
                at=(workload.place(each.span),),
                action="add no capability that amounts to root on the node"
                if name in _ESCAPES
                else "add only the capabilities that are used",
                severity=Severity.MEDIUM if agent else severity,
                confidence=sure(repository, path),
            )
