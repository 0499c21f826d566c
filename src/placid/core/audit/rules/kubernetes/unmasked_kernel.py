"""A pod leaves the kernel's protected settings alone.

Why: `procMount: Unmasked` shows parts of /proc that lead to the node's memory and kernel; a sysctl
outside of the safe set changes the node for all, and the kubelet refuses the pod unless it was
allowed by hand.
Bad: `procMount: Unmasked`, `sysctls: [{name: kernel.msgmax, ...}]`
Good: `sysctls: [{name: net.ipv4.ip_unprivileged_port_start, ...}]`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.workloads import Workload, sure, with_workloads, workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.reading import entry, mappings, scalar

_SAFE = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_wmem",
    }
)


@path_rule(
    "kubernetes/unmasked-kernel",
    Severity.MEDIUM,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def unmasked_kernel(repository: Repository, path: str) -> Iterator[Hit]:
    for workload in workloads(repository, path):
        for span, why in (*_unmasked(workload), *_sysctls(workload)):
            yield Hit(
                f"{workload.object} {why}",
                at=(workload.place(span),),
                action="leave the kernel's protected settings alone",
                confidence=sure(repository, path),
            )


def _unmasked(workload: Workload) -> Iterator[tuple[Span, str]]:
    for container in workload.pod.containers:
        at = entry(container.node, "securityContext", "procMount")
        if at and container.word("securityContext", "procMount") == "Unmasked":
            yield at.key.span, "sees all of /proc (procMount: Unmasked)"


def _sysctls(workload: Workload) -> Iterator[tuple[Span, str]]:
    for each in mappings(workload.pod.spec, "securityContext", "sysctls"):
        name = scalar(each, "name")
        if name and name.text.replace("/", ".") not in _SAFE:
            yield name.span, f"sets {name.text[:60]}, which the kubelet refuses unless allowed"
