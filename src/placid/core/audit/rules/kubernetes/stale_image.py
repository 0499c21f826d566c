"""An image whose tag moves is pulled each time; one whose tag stays need not be there already.

Why: with `IfNotPresent` and `latest` every node keeps what it pulled first, so a restart on
another node is another version. With `Never`, a new node cannot start the pod at all.
Bad: `image: web:latest` with `imagePullPolicy: IfNotPresent`; `imagePullPolicy: Never`
Good: `image: web:1.4.2` with `imagePullPolicy: IfNotPresent`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import image_names, set_elsewhere
from placid.core.audit.facts.workloads import containers, sure, with_workloads
from placid.core.audit.facts.yamledits import replaced
from placid.core.audit.model import Repository
from placid.core.audit.rule import Fix, Hit, Severity, path_rule
from placid.formats.images import image
from placid.formats.manifests.object import is_hole
from placid.formats.manifests.reading import scalar


@path_rule(
    "kubernetes/stale-image",
    Severity.LOW,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def stale_image(repository: Repository, path: str) -> Iterator[Hit]:
    for workload, container in containers(repository, path):
        policy = scalar(container.node, "imagePullPolicy")
        found = image(container.image)
        if policy is None or found is None or is_hole(container.image):
            continue
        floats = found.floating and found.name not in image_names(repository)
        if policy.text not in ("Never", "IfNotPresent") or (policy.text != "Never" and not floats):
            continue
        if set_elsewhere(repository, workload.object, "imagePullPolicy", "image:"):
            continue
        edit = replaced(path, policy, "Always")
        never = policy.text == "Never"
        yield Hit(
            f"{container.image} is never pulled: a node that does not have it cannot start"
            f" {container.name}"
            if never
            else f"{container.image} moves, but nodes keep the one that they have",
            at=(workload.place(policy.span),),
            fix=Fix("pull it always", (edit,)) if edit and not never else None,
            action="pull what can change, and let nodes pull what they miss",
            confidence=sure(repository, path),
        )
