"""A pod does not mount the node's files.

Why: what is written there outlives the pod and ties it to one node; a sensitive folder gives the
node away. The socket of a container runtime is root on the node: HIGH, like `/`, `/etc` or
`/var/lib/kubelet` where it can be written.
Bad: `hostPath: {path: /var/run/docker.sock}`
Good: a PersistentVolumeClaim, an emptyDir, a projected volume
Known limits: low for node agents (DaemonSet) and where all mounts are read-only.
"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath

from placid.base.yamltext import Mapping
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.security import NODE_AGENTS
from placid.core.audit.facts.workloads import Workload, sure, with_workloads, workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.reading import flag, mappings, scalar, word

_SOCKETS = ("docker.sock", "containerd.sock", "crio.sock", "podman.sock", "cri-dockerd.sock")
_SENSITIVE = frozenset(
    {"/", "/etc", "/root", "/proc", "/boot", "/home", "/usr", "/bin", "/sbin", "/var", "/var/run"}
    | {"/run", "/var/lib", "/var/lib/kubelet", "/var/lib/docker", "/etc/kubernetes", "/lib"}
)


@path_rule(
    "kubernetes/host-path",
    Severity.MEDIUM,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def host_path(repository: Repository, path: str) -> Iterator[Hit]:
    for workload in workloads(repository, path):
        for volume in mappings(workload.pod.spec, "volumes"):
            folder = scalar(volume, "hostPath", "path")
            if folder is None:
                continue
            socket = folder.text.endswith(_SOCKETS)
            what = "the runtime's socket, which is root on it" if socket else folder.text[:80]
            yield Hit(
                f"{workload.object} mounts {what}, from its node",
                at=(workload.place(folder.span),),
                action="give the runtime's socket to no pod"
                if socket
                else "keep the node's files out of pods (no hostPath)",
                severity=_severity(workload, volume, folder.text),
                confidence=sure(repository, path),
            )


def _severity(workload: Workload, volume: Mapping, folder: str) -> Severity:
    agent = workload.object.kind in NODE_AGENTS
    if folder.endswith(_SOCKETS):
        return Severity.MEDIUM if agent else Severity.HIGH
    mounts = [
        each
        for container in workload.pod.containers
        for each in mappings(container.node, "volumeMounts")
        if word(each, "name") == word(volume, "name")
    ]
    if agent or (mounts and all(flag(each, "readOnly") for each in mounts)):
        return Severity.LOW
    return Severity.HIGH if mounts and normpath(folder) in _SENSITIVE else Severity.MEDIUM
