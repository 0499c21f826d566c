"""A CronJob says until when a missed run may still start.

Why: without `startingDeadlineSeconds`, after more than 100 missed starts (a long outage, a
suspended job) the controller gives up and never starts the job again. Below 10 s, which is how
often the controller looks, runs are skipped.
Bad: no `startingDeadlineSeconds`, or `startingDeadlineSeconds: 5` (medium)
Good: `startingDeadlineSeconds: 300`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import sure, whole_objects, with_objects
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, path_rule
from placid.formats.manifests.reading import entry, number

_KEY = "startingDeadlineSeconds"
_LEAST = 10


@path_rule(
    "kubernetes/cronjob-start-deadline",
    Severity.LOW,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_objects,
)
def cronjob_start_deadline(repository: Repository, path: str) -> Iterator[Hit]:
    for each in whole_objects(repository, path, "CronJob"):
        at = entry(each.node, "spec", _KEY)
        seconds = number(each.node, "spec", _KEY)
        if each.group != "batch" or (at and (seconds is None or seconds >= _LEAST)):
            continue
        if set_elsewhere(repository, each, _KEY):
            continue
        yield Hit(
            f"{each} skips runs: {_KEY} is {seconds}, the controller looks every 10 s"
            if at
            else f"{each} does not say until when a missed run may start",
            at=(Place(path, at.key.span if at else each.at),),
            action="set startingDeadlineSeconds of CronJobs",
            severity=Severity.MEDIUM if at else None,
            confidence=sure(repository, path),
        )
