"""A pod that does not talk to the Kubernetes API carries no token for it.

Why: the token of the default service account is in every pod unless it is switched off; who gets
into the pod has it, with all rights that someone once gave to "default".
Bad: no `serviceAccountName`, and no `automountServiceAccountToken: false`
Good: `automountServiceAccountToken: false`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import Workload, neighbours, sure, with_workloads, workloads
from placid.core.audit.facts.yamledits import added
from placid.core.audit.model import Repository
from placid.core.audit.rule import Fix, Hit, Severity, path_rule
from placid.formats.manifests.reading import flag

_KEY = "automountServiceAccountToken"


@path_rule(
    "kubernetes/default-service-account",
    Severity.NOTE,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def default_service_account(repository: Repository, path: str) -> Iterator[Hit]:
    for workload in workloads(repository, path):
        if _account(workload) != "default" or workload.pod.entry(_KEY) is not None:
            continue
        if set_elsewhere(repository, workload.object, "erviceAccount"):
            continue
        if any(
            each.name == "default" and flag(each.node, _KEY) is False
            for each in neighbours(repository, path, "ServiceAccount")
        ):
            continue
        text = repository.text(path) or ""
        edit = added(path, text, workload.pod.spec, "", f"{_KEY}: false")
        yield Hit(
            f"{workload.object} carries the token of the default service account",
            at=(workload.place(),),
            fix=Fix("carry no token", (edit,)) if edit else None,
            action=f"set {_KEY}: false where the Kubernetes API is not used",
            confidence=sure(repository, path),
        )


def _account(workload: Workload) -> str:
    pod = workload.pod
    return pod.word("serviceAccountName") or pod.word("serviceAccount") or "default"
