"""A role names what it may do.

Why: `*` for verbs and resources is all rights, and takes in what is installed later. Who gets a
token with that role has the namespace, or the cluster.
Bad: `rules: [{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}]`
Good: `rules: [{apiGroups: [""], resources: [configmaps], verbs: [get, watch]}]`
Known limits: `*` for one of the two is low.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Mapping, Scalar
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.workloads import sure, whole_objects, with_objects
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, path_rule
from placid.formats.manifests.reading import entry, items, mappings


@path_rule(
    "kubernetes/wildcard-role",
    Severity.MEDIUM,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_objects,
)
def wildcard_role(repository: Repository, path: str) -> Iterator[Hit]:
    for each in whole_objects(repository, path, "Role", "ClusterRole"):
        for one in mappings(each.node, "rules"):
            starred = [key for key in ("verbs", "resources") if _has_star(one, key)]
            at = entry(one, starred[0]) if starred else None
            if at is None:
                continue
            everything = len(starred) == 2
            yield Hit(
                f"{each} may do everything with everything"
                if everything
                else f"{each} has * for {starred[0]}",
                at=(Place(path, at.key.span),),
                action="let roles name what they may do",
                severity=None if everything else Severity.LOW,
                confidence=sure(repository, path),
            )


def _has_star(one: Mapping, key: str) -> bool:
    return any(isinstance(each, Scalar) and each.text == "*" for each in items(one, key))
