"""What a container mounts is a volume of its pod.

Why: the API refuses the object, so the deploy stops.
Bad: `volumeMounts: [{name: data, ...}]` without a volume `data`
Good: `volumes: [{name: data, emptyDir: {}}]`
Known limits: the other way round, a volume that nobody mounts is low.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import Workload, sure, with_workloads, workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.object import is_hole
from placid.formats.manifests.reading import entry, mappings, word, written

_MOUNTS = ("volumeMounts", "volumeDevices")


@path_rule(
    "kubernetes/unknown-volume",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def unknown_volume(repository: Repository, path: str) -> Iterator[Hit]:
    for workload in workloads(repository, path):
        known = {word(each, "name") for each in mappings(workload.pod.spec, "volumes")}
        claims = mappings(workload.object.node, "spec", "volumeClaimTemplates")
        known |= {word(each, "metadata", "name") for each in claims}
        for hit in (*_unknown(repository, workload, known), *_unused(repository, workload)):
            if not set_elsewhere(repository, workload.object, "volume", "mount"):
                yield hit


def _unknown(repository: Repository, workload: Workload, known: set[str]) -> Iterator[Hit]:
    for container in workload.pod.containers:
        for key in _MOUNTS:
            for each in mappings(container.node, key):
                at = entry(each, "name")
                name = word(each, "name")
                if at is None or not name or name in known or is_hole(name):
                    continue
                has = ", ".join(sorted(one for one in known if one)) or "none"
                yield Hit(
                    f'{container.name} mounts the volume "{name[:60]}", which {workload.object}'
                    f" does not have (it has: {has[:120]})",
                    at=(workload.place(at.value.span),),
                    confidence=sure(repository, workload.object.path),
                )


def _unused(repository: Repository, workload: Workload) -> Iterator[Hit]:
    mounted = {
        word(each, "name")
        for container in workload.pod.containers
        for key in _MOUNTS
        for each in mappings(container.node, key)
    }
    for each in mappings(workload.pod.spec, "volumes"):
        at, name = entry(each, "name"), word(each, "name")
        if at is None or not name or name in mounted or is_hole(name):
            continue
        yield Hit(
            f'{workload.object} has the volume "{name[:60]}", which no container mounts',
            at=(workload.place(written(at)),),
            action="mount volumes or remove them",
            severity=Severity.LOW,
            confidence=sure(repository, workload.object.path),
        )
