"""A Service selects pods that exist.

Why: a Service whose selector fits no pod has no endpoints; every request to it fails, while all
pods look healthy.
Bad: `selector: {app: web}` beside a Deployment whose pods are labelled `app: shop`
Good: the labels of the pods
Known limits: says nothing where charts, operators or remote bases may bring the pods.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.pods import matching, pods_beside
from placid.core.audit.facts.units import is_closed, own_objects, relabelled
from placid.core.audit.facts.workloads import sure
from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Hit, Place, Severity, rule
from placid.formats.manifests.object import Object
from placid.formats.manifests.reading import entry, word, words
from placid.formats.manifests.selectors import Selector


@rule("kubernetes/service-without-pods", Severity.HIGH, docs=__doc__ or "")
def service_without_pods(repository: Repository) -> Iterator[Hit]:
    for each in own_objects(repository, "Service"):
        wanted = Selector(words(each.node, "spec", "selector"))
        plain = each.group == "" and word(each.node, "spec", "type") != "ExternalName"
        if plain and wanted.labels and wanted.certain:
            yield from _judge(repository, each, wanted)


def _judge(repository: Repository, each: Object, wanted: Selector) -> Iterator[Hit]:
    pods = pods_beside(repository, each)
    if not pods or any(matching(repository, wanted)):
        return
    near = [(owner, pod) for owner, pod in pods if wanted.near(pod.labels)]
    same = [(owner, pod) for owner, pod in pods if owner.name == each.name]
    meant = next(iter(near or same), None)
    if meant is None and not (is_closed(repository, each) and len(pods) == 1):
        return
    if relabelled(repository, each, *(owner for owner, _ in pods)):
        return
    at = entry(each.node, "spec", "selector")
    places = [Place(each.path, at.key.span if at else each.at)]
    owner, pod = meant or pods[0]
    labels = entry(pod.template, "metadata", "labels")
    places.append(Place(owner.path, labels.key.span if labels else owner.at))
    has = ", ".join(f"{key}={value}" for key, value in pod.labels.items()) or "no labels"
    said = f"the pods of {owner} have {has}"
    yield Hit(
        f"{each} selects {wanted}, and {said}",
        at=tuple(places),
        action=f"let {each} select the pods that it is for",
        confidence=min(
            sure(repository, each.path), Confidence.HIGH if meant else Confidence.MEDIUM
        ),
    )
