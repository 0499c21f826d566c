"""A pod limits its system calls to the runtime's default profile.

Why: without a profile every system call of the kernel can be tried, also those that only exploits
use. The profile is off unless it is asked for.
Bad: no `seccompProfile`, or `type: Unconfined`
Good: `securityContext: {seccompProfile: {type: RuntimeDefault}}`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Entry
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.security import is_privileged, is_windows
from placid.core.audit.facts.workloads import Workload, sure, with_workloads, workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.reading import entry, word

_ROUTE = ("securityContext", "seccompProfile", "type")


@path_rule(
    "kubernetes/missing-seccomp-profile",
    Severity.NOTE,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def missing_seccomp_profile(repository: Repository, path: str) -> Iterator[Hit]:
    for workload in workloads(repository, path):
        open_ = _unconfined(workload)
        if (open_ is None and _is_set(workload)) or is_windows(workload):
            continue
        if set_elsewhere(repository, workload.object, "seccomp"):
            continue
        yield Hit(
            f"{workload.object} may use every system call",
            at=(workload.place(open_.key.span if open_ else None),),
            action="set seccompProfile: {type: RuntimeDefault}",
            severity=Severity.MEDIUM if open_ else None,
            confidence=sure(repository, path),
        )


def _unconfined(workload: Workload) -> Entry | None:
    for node in (workload.pod.spec, *(each.node for each in workload.pod.containers)):
        if word(node, *_ROUTE) == "Unconfined":
            return entry(node, *_ROUTE)
    return None


def _is_set(workload: Workload) -> bool:
    each_own = [bool(word(each.node, *_ROUTE)) for each in workload.pod.containers]
    exempt = [is_privileged(each) for each in workload.pod.containers]
    pairs = zip(each_own, exempt, strict=True)
    return bool(workload.pod.word(*_ROUTE)) or all(own or free for own, free in pairs)
