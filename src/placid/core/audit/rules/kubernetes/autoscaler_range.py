"""A HorizontalPodAutoscaler has room between its least and its most.

Why: the API refuses `maxReplicas` below `minReplicas`, so the deploy stops; with both the same it
does nothing (low).
Bad: `minReplicas: 5` with `maxReplicas: 3`
Good: `minReplicas: 2` with `maxReplicas: 10`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import sure, whole_objects, with_objects
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, path_rule
from placid.formats.manifests.reading import entry, number


@path_rule(
    "kubernetes/autoscaler-range",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_objects,
)
def autoscaler_range(repository: Repository, path: str) -> Iterator[Hit]:
    for each in whole_objects(repository, path, "HorizontalPodAutoscaler"):
        given = number(each.node, "spec", "minReplicas")
        least, most = 1 if given is None else given, number(each.node, "spec", "maxReplicas")
        at = entry(each.node, "spec", "maxReplicas")
        if at is None or most is None or (most > least):
            continue
        if set_elsewhere(repository, each, "minReplicas", "maxReplicas"):
            continue
        below = most < least or most < 1
        yield Hit(
            f"the API refuses {each}: maxReplicas {most} is below minReplicas {least}"
            if below
            else f"{each} never scales: it has {most} for the least and the most",
            at=(Place(path, at.value.span),),
            severity=None if below else Severity.LOW,
            confidence=sure(repository, path),
        )
