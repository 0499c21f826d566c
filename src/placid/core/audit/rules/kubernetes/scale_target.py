"""An autoscaler scales a workload that exists.

Why: it never scales anything, and nobody hears of it: the pods stay at the number they began with.
Bad: `scaleTargetRef: {kind: Deployment, name: web}` where the Deployment is called `shop`
Good: the name and kind of the workload
Known limits: says nothing where charts, operators or remote bases may bring the workload.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.pods import pods_beside
from placid.core.audit.facts.units import is_closed, named, own_objects
from placid.core.audit.facts.workloads import sure
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, rule
from placid.formats.manifests.object import is_hole
from placid.formats.manifests.reading import scalar, word


@rule("kubernetes/scale-target", Severity.HIGH, docs=__doc__ or "")
def scale_target(repository: Repository) -> Iterator[Hit]:
    for each in own_objects(repository, "HorizontalPodAutoscaler"):
        name = scalar(each.node, "spec", "scaleTargetRef", "name")
        kind = word(each.node, "spec", "scaleTargetRef", "kind")
        if name is None or is_hole(name.text) or kind not in _KINDS:
            continue
        pods = pods_beside(repository, each)
        if not pods or named(repository, (kind,), name.text) or not is_closed(repository, each):
            continue
        if set_elsewhere(repository, each, "scaleTargetRef"):
            continue
        there = ", ".join(sorted({str(owner) for owner, _ in pods})[:4])
        yield Hit(
            f"{each} scales {kind} {name.text}, which is not there ({there} is)",
            at=(Place(each.path, name.span), Place(pods[0][0].path, pods[0][0].at)),
            action=f"let {each} scale a workload that exists",
            confidence=sure(repository, each.path),
        )


_KINDS = ("Deployment", "StatefulSet", "ReplicaSet")
