"""A container drops the capabilities that it does not use.

Why: every container starts with about fourteen, among them to forge packets (NET_RAW) and to pass
by file permissions (DAC_OVERRIDE). Few programs need one.
Bad: no `capabilities.drop`
Good: `securityContext: {capabilities: {drop: [ALL]}}`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Scalar
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.security import is_privileged, is_windows
from placid.core.audit.facts.workloads import containers, sure, with_workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.reading import items


@path_rule(
    "kubernetes/kept-capabilities",
    Severity.NOTE,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def kept_capabilities(repository: Repository, path: str) -> Iterator[Hit]:
    for workload, container in containers(repository, path):
        dropped = items(container.node, "securityContext", "capabilities", "drop")
        names = {each.text.upper() for each in dropped if isinstance(each, Scalar)}
        if "ALL" in names or is_privileged(container) or is_windows(workload):
            continue
        if not set_elsewhere(repository, workload.object, "capabilities"):
            yield Hit(
                f"{container.name} of {workload.object} keeps capabilities that it may not need",
                at=(workload.place(container.at),),
                action="drop all capabilities, add back what is used",
                confidence=sure(repository, path),
            )
