"""Objects are written for API versions that clusters still have.

Why: a cluster that has removed the version refuses the object, so the deploy stops; it is noticed
on the day of the cluster's upgrade.
Bad: `apiVersion: extensions/v1beta1` with `kind: Deployment` (removed in Kubernetes 1.16)
Good: `apiVersion: apps/v1`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects, objects
from placid.core.audit.facts.workloads import sure
from placid.core.audit.facts.yamledits import replaced
from placid.core.audit.model import Repository
from placid.core.audit.rule import Fix, Hit, Place, Severity, path_rule
from placid.formats.manifests.object import Form, Object
from placid.formats.manifests.reading import mapping, scalar, value
from placid.formats.manifests.versions import Removal, removal

_PODS = frozenset({"Deployment", "DaemonSet", "ReplicaSet", "StatefulSet"})


@path_rule("kubernetes/removed-api", Severity.HIGH, docs=__doc__ or "", reads=may_hold_objects)
def removed_api(repository: Repository, path: str) -> Iterator[Hit]:
    for each in objects(repository, path):
        gone = removal(each.api_version, each.kind)
        version = scalar(each.node, "apiVersion")
        if gone is None or version is None or each.form is Form.TEMPLATED:
            continue
        edit = replaced(path, version, gone.instead) if _is_enough(each, gone) else None
        instead = f"; write {gone.instead}" if gone.instead else "; there is nothing in its place"
        yield Hit(
            f"{each.api_version} {each.kind} was removed in Kubernetes 1.{gone.removed}{instead}",
            at=(Place(path, version.span),),
            fix=Fix(f"write {gone.instead}", (edit,), safe=gone.same) if edit else None,
            action="write objects for API versions that clusters still have",
            confidence=sure(repository, path),
        )


def _is_enough(each: Object, gone: Removal) -> bool:
    """Whether the new version takes the object as it is written."""
    if gone.same:
        return True
    selector = value(each.node, "spec", "selector")
    template = mapping(each.node, "spec", "template", "metadata", "labels")
    return each.kind in _PODS and selector is not None and template is not None
