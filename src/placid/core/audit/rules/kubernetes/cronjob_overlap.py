"""A CronJob says whether two of its runs may go on at once.

Why: the default is Allow: when one run takes longer than the time between two, they pile up and
work on the same data.
Bad: no `concurrencyPolicy`
Good: `concurrencyPolicy: Forbid`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Mapping
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import sure, whole_objects, with_objects
from placid.core.audit.facts.yamledits import added
from placid.core.audit.model import Repository
from placid.core.audit.rule import Fix, Hit, Place, Severity, path_rule
from placid.formats.manifests.reading import mapping

_KEY = "concurrencyPolicy"


@path_rule(
    "kubernetes/cronjob-overlap",
    Severity.LOW,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_objects,
)
def cronjob_overlap(repository: Repository, path: str) -> Iterator[Hit]:
    for each in whole_objects(repository, path, "CronJob"):
        spec: Mapping | None = mapping(each.node, "spec")
        if each.group != "batch" or spec is None or spec.get(_KEY):
            continue
        if set_elsewhere(repository, each, _KEY):
            continue
        edit = added(path, repository.text(path) or "", spec, "schedule", f"{_KEY}: Forbid")
        yield Hit(
            f"two runs of {each} may go on at once",
            at=(Place(path, each.at),),
            fix=Fix("forbid overlapping runs", (edit,)) if edit else None,
            action="say whether runs of CronJobs may overlap (concurrencyPolicy)",
            confidence=sure(repository, path),
        )
