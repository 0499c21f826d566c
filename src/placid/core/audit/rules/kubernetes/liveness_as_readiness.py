"""The liveness probe is slower to act than the readiness probe.

Why: readiness takes a pod out of the traffic for a while, liveness kills it. When both ask the
same and liveness gives up as soon, a moment of load restarts every pod at once instead of giving
them time.
Bad: the same `httpGet` for both, both with `periodSeconds: 10, failureThreshold: 3`
Good: `failureThreshold: 6` for liveness, or a path that asks the process alone
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.workloads import containers, sure, with_workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.probes import Probe, plain, probe

_TIGHT = 60


@path_rule(
    "kubernetes/liveness-as-readiness",
    Severity.LOW,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def liveness_as_readiness(repository: Repository, path: str) -> Iterator[Hit]:
    for workload, container in containers(repository, path):
        live, ready = probe(container, "liveness"), probe(container, "readiness")
        if live is None or ready is None or not _same(live, ready):
            continue
        if live.patience <= ready.patience and live.patience < _TIGHT:
            yield Hit(
                f"liveness of {container.name} asks what readiness asks and restarts it after"
                f" {live.patience} s, no later than readiness acts ({ready.patience} s)",
                at=(
                    workload.place(live.at.key.span),
                    workload.place(ready.at.key.span),
                ),
                action="let liveness wait longer than readiness, or ask the process alone",
                confidence=sure(repository, path),
            )


def _same(live: Probe, ready: Probe) -> bool:
    checks = [(each.key.text, plain(each.value)) for each in live.checks]
    return bool(checks) and checks == [(each.key.text, plain(each.value)) for each in ready.checks]
