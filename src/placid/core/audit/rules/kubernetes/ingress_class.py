"""An Ingress says which controller serves it.

Why: without a class it is served by the cluster's default, when there is one: else by nobody, or
by every controller that takes what has no class.
Bad: an Ingress without `ingressClassName`
Good: `ingressClassName: nginx`
Known limits: an annotation `kubernetes.io/ingress.class` counts. Both at once are refused by the
API when the object is created (HIGH). An IngressClass that is the default, in the same folder,
makes this silent.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import neighbours, sure, whole_objects, with_objects
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, path_rule
from placid.formats.manifests.reading import entry, word

_NOTE = "kubernetes.io/ingress.class"
_DEFAULT = "ingressclass.kubernetes.io/is-default-class"


@path_rule(
    "kubernetes/ingress-class",
    Severity.LOW,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_objects,
)
def ingress_class(repository: Repository, path: str) -> Iterator[Hit]:
    for each in whole_objects(repository, path, "Ingress"):
        if not each.group.endswith(("k8s.io", "extensions")):
            continue
        named = entry(each.node, "spec", "ingressClassName")
        noted = entry(each.node, "metadata", "annotations", _NOTE)
        if named and noted:
            yield Hit(
                f"the API refuses {each}: ingressClassName and the annotation {_NOTE} are both set",
                at=(Place(path, named.key.span), Place(path, noted.key.span)),
                severity=Severity.HIGH,
                confidence=sure(repository, path),
            )
        elif not named and not noted:
            if set_elsewhere(repository, each, "ngressClass", "ingress.class"):
                continue
            if any(
                word(other.node, "metadata", "annotations", _DEFAULT) == "true"
                for other in neighbours(repository, path, "IngressClass")
            ):
                continue
            yield Hit(
                f"{each} does not say which controller serves it",
                at=(Place(path, each.at),),
                action="set ingressClassName of each Ingress",
                confidence=sure(repository, path),
            )
