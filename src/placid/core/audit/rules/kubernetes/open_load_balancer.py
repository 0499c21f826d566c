"""A Service for the whole internet is meant to be one.

Why: `type: LoadBalancer` gives it a public address in most clouds, past the Ingress with its TLS
and its rules.
Bad: `type: LoadBalancer` with neither `loadBalancerSourceRanges` nor an internal annotation
Good: `type: ClusterIP` behind an Ingress
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import sure, whole_objects, with_objects
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, path_rule
from placid.formats.manifests.reading import items, scalar, words

_MEANT = re.compile(r"internal|scheme|tailscale|metallb|private|loxilb|kube-vip|external-dns", re.I)


@path_rule(
    "kubernetes/open-load-balancer",
    Severity.NOTE,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_objects,
)
def open_load_balancer(repository: Repository, path: str) -> Iterator[Hit]:
    for each in whole_objects(repository, path, "Service"):
        kind = scalar(each.node, "spec", "type")
        if each.api_version != "v1" or kind is None or kind.text != "LoadBalancer":
            continue
        notes = words(each.node, "metadata", "annotations")
        ranges = items(each.node, "spec", "loadBalancerSourceRanges")
        if ranges or any(_MEANT.search(f"{key} {text[:100]}") for key, text in notes.items()):
            continue
        if scalar(each.node, "spec", "loadBalancerClass"):
            continue
        if not set_elsewhere(repository, each, "type", "loadBalancer"):
            yield Hit(
                f"{each} is open to the whole internet in most clouds",
                at=(Place(path, kind.span),),
                action="say from where load balancers may be reached",
                confidence=sure(repository, path),
            )
