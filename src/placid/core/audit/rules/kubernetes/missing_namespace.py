"""The objects of one file are in one namespace.

Why: what has no namespace goes to where the one who applies it happens to be; beside objects that
say theirs, it was forgotten, and they do not find each other.
Bad: a Deployment with `namespace: shop`, and in the same file a Service without
Good: the same `namespace` in both
Known limits: kustomizations, Helm and Argo CD may set it; silent below a kustomization.
Where nothing in the file has one it may be meant: a note, with low confidence.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from placid.core.audit.facts.objects import KUSTOMIZATIONS, may_hold_objects
from placid.core.audit.facts.workloads import sure, whole_objects, with_objects
from placid.core.audit.facts.yamledits import added
from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Fix, Hit, Place, Severity, path_rule
from placid.formats.manifests.object import Object
from placid.formats.manifests.reading import mapping

_NAMESPACED = frozenset(
    {"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod", "Service", "ConfigMap"}
    | {"Secret", "Ingress", "ServiceAccount", "Role", "RoleBinding", "PersistentVolumeClaim"}
    | {"HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy"}
)


@path_rule(
    "kubernetes/missing-namespace",
    Severity.LOW,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_objects,
)
def missing_namespace(repository: Repository, path: str) -> Iterator[Hit]:
    found = list(whole_objects(repository, path, *_NAMESPACED))
    named = sorted({each.namespace for each in found if each.namespace})
    if len(named) > 1 or _is_kustomized(repository, path):
        return
    for each in found:
        if not each.namespace:
            beside = f", beside objects in {named[0][:60]}" if named else ""
            yield Hit(
                f"{each} has no namespace{beside}",
                at=(Place(path, each.at),),
                fix=_fix(repository, each, named[0]) if named else None,
                action="name the namespace of every object in a file, or of none",
                severity=None if named else Severity.NOTE,
                confidence=sure(repository, path) if named else Confidence.LOW,
            )


def _is_kustomized(repository: Repository, path: str) -> bool:
    folder, found = path, "/"
    while found:
        folder, found, _ = folder.rpartition("/")
        if any(repository.has(posixpath.join(folder, name)) for name in KUSTOMIZATIONS):
            return True
    return False


def _fix(repository: Repository, each: Object, namespace: str) -> Fix | None:
    owner = mapping(each.node, "metadata")
    if owner is None or owner.get("namespace"):
        return None
    text = repository.text(each.path) or ""
    edit = added(each.path, text, owner, "name", f"namespace: {namespace}")
    return Fix(f"put it into {namespace}", (edit,)) if edit else None
