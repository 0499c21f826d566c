"""A container that serves says when it is ready.

Why: without a readiness probe a pod gets traffic as soon as its process starts, and a rollout goes
on although the new version cannot answer: every deploy loses requests, a broken one takes all.
Bad: a Deployment whose container has `ports` and no `readinessProbe`
Good: `readinessProbe: {httpGet: {path: /healthz, port: http}}`
Known limits: a pod with one ready container is enough; metrics ports do not count; without any
port it is a note, as it may serve nobody. What a kustomize patch adds is taken as added.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import Workload, sure, with_workloads, workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.pods import Container

_SIDE = ("metric", "prom", "debug", "pprof", "admin", "monitor")
_ONCE = frozenset({"Service"})


@path_rule(
    "kubernetes/missing-readiness-probe",
    Severity.MEDIUM,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def missing_readiness_probe(repository: Repository, path: str) -> Iterator[Hit]:
    for workload in workloads(repository, path):
        running = [each for each in workload.pod.containers if each.runs]
        ready = any(each.entry("readinessProbe") for each in running)
        if ready or not workload.serves or workload.object.kind in _ONCE:
            continue
        if set_elsewhere(repository, workload.object, "readinessProbe"):
            continue
        for container in _silent(running):
            yield _hit(repository, workload, container)


def _silent(running: list[Container]) -> list[Container]:
    serving = [each for each in running if _serves(each)]
    return serving[:1] or [each for each in running if not each.sidecar][:1]


def _serves(container: Container) -> bool:
    return any(not each.name.startswith(_SIDE) for each in container.ports)


def _hit(repository: Repository, workload: Workload, container: Container) -> Hit:
    serves = _serves(container)
    return Hit(
        f"nothing says when {container.name or 'the container'} of {workload.object} is ready"
        + ("" if serves else "; it declares no port"),
        at=(workload.place(container.at),),
        action="give containers that serve a readinessProbe",
        severity=None if serves else Severity.NOTE,
        confidence=sure(repository, workload.object.path),
    )
