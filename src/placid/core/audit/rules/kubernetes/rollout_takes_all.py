"""A rollout leaves pods to serve while it goes on.

Why: with `maxUnavailable` at 100 %, or at the number of replicas, all old pods may be stopped
before one new pod is ready: an outage at each deploy.
Bad: `rollingUpdate: {maxUnavailable: 100%}`, `replicas: 2` with `maxUnavailable: 2`
Good: `rollingUpdate: {maxSurge: 1, maxUnavailable: 0}`
Known limits: a DaemonSet's node agents often may all be replaced at once; only Deployments count.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import sure, whole_objects, with_objects
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, path_rule
from placid.formats.manifests.object import Object
from placid.formats.manifests.reading import number, scalar


@path_rule(
    "kubernetes/rollout-takes-all",
    Severity.MEDIUM,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_objects,
)
def rollout_takes_all(repository: Repository, path: str) -> Iterator[Hit]:
    for each in whole_objects(repository, path, "Deployment"):
        most = scalar(each.node, "spec", "strategy", "rollingUpdate", "maxUnavailable")
        if most is None or not _is_all(each, most.text):
            continue
        if set_elsewhere(repository, each, "maxUnavailable", "replicas"):
            continue
        yield Hit(
            f"a rollout of {each} may stop all its pods at once (maxUnavailable {most.text})",
            at=(Place(path, most.span),),
            action="keep maxUnavailable below the number of replicas",
            confidence=sure(repository, path),
        )


def _is_all(each: Object, most: str) -> bool:
    replicas = number(each.node, "spec", "replicas")
    if most == "100%":
        return True
    return most.isdigit() and replicas is not None and 1 < replicas <= int(most)
