"""Nothing that runs in the cluster is its administrator.

Why: a token with `cluster-admin` reads every secret and changes every object. Given to a group that
everyone is in, the cluster is open: HIGH for anonymous and all authenticated users, and for default
service accounts.
Bad: a ClusterRoleBinding of `cluster-admin` to a service account
Good: a Role with the rights that are used
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Mapping
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.workloads import sure, whole_objects, with_objects
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, path_rule
from placid.formats.manifests.reading import mappings, scalar, word

_EVERYONE = frozenset(
    {"system:anonymous", "system:unauthenticated", "system:authenticated", "system:serviceaccounts"}
)


@path_rule(
    "kubernetes/cluster-admin",
    Severity.MEDIUM,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_objects,
)
def cluster_admin(repository: Repository, path: str) -> Iterator[Hit]:
    for each in whole_objects(repository, path, "ClusterRoleBinding", "RoleBinding"):
        role = scalar(each.node, "roleRef", "name")
        if role is None or role.text != "cluster-admin":
            continue
        for subject in mappings(each.node, "subjects"):
            if not _is_program(subject):
                continue
            name = word(subject, "name")
            yield Hit(
                f"{each} makes {name[:80]} an administrator"
                + (" of the cluster" if each.kind == "ClusterRoleBinding" else ""),
                at=(Place(path, role.span),),
                action="give programs the rights that they use, not cluster-admin",
                severity=Severity.HIGH if _is_anyone(subject) else None,
                confidence=sure(repository, path),
            )


def _is_program(subject: Mapping) -> bool:
    return word(subject, "kind") == "ServiceAccount" or _is_anyone(subject)


def _is_anyone(subject: Mapping) -> bool:
    name = word(subject, "name")
    if word(subject, "kind") == "ServiceAccount":
        return name == "default"
    return name in _EVERYONE
