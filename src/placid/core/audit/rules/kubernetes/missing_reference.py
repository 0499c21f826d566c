"""The ConfigMap, ServiceAccount or claim that a pod names is there.

Why: pods of a ServiceAccount that is not there are never created; without the ConfigMap they do not
start, without the claim they are never scheduled.
Bad: `serviceAccountName: web` where the ServiceAccount is called `shop`
Good: the name of an object that is deployed with it
Known limits: only where the unit (folder or kustomization) has objects of that kind, and nothing
comes in from charts, operators or remote bases. Secrets are often made by hand: not looked for, and
HIGH only beside an object of the kind that nothing asks for, which was then meant.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Scalar
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.pods import all_pods
from placid.core.audit.facts.units import beside, generated, is_closed, named
from placid.core.audit.facts.workloads import sure
from placid.core.audit.model import Repository, fact
from placid.core.audit.rule import Confidence, Hit, Place, Severity, rule
from placid.formats.manifests.object import Object
from placid.formats.manifests.references import Reference, references

_KINDS = ("ConfigMap", "ServiceAccount", "PersistentVolumeClaim")
_FROM_CLUSTER = frozenset({"kube-root-ca.crt", "openshift-service-ca.crt", "default"})


@rule("kubernetes/missing-reference", Severity.HIGH, docs=__doc__ or "")
def missing_reference(repository: Repository) -> Iterator[Hit]:
    for owner, pod in all_pods(repository):
        seen: set[tuple[str, str]] = set()
        for each in references(pod) if owner.whole else ():
            key = (each.kind, each.name.text)
            if each.kind in _KINDS and key not in seen and each.name.text not in _FROM_CLUSTER:
                seen.add(key)
                yield from _judge(repository, owner, each)


def _judge(repository: Repository, owner: Object, each: Reference) -> Iterator[Hit]:
    name = each.name
    if named(repository, (each.kind,), name.text) or _is_made(repository, owner, each.kind, name):
        return
    others = beside(repository, owner, each.kind)
    if (
        not others
        or not is_closed(repository, owner)
        or set_elsewhere(repository, owner, name.text)
    ):
        return
    there = ", ".join(sorted({one.name for one in others})[:5])
    spare = {one.name for one in others} - _asked_for(repository, each.kind)
    yield Hit(
        f"{owner} needs {each.kind} {name.text}, which is not there ({there} is)",
        at=(Place(owner.path, name.span),),
        action=f"name a {each.kind} that exists, or add {name.text}",
        severity=None if spare else Severity.MEDIUM,
        confidence=min(sure(repository, owner.path), Confidence.MEDIUM),
    )


def _asked_for(repository: Repository, kind: str) -> frozenset[str]:
    return _every_name(repository).get(kind, frozenset())


@fact
def _every_name(repository: Repository) -> dict[str, frozenset[str]]:
    """What the pods of the repository refer to, by kind."""
    found: dict[str, set[str]] = {}
    for _, pod in all_pods(repository):
        for each in references(pod):
            found.setdefault(each.kind, set()).add(each.name.text)
    return {kind: frozenset(names) for kind, names in found.items()}


def _is_made(repository: Repository, owner: Object, kind: str, name: Scalar) -> bool:
    """Whether something else makes it: a generator, or a StatefulSet its claims."""
    if kind == "PersistentVolumeClaim":
        return bool(beside(repository, owner, "StatefulSet"))
    return any((one.kind, one.name) == (kind, name.text) for one in generated(repository))
