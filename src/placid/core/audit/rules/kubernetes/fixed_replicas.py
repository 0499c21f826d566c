"""A workload that an autoscaler scales does not fix its number of replicas.

Why: every `kubectl apply` sets the number back to the one in the file: a deploy under load throws
away most of the pods that serve it.
Bad: `replicas: 2` in a Deployment that a HorizontalPodAutoscaler scales to 20
Good: no `replicas`; the autoscaler's `minReplicas`
Known limits: removing it from an object that was applied with it sets it to 1 once; take it out of
the last-applied annotation first (`kubectl apply edit-last-applied`). A fix is not safe for this.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.units import beside, own_objects
from placid.core.audit.facts.workloads import sure
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, rule
from placid.formats.manifests.object import Object
from placid.formats.manifests.reading import entry, scalar, word, written


@rule("kubernetes/fixed-replicas", Severity.MEDIUM, docs=__doc__ or "")
def fixed_replicas(repository: Repository) -> Iterator[Hit]:
    for each in own_objects(repository, "HorizontalPodAutoscaler"):
        for one in beside(repository, each, word(each.node, "spec", "scaleTargetRef", "kind")):
            at = entry(one.node, "spec", "replicas")
            if at is None or not _meant(each, one) or scalar(one.node, "spec", "replicas") is None:
                continue
            most = word(each.node, "spec", "maxReplicas")
            yield Hit(
                f"{one} is set back to {word(one.node, 'spec', 'replicas')} replicas by every"
                f" deploy; {each} scales it up to {most}",
                at=(Place(one.path, written(at)), Place(each.path, each.at)),
                action="leave the number of replicas to the autoscaler",
                confidence=sure(repository, one.path),
            )


def _meant(scaler: Object, one: Object) -> bool:
    same = one.name == word(scaler.node, "spec", "scaleTargetRef", "name")
    paused = word(one.node, "spec", "replicas") == "0"
    return same and not paused
