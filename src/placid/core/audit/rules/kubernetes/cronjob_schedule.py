"""A CronJob has a schedule that the controller can read.

Why: the API refuses the object, so the deploy stops.
Bad: `schedule: "0 25 * * *"`, `schedule: "* * * *"`, `schedule: "0 0 * * 7"`
Good: `schedule: "0 3 * * *"` with `timeZone: Europe/Berlin`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.workloads import sure, whole_objects, with_objects
from placid.core.audit.facts.yamledits import replaced
from placid.core.audit.model import Repository
from placid.core.audit.rule import Fix, Hit, Place, Severity, path_rule
from placid.formats.manifests.object import is_hole
from placid.formats.manifests.reading import scalar
from placid.formats.manifests.schedules import schedule_fault


@path_rule(
    "kubernetes/cronjob-schedule",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_objects,
)
def cronjob_schedule(repository: Repository, path: str) -> Iterator[Hit]:
    for each in whole_objects(repository, path, "CronJob"):
        schedule = scalar(each.node, "spec", "schedule")
        if each.group != "batch" or schedule is None or is_hole(schedule.text):
            continue
        fault = schedule_fault(schedule.text)
        if not fault:
            continue
        fields = schedule.text.split()
        fix = None
        if len(fields) == 5 and fields[4] == "7":
            sunday = " ".join((*fields[:4], "0"))
            edit = None if schedule.block else replaced(path, schedule, f'"{sunday}"')
            fix = Fix("write Sunday as 0", (edit,)) if edit and not schedule_fault(sunday) else None
        yield Hit(
            f'the schedule "{schedule.text[:60]}" of {each} {fault}',
            at=(Place(path, schedule.span),),
            fix=fix,
            confidence=sure(repository, path),
        )
