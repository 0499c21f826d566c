"""A liveness probe bears more than one slow answer.

Why: one garbage collection, one full disk queue or one packet lost, and a healthy pod is killed.
Bad: `livenessProbe: {failureThreshold: 1}`, or three failures one second apart
Good: `periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 2`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.workloads import containers, sure, with_workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.probes import Probe, probe

_SECONDS = 10


@path_rule(
    "kubernetes/hasty-liveness",
    Severity.MEDIUM,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def hasty_liveness(repository: Repository, path: str) -> Iterator[Hit]:
    for workload, container in containers(repository, path):
        live = probe(container, "liveness")
        why = _why(live) if live else ""
        if live and why:
            yield Hit(
                f"{container.name} is restarted {why}",
                at=(workload.place(live.at.key.span),),
                action="let liveness probes fail three times, 10 s apart, before a restart",
                confidence=sure(repository, path),
            )


def _why(live: Probe) -> str:
    if live.failures == 1 and live.period < 60:
        return "after one failed answer (failureThreshold 1)"
    if live.patience < _SECONDS and live.patience > 0:
        return f"after {live.patience} s without an answer"
    return ""
