"""A pod has time to finish what it is doing when it is stopped.

Why: with `terminationGracePeriodSeconds: 0` it is killed at once: requests are cut off, and the
node is not asked whether it is gone, so that a StatefulSet may run the same pod twice. A `preStop`
that sleeps longer than the grace period leaves no time either.
Bad: `terminationGracePeriodSeconds: 0`; `preStop` with `sleep 60` and the default of 30 s
Good: `terminationGracePeriodSeconds: 60` with `preStop: {sleep: {seconds: 10}}`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.base.yamltext import Mapping, Scalar
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import Workload, sure, with_workloads, workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.reading import entry, items, mapping, number

_KEY = "terminationGracePeriodSeconds"
_DEFAULT = 30
_SLEEP = re.compile(r"(?:^|[\s/;&])sleep (?P<seconds>[0-9]{1,6})s?(?:$|[\s;&])")


@path_rule(
    "kubernetes/no-grace-period",
    Severity.MEDIUM,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def no_grace_period(repository: Repository, path: str) -> Iterator[Hit]:
    for workload in workloads(repository, path):
        given = number(workload.pod.spec, _KEY)
        at = workload.pod.entry(_KEY)
        if not workload.serves or set_elsewhere(repository, workload.object, _KEY):
            continue
        if at and given == 0:
            yield Hit(
                f"{workload.object} is killed at once when it is stopped",
                at=(workload.place(at.key.span),),
                action="give pods time to finish (terminationGracePeriodSeconds)",
                confidence=sure(repository, path),
            )
        elif workload.object.kind != "Service":
            yield from _overslept(repository, workload, _DEFAULT if given is None else given)


def _overslept(repository: Repository, workload: Workload, grace: int) -> Iterator[Hit]:
    for container in workload.pod.containers:
        hook = mapping(container.node, "lifecycle", "preStop")
        at = entry(container.node, "lifecycle", "preStop")
        slept = _slept(hook) if hook else 0
        if at and slept >= grace:
            yield Hit(
                f"{container.name} sleeps {slept} s before it stops, but is killed after {grace} s",
                at=(workload.place(at.key.span),),
                action="let the grace period be longer than preStop",
                confidence=sure(repository, workload.object.path),
            )


def _slept(hook: Mapping) -> int:
    words = [each.text for each in items(hook, "exec", "command") if isinstance(each, Scalar)]
    found = _SLEEP.search(" ".join(words))
    return number(hook, "sleep", "seconds") or (int(found["seconds"]) if found else 0)
