"""A container cannot change its own image.

Why: who breaks in can put tools into a writable root and stay; and files that are written there
are lost without notice at each restart.
Bad: no `readOnlyRootFilesystem`
Good: `securityContext: {readOnlyRootFilesystem: true}` with an emptyDir for what must be written
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.security import is_windows
from placid.core.audit.facts.workloads import containers, sure, with_workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.reading import flag


@path_rule(
    "kubernetes/writable-root-filesystem",
    Severity.NOTE,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def writable_root_filesystem(repository: Repository, path: str) -> Iterator[Hit]:
    for workload, container in containers(repository, path):
        if flag(container.node, "securityContext", "readOnlyRootFilesystem") is True:
            continue
        if container.init or is_windows(workload):
            continue
        if set_elsewhere(repository, workload.object, "readOnlyRootFilesystem"):
            continue
        yield Hit(
            f"{container.name} of {workload.object} can change its own root file system",
            at=(workload.place(container.at),),
            action="make root file systems read-only",
            confidence=sure(repository, path),
        )
