"""A security context does not contradict itself.

Why: the API refuses `privileged` without escalation; and a container that must not be root but is
told to run as user 0 never starts (CreateContainerConfigError).
Bad: `runAsNonRoot: true` with `runAsUser: 0`
Good: `runAsNonRoot: true` with `runAsUser: 10001`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Entry, Scalar
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.security import is_privileged, setting
from placid.core.audit.facts.workloads import Workload, containers, sure, with_workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.pods import Container
from placid.formats.manifests.reading import items


@path_rule(
    "kubernetes/impossible-security-context",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def impossible_security_context(repository: Repository, path: str) -> Iterator[Hit]:
    for workload, container in containers(repository, path):
        for places, why in _wrong(workload, container):
            if set_elsewhere(repository, workload.object, "securityContext", "runAs"):
                continue
            yield Hit(
                f"{container.name} of {workload.object} {why}",
                at=tuple(workload.place(each.key.span) for each in places),
                confidence=sure(repository, path),
            )


def _wrong(workload: Workload, container: Container) -> Iterator[tuple[tuple[Entry, ...], str]]:
    user, rootless = (setting(workload, container, key) for key in ("runAsUser", "runAsNonRoot"))
    if user.at and rootless.at and rootless.value is True and _is_zero(user.value):
        yield (user.at, rootless.at), "must not be root but is told to run as user 0: never starts"
    held = container.entry("securityContext", "allowPrivilegeEscalation")
    escalates = setting(workload, container, "allowPrivilegeEscalation").value
    if held is None or escalates is not False:
        return
    privileged = container.entry("securityContext", "privileged")
    if privileged and is_privileged(container):
        yield (held, privileged), "is privileged without privilege escalation: the API refuses it"
    added = container.entry("securityContext", "capabilities", "add")
    named = items(container.node, "securityContext", "capabilities", "add")
    if added and any(isinstance(each, Scalar) and "SYS_ADMIN" in each.text for each in named):
        yield (held, added), "adds SYS_ADMIN without privilege escalation: the API refuses it"


def _is_zero(value: bool | int | None) -> bool:
    return value == 0 and value is not False
