"""No setting is written in a form that Kubernetes no longer reads.

Why: it is accepted without a word and has no effect: the profile is not applied, the pod is never
scheduled, the priority is not given.
Bad: the annotation `seccomp.security.alpha.kubernetes.io/pod` (not read since 1.27),
`nodeSelector: {node-role.kubernetes.io/master: ""}` (no node has the label since 1.24)
Good: `securityContext.seccompProfile`, `node-role.kubernetes.io/control-plane`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Entry, Mapping
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.workloads import Workload, sure, with_workloads, workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.reading import mapping, value

_NOTES = {
    "seccomp.security.alpha.kubernetes.io/": ("1.27", "securityContext.seccompProfile"),
    "container.seccomp.security.alpha.kubernetes.io/": ("1.27", "securityContext.seccompProfile"),
    "scheduler.alpha.kubernetes.io/critical-pod": ("1.16", "priorityClassName"),
    "scheduler.alpha.kubernetes.io/tolerations": ("1.6", "tolerations"),
    "scheduler.alpha.kubernetes.io/affinity": ("1.6", "affinity"),
    "pod.beta.kubernetes.io/init-containers": ("1.8", "initContainers"),
    "pod.alpha.kubernetes.io/init-containers": ("1.8", "initContainers"),
    "security.alpha.kubernetes.io/sysctls": ("1.11", "securityContext.sysctls"),
}
_MASTER = "node-role.kubernetes.io/master"


@path_rule(
    "kubernetes/ignored-setting",
    Severity.MEDIUM,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def ignored_setting(repository: Repository, path: str) -> Iterator[Hit]:
    for workload in workloads(repository, path):
        for at, why in _ignored(workload):
            yield Hit(
                why,
                at=(workload.place(at.key.span),),
                action="write settings in the form that Kubernetes reads",
                confidence=sure(repository, path),
            )


def _ignored(workload: Workload) -> Iterator[tuple[Entry, str]]:
    notes = mapping(workload.pod.template, "metadata", "annotations")
    for each in notes.entries if notes else ():
        since, instead = next(
            (known for prefix, known in _NOTES.items() if each.key.text.startswith(prefix)),
            ("", ""),
        )
        if since and not _is_replaced(workload, instead):
            yield each, f"{each.key.text[:80]} is not read since Kubernetes {since}: use {instead}"
    chosen: Mapping | None = mapping(workload.pod.spec, "nodeSelector")
    master = chosen.get(_MASTER) if chosen else None
    if master:
        yield master, f"no node has the label {_MASTER} since Kubernetes 1.24: never scheduled"


def _is_replaced(workload: Workload, instead: str) -> bool:
    """Whether the new form is there too: then both old and new clusters are served."""
    route = instead.split(".")
    owners = (workload.pod.spec, *(each.node for each in workload.pod.containers))
    return any(value(each, *route) is not None for each in owners)
