"""Objects that refer to each other are in one namespace.

Why: a Service only selects pods of its own namespace, an Ingress only sends to Services of its own,
a pod only reads ConfigMaps of its own: across namespaces each of them finds nothing.
Bad: `namespace: shop` in the Deployment and `namespace: web` in the Service that selects it
Good: the same namespace in both
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.patches import kustomizations
from placid.core.audit.facts.pods import matching
from placid.core.audit.facts.units import around, own_objects
from placid.core.audit.facts.workloads import sure
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, rule
from placid.formats.manifests.object import Object, is_hole
from placid.formats.manifests.reading import entry, word, words, written
from placid.formats.manifests.selectors import Selector


@rule("kubernetes/namespace-mismatch", Severity.HIGH, docs=__doc__ or "")
def namespace_mismatch(repository: Repository) -> Iterator[Hit]:
    for each in own_objects(repository, "Service"):
        wanted = Selector(words(each.node, "spec", "selector"))
        if each.group or not wanted.labels or word(each.node, "spec", "type") == "ExternalName":
            continue
        made = [owner for owner, _ in matching(repository, wanted)]
        yield from _judge(repository, each, made)


def _judge(repository: Repository, each: Object, made: list[Object]) -> Iterator[Hit]:
    if not made or any(_meet(each, one) for one in made):
        return
    paths = {one.path for unit in around(repository, each) for one in unit.objects}
    other = next((one for one in made if one.path in paths), None)
    at = entry(each.node, "metadata", "namespace")
    if other is None or at is None or _is_moved(repository, each):
        return
    there = entry(other.node, "metadata", "namespace")
    yield Hit(
        f"{each} is in namespace {each.namespace or 'default'}, and {other}, which it selects, in"
        f" {other.namespace or 'default'}",
        at=(
            Place(each.path, written(at)),
            Place(other.path, written(there) if there else other.at),
        ),
        action=f"put {each} into the namespace of {other}",
        confidence=sure(repository, each.path),
    )


def _meet(one: Object, other: Object) -> bool:
    return (
        not one.namespace
        or not other.namespace
        or one.namespace == other.namespace
        or is_hole(one.namespace + other.namespace)
    )


def _is_moved(repository: Repository, each: Object) -> bool:
    """Whether a kustomization puts it into another namespace."""
    return any(
        unit.path in kustomizations(repository)
        and "namespace:" in (repository.text(unit.path) or "")
        for unit in around(repository, each)
    )
