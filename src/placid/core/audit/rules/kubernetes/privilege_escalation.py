"""A process cannot gain more rights than its container was given.

Why: with `allowPrivilegeEscalation`, a setuid program in the image makes root of any user; it is
on unless it is switched off.
Bad: `securityContext: {allowPrivilegeEscalation: true}`, or nothing (low)
Good: `securityContext: {allowPrivilegeEscalation: false}`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.security import is_privileged, is_windows
from placid.core.audit.facts.workloads import Workload, containers, sure, with_workloads
from placid.core.audit.facts.yamledits import added, replaced
from placid.core.audit.model import Repository
from placid.core.audit.rule import Fix, Hit, Severity, path_rule
from placid.formats.manifests.pods import Container
from placid.formats.manifests.reading import flag, items, mapping, scalar

_KEY = "allowPrivilegeEscalation"


@path_rule(
    "kubernetes/privilege-escalation",
    Severity.MEDIUM,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def privilege_escalation(repository: Repository, path: str) -> Iterator[Hit]:
    for workload, container in containers(repository, path):
        asked = flag(container.node, "securityContext", _KEY)
        if asked is False or is_privileged(container) or is_windows(workload):
            continue
        if set_elsewhere(repository, workload.object, _KEY):
            continue
        at = container.entry("securityContext", _KEY)
        says = "may" if asked else "does not say that it may not"
        yield Hit(
            f"{container.name} of {workload.object} {says} gain rights beyond its own",
            at=(workload.place(at.key.span if at else container.at),),
            fix=_fix(repository, workload, container),
            action=f"set {_KEY}: false",
            severity=None if asked else Severity.LOW,
            confidence=sure(repository, path),
        )


def _fix(repository: Repository, workload: Workload, container: Container) -> Fix | None:
    path = workload.object.path
    text = repository.text(path) or ""
    context = mapping(container.node, "securityContext")
    written = scalar(context, _KEY)
    if any(True for _ in items(context, "capabilities", "add")):
        return None
    if written:
        edit = replaced(path, written, "false")
    elif context is not None and context.entries:
        edit = added(path, text, context, "", f"{_KEY}: false")
    elif container.entry("securityContext") is None:
        edit = added(path, text, container.node, "", "securityContext:", f"  {_KEY}: false")
    else:
        edit = None
    return Fix(f"set {_KEY}: false", (edit,)) if edit else None
