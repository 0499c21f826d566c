"""A disruption budget or network policy selects pods that exist.

Why: a budget that selects nothing protects nothing, and a policy that selects nothing lets
everything through, while both look as if they were in force.
Bad: `podSelector: {matchLabels: {app: web}}` where the pods are labelled `app: shop`
Good: the labels of the pods
Known limits: only where the unit has pods whose labels are close, or where nothing comes in from
charts, operators or remote bases.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.pods import Made, matching, pods_beside
from placid.core.audit.facts.units import is_closed, own_objects, relabelled
from placid.core.audit.facts.workloads import sure
from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Hit, Place, Severity, rule
from placid.formats.manifests.object import Object
from placid.formats.manifests.reading import entry
from placid.formats.manifests.selectors import Selector, selector

_FIELDS = {"PodDisruptionBudget": "selector", "NetworkPolicy": "podSelector"}
_MEANS = {
    "PodDisruptionBudget": "it protects nothing",
    "NetworkPolicy": "it restricts nothing",
}


@rule("kubernetes/idle-selector", Severity.MEDIUM, docs=__doc__ or "")
def idle_selector(repository: Repository) -> Iterator[Hit]:
    for each in own_objects(repository, *_FIELDS):
        wanted = selector(each.node, "spec", _FIELDS[each.kind])
        if wanted.labels and wanted.certain:
            yield from _judge(repository, each, wanted)


def _judge(repository: Repository, each: Object, wanted: Selector) -> Iterator[Hit]:
    pods = pods_beside(repository, each)
    if not pods or any(matching(repository, wanted)):
        return
    meant = _meant(each, wanted, pods)
    if meant is None and not (is_closed(repository, each) and len(pods) == 1):
        return
    if relabelled(repository, each, *(owner for owner, _ in pods)):
        return
    owner, pod = meant or pods[0]
    at = entry(each.node, "spec", _FIELDS[each.kind])
    labels = entry(pod.template, "metadata", "labels")
    has = ", ".join(f"{key}={value}" for key, value in pod.labels.items()) or "no labels"
    yield Hit(
        f"{each} selects {wanted}, the pods of {owner} have {has}: {_MEANS[each.kind]}",
        at=(
            Place(each.path, at.key.span if at else each.at),
            Place(owner.path, labels.key.span if labels else owner.at),
        ),
        action=f"let {each} select the pods that it is for",
        confidence=min(
            sure(repository, each.path), Confidence.HIGH if meant else Confidence.MEDIUM
        ),
    )


def _meant(each: Object, wanted: Selector, pods: list[Made]) -> Made | None:
    """The pods that are close to what is selected, or are called as the object is."""
    near = [made for made in pods if wanted.near(made[1].labels)]
    same = [made for made in pods if made[0].name == each.name]
    return next(iter(near or same), None)
