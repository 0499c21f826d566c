"""Objects do without what Kubernetes still takes but has asked everyone to leave.

Why: what is deprecated is served for some releases and then gone; until then it is easy to change,
on the day of the cluster's upgrade it stops a deploy.
Bad: `serviceAccount: shop`, `nodeSelector: {beta.kubernetes.io/os: linux}`, `kind: Endpoints`
Good: `serviceAccountName: shop`, `kubernetes.io/os: linux`, `kind: EndpointSlice`
Known limits: what is gone already is `kubernetes/removed-api`; custom resources are not judged.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Entry
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.workloads import Workload, sure, whole_objects, with_objects, workloads
from placid.core.audit.facts.yamledits import replaced
from placid.core.audit.model import Repository
from placid.core.audit.rule import Fix, Hit, Place, Severity, path_rule
from placid.formats.manifests.object import Object
from placid.formats.manifests.reading import entry, mapping, mappings, scalar
from placid.formats.manifests.versions import deprecation

_ACTION = "leave what Kubernetes has deprecated"
_LABELS = {
    "beta.kubernetes.io/os": ("kubernetes.io/os", 14),
    "beta.kubernetes.io/arch": ("kubernetes.io/arch", 14),
    "beta.kubernetes.io/instance-type": ("node.kubernetes.io/instance-type", 17),
    "failure-domain.beta.kubernetes.io/zone": ("topology.kubernetes.io/zone", 17),
    "failure-domain.beta.kubernetes.io/region": ("topology.kubernetes.io/region", 17),
}


@path_rule(
    "kubernetes/deprecated-api",
    Severity.LOW,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_objects,
)
def deprecated_api(repository: Repository, path: str) -> Iterator[Hit]:
    for each in whole_objects(repository, path):
        yield from _version(repository, each)
    for workload in workloads(repository, path):
        yield from _account(repository, workload)
        yield from _volumes(repository, workload)
        yield from _labels(repository, workload)


def _version(repository: Repository, each: Object) -> Iterator[Hit]:
    known = deprecation(each.api_version, each.kind)
    version = scalar(each.node, "apiVersion")
    if known is None or version is None:
        return
    edit = replaced(each.path, version, known.instead) if known.same else None
    yield Hit(
        f"{each.api_version} {each.kind} is deprecated since Kubernetes 1.{known.since}"
        + (f"; write {known.better}" if known.better else ""),
        at=(Place(each.path, version.span),),
        fix=Fix(f"write {known.instead}", (edit,)) if edit else None,
        action=_ACTION,
        confidence=sure(repository, each.path),
    )


def _account(repository: Repository, workload: Workload) -> Iterator[Hit]:
    old = entry(workload.pod.spec, "serviceAccount")
    if old is None or old.merged or entry(workload.pod.spec, "serviceAccountName"):
        return
    yield _renamed(repository, workload, old, "serviceAccountName", "", True)


def _volumes(repository: Repository, workload: Workload) -> Iterator[Hit]:
    for volume in mappings(workload.pod.spec, "volumes"):
        old = entry(volume, "gitRepo")
        if old is not None:
            yield Hit(
                "volumes of type gitRepo are off by default since Kubernetes 1.33; clone in an "
                "init container into an emptyDir",
                at=(workload.place(old.key.span),),
                action=_ACTION,
                confidence=sure(repository, workload.object.path),
            )


def _labels(repository: Repository, workload: Workload) -> Iterator[Hit]:
    wanted = mapping(workload.pod.spec, "nodeSelector")
    for old in wanted.entries if wanted is not None else ():
        new, since = _LABELS.get(old.key.text, ("", 0))
        if new and not old.merged:
            yield _renamed(repository, workload, old, new, f" since Kubernetes 1.{since}", False)


def _renamed(
    repository: Repository, workload: Workload, old: Entry, new: str, since: str, safe: bool
) -> Hit:
    edit = replaced(workload.object.path, old.key, new) if old.key.plain else None
    return Hit(
        f"{old.key.text} is deprecated{since}; write {new}",
        at=(workload.place(old.key.span),),
        fix=Fix(f"write {new}", (edit,), safe=safe) if edit else None,
        action=_ACTION,
        confidence=sure(repository, workload.object.path),
    )
