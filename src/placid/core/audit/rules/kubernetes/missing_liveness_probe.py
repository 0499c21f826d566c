"""A container that serves is restarted when it hangs.

Why: the kubelet restarts a process that ends, but not one that is stuck in a deadlock; a liveness
probe tells the two apart. It must ask the process alone, never its database.
Bad: a Deployment whose container has `ports`, and neither a liveness nor a startup probe
Good: `livenessProbe: {httpGet: {path: /livez, port: http}, periodSeconds: 10}`
Known limits: a process that ends when it is stuck needs none; hence low.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import sure, with_workloads, workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule


@path_rule(
    "kubernetes/missing-liveness-probe",
    Severity.LOW,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def missing_liveness_probe(repository: Repository, path: str) -> Iterator[Hit]:
    for workload in workloads(repository, path):
        running = [each for each in workload.pod.containers if each.runs and not each.sidecar]
        probed = any(each.entry("livenessProbe") for each in running)
        if probed or not running or not workload.serves or workload.object.kind == "Service":
            continue
        if set_elsewhere(repository, workload.object, "livenessProbe"):
            continue
        first = next((each for each in running if each.ports), running[0])
        yield Hit(
            f"a hung {first.name or 'container'} of {workload.object} is never restarted",
            at=(workload.place(first.at),),
            action="give containers that serve a livenessProbe that asks the process alone",
            severity=None if first.ports else Severity.NOTE,
            confidence=sure(repository, path),
        )
