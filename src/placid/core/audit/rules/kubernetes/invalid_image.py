"""An image has a name that a container runtime can read.

Why: the pod stays in InvalidImageName, and the rollout never ends.
Bad: `image: https://ghcr.io/acme/web:1.0`, `image: acme/Web:1.0`, no `image` at all
Good: `image: ghcr.io/acme/web:1.0`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Scalar, Span
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import image_names, set_elsewhere
from placid.core.audit.facts.workloads import Workload, containers, sure, with_workloads
from placid.core.audit.facts.yamledits import replaced
from placid.core.audit.model import Repository
from placid.core.audit.rule import Fix, Hit, Severity, path_rule
from placid.formats.images import image
from placid.formats.manifests.object import is_hole
from placid.formats.manifests.pods import Container

_BUILT = ("KO://", "<", "PLACEHOLDER", "REPLACE", "CHANGE", "YOUR", "IMAGE")


@path_rule(
    "kubernetes/invalid-image",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def invalid_image(repository: Repository, path: str) -> Iterator[Hit]:
    for workload, container in containers(repository, path):
        pair = container.entry("image")
        if pair is None or not isinstance(pair.value, Scalar) or pair.value.value is None:
            if pair is None and not _may_come(repository, workload, container):
                what = f"{container.name or 'a container'} of {workload.object} has no image"
                yield _hit(repository, workload, what, container.at)
            continue
        name = pair.value.text
        if image(name.strip()) is not None or is_hole(name) or name in image_names(repository):
            continue
        if any(mark in name.upper() for mark in _BUILT):
            continue
        fix = _fixed(workload, pair.value)
        yield _hit(repository, workload, f'"{name[:80]}" is no image', pair.value.span, fix)


def _may_come(repository: Repository, workload: Workload, container: Container) -> bool:
    if workload.object.kind in ("PodTemplate", "DeploymentConfig") or not container.node.entries:
        return True
    return set_elsewhere(repository, workload.object, "image")


def _fixed(workload: Workload, written: Scalar) -> Fix | None:
    _, scheme, rest = written.text.partition("://")
    if not scheme or image(rest) is None:
        return None
    edit = replaced(workload.object.path, written, rest)
    return Fix(f"write {rest}", (edit,)) if edit else None


def _hit(
    repository: Repository, workload: Workload, what: str, span: Span, fix: Fix | None = None
) -> Hit:
    return Hit(
        what,
        at=(workload.place(span),),
        fix=fix,
        confidence=sure(repository, workload.object.path),
    )
