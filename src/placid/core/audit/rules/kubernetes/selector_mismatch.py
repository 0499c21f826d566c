"""A workload's selector fits the labels of its own pods.

Why: the API refuses a Deployment, StatefulSet, DaemonSet or ReplicaSet whose selector does not take
in the pods that it makes, so the deploy stops.
Bad: `matchLabels: {app: web}` with `template: {metadata: {labels: {app: shop}}}`
Good: the same labels in both
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.units import relabelled
from placid.core.audit.facts.workloads import Workload, sure, with_workloads, workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.object import is_hole
from placid.formats.manifests.reading import entry
from placid.formats.manifests.selectors import selector

_KINDS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout"})


@path_rule(
    "kubernetes/selector-mismatch",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def selector_mismatch(repository: Repository, path: str) -> Iterator[Hit]:
    for workload in workloads(repository, path):
        if workload.object.kind in _KINDS:
            yield from _judge(repository, workload)


def _judge(repository: Repository, workload: Workload) -> Iterator[Hit]:
    wanted = selector(workload.object.node, "spec", "selector")
    labels = workload.pod.labels
    holes = any(is_hole(each) for pair in labels.items() for each in pair)
    if wanted.selects_all or not wanted.certain or holes or wanted.matches(labels):
        return
    if relabelled(repository, workload.object):
        return
    at = entry(workload.object.node, "spec", "selector")
    mine = entry(workload.pod.template, "metadata", "labels")
    there = ", ".join(f"{key}={value}" for key, value in labels.items()) or "no labels"
    yield Hit(
        f"{workload.object} selects {str(wanted) or 'by conditions'},"
        f" and its own pods have {there}",
        at=tuple(workload.place(each.key.span) for each in (at, mine) if each),
        action=f"give the pods of {workload.object} the labels that it selects",
        confidence=sure(repository, workload.object.path),
    )
