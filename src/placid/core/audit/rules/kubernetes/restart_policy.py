"""Pods are restarted in a way that their kind allows.

Why: the API refuses the object, so the deploy stops. A Job must say OnFailure or Never, as Always
is the default; whatever runs for ever must say Always, or nothing.
Bad: a Job without `restartPolicy`; a Deployment with `restartPolicy: Never`
Good: `restartPolicy: OnFailure` in a Job
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import sure, with_workloads, workloads
from placid.core.audit.facts.yamledits import replaced
from placid.core.audit.model import Repository
from placid.core.audit.rule import Fix, Hit, Severity, path_rule
from placid.formats.manifests.object import is_hole
from placid.formats.manifests.reading import scalar

_ALWAYS = frozenset(
    {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"}
)


@path_rule(
    "kubernetes/restart-policy",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def restart_policy(repository: Repository, path: str) -> Iterator[Hit]:
    for workload in workloads(repository, path):
        written = scalar(workload.pod.spec, "restartPolicy")
        policy = written.text if written else ""
        why = "" if is_hole(policy) else _wrong(workload.object.kind, policy)
        if not why or set_elsewhere(repository, workload.object, "restartPolicy"):
            continue
        edit = None
        if written and workload.object.kind in _ALWAYS:
            edit = replaced(path, written, "Always")
        yield Hit(
            f"the API refuses {workload.object}: {why}",
            at=(workload.place(written.span if written else None),),
            fix=Fix("restart always", (edit,)) if edit else None,
            confidence=sure(repository, path),
        )


def _wrong(kind: str, policy: str) -> str:
    if kind in ("Job", "CronJob") and policy in ("", "Always"):
        return "restartPolicy must be OnFailure or Never" + (f", not {policy}" if policy else "")
    if kind in _ALWAYS and policy not in ("", "Always"):
        return f"restartPolicy must be Always, not {policy[:20]}"
    return ""
