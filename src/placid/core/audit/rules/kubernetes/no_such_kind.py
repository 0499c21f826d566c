"""An object says which kind it is, in a version of the API that has this kind.

Why: kubectl refuses what has no kind or version, or one that the API does not have, so the deploy
stops, sometimes after half of the objects have been applied.
Bad: `apiVersion: v1` with `kind: Deployment`; a Service without `apiVersion`
Good: `apiVersion: apps/v1` with `kind: Deployment`
Known limits: kinds of custom resources are not known, and removed versions are another rule.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from placid.base.yamltext import Mapping
from placid.core.audit.facts.definitions import schemas
from placid.core.audit.facts.objects import KUSTOMIZATIONS, in_chart, is_patch, may_hold_objects
from placid.core.audit.facts.workloads import sure
from placid.core.audit.facts.yamlfiles import documents
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, path_rule
from placid.formats.manifests.object import is_hole
from placid.formats.manifests.reading import mapping, word
from placid.formats.manifests.schemas import Schemas


@path_rule("kubernetes/no-such-kind", Severity.HIGH, docs=__doc__ or "", reads=may_hold_objects)
def no_such_kind(repository: Repository, path: str) -> Iterator[Hit]:
    text = repository.text(path) or ""
    known = schemas(repository) if "metadata" in text and _may_be_meant(text) else None
    if known is None or posixpath.basename(path) in KUSTOMIZATIONS:
        return
    if in_chart(repository, path) or is_patch(repository, path):
        return
    for document in documents(repository, path):
        root = document.root
        said = _judge(known, root) if isinstance(root, Mapping) else ""
        if said and isinstance(root, Mapping):
            at = root.get("kind") or root.get("apiVersion") or root.entries[0]
            yield Hit(
                said,
                at=(Place(path, at.value.span),),
                action=f"give every object in {path} its apiVersion and kind",
                confidence=sure(repository, path),
            )


def _may_be_meant(text: str) -> bool:
    return "apiVersion" in text or "kind" in text


def _judge(known: Schemas, root: Mapping) -> str:
    version, kind = word(root, "apiVersion"), word(root, "kind")
    if mapping(root, "metadata") is None or is_hole(version + kind):
        return ""
    name = word(root, "metadata", "name")
    if version and kind:
        return known.no_such(version, kind)
    if version in known.groups and root.get("kind") is None:
        return f"the object {name} of {version} has no kind"
    body = root.get("spec") or root.get("data")
    if kind in known.kinds and root.get("apiVersion") is None and body:
        return f"{kind} {name} has no apiVersion"
    return ""
