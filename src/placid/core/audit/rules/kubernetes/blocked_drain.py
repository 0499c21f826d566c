"""A PodDisruptionBudget lets nodes be drained.

Why: with no pod that may be disrupted, `kubectl drain` waits for ever and cluster upgrades stop,
or break the budget by force.
Bad: `maxUnavailable: 0`, `minAvailable: 100%`
Good: `maxUnavailable: 1`
Known limits: both fields at once are refused by the API (HIGH).
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import sure, whole_objects, with_objects
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, path_rule
from placid.formats.manifests.reading import entry, scalar

_BLOCKS = {"maxUnavailable": ("0", "0%"), "minAvailable": ("100%",)}


@path_rule(
    "kubernetes/blocked-drain",
    Severity.MEDIUM,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_objects,
)
def blocked_drain(repository: Repository, path: str) -> Iterator[Hit]:
    for each in whole_objects(repository, path, "PodDisruptionBudget"):
        if set_elsewhere(repository, each, *_BLOCKS):
            continue
        pairs = [entry(each.node, "spec", key) for key in _BLOCKS]
        given = [pair for pair in pairs if pair is not None]
        if len(given) == 2:
            yield Hit(
                f"the API refuses {each}: minAvailable and maxUnavailable are both set",
                at=tuple(Place(path, pair.key.span) for pair in given),
                severity=Severity.HIGH,
                confidence=sure(repository, path),
            )
            continue
        for key, blocks in _BLOCKS.items():
            bound = scalar(each.node, "spec", key)
            if bound and bound.text in blocks:
                yield Hit(
                    f"{each} lets no node be drained ({key}: {bound.text})",
                    at=(Place(path, bound.span),),
                    action="let disruption budgets give up one pod at a time",
                    confidence=sure(repository, path),
                )
