"""An Ingress serves over TLS.

Why: everything, passwords and cookies too, goes over the network in the clear.
Bad: an Ingress with hosts and without `tls`
Good: `tls: [{hosts: [shop.example.org], secretName: shop-tls}]`
Known limits: TLS that ends elsewhere is not seen here, unless an annotation tells of a certificate;
hence low. Local hosts are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import sure, whole_objects, with_objects
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, path_rule
from placid.formats.manifests.object import Object
from placid.formats.manifests.reading import items, mappings, word, words

_ELSEWHERE = re.compile(r"cert|ssl|tls|https|cloudflare|tailscale|internal", re.IGNORECASE)
_LOCAL = re.compile(
    r"(^|\.)(local|localhost|localdev|test|internal|lan|nip\.io|sslip\.io|svc)$|^[0-9.]+$"
)


@path_rule(
    "kubernetes/ingress-tls",
    Severity.LOW,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_objects,
)
def ingress_tls(repository: Repository, path: str) -> Iterator[Hit]:
    for each in whole_objects(repository, path, "Ingress"):
        if not each.group.endswith(("k8s.io", "extensions")) or items(each.node, "spec", "tls"):
            continue
        if _ends_elsewhere(each) or set_elsewhere(repository, each, "tls"):
            continue
        yield Hit(
            f"{each} serves without TLS",
            at=(Place(path, each.at),),
            action="serve each Ingress over TLS",
            confidence=sure(repository, path),
        )


def _ends_elsewhere(each: Object) -> bool:
    notes = words(each.node, "metadata", "annotations")
    if any(_ELSEWHERE.search(f"{key} {text[:200]}") for key, text in notes.items()):
        return True
    if _ELSEWHERE.search(word(each.node, "spec", "ingressClassName")):
        return True
    hosts = [word(rule, "host") for rule in mappings(each.node, "spec", "rules")]
    named = [host for host in hosts if host]
    return bool(named) and all(_LOCAL.search(host) for host in named)
