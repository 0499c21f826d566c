"""An image is named by a tag that stays, or by its digest.

Why: without a tag, or with `latest`, what runs depends on when a node pulled: two pods of one
Deployment differ, and going back to the previous manifest brings back the same new image.
Bad: `image: nginx`, `image: ghcr.io/acme/web:latest`
Good: `image: ghcr.io/acme/web:1.4.2`, or `...@sha256:...`
Known limits: an image that a kustomization or skaffold gives its tag is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import image_names, set_elsewhere
from placid.core.audit.facts.workloads import containers, sure, with_workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, path_rule
from placid.formats.images import image
from placid.formats.manifests.object import is_hole
from placid.formats.manifests.pods import Container

_BUILDERS = (
    "skaffold.yaml",
    "skaffold.yml",
    "Tiltfile",
    "devspace.yaml",
    "werf.yaml",
    "okteto.yml",
)


@path_rule(
    "kubernetes/floating-image",
    Severity.MEDIUM,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def floating_image(repository: Repository, path: str) -> Iterator[Hit]:
    for workload, container in containers(repository, path):
        found = image(container.image)
        pair = container.entry("image")
        if pair is None or found is None or not found.floating or is_hole(container.image):
            continue
        if found.name in image_names(repository) or _is_built(repository, container):
            continue
        if set_elsewhere(repository, workload.object, "image"):
            continue
        why = "has no tag" if not found.tag else "moves"
        yield Hit(
            f"{container.image} {why}: what runs depends on when it was pulled",
            at=(Place(path, pair.value.span),),
            action="name images by version or digest",
            confidence=sure(repository, path),
        )


def _is_built(repository: Repository, container: Container) -> bool:
    """Whether a development tool writes the tag of this very image."""
    name = container.image.removesuffix(":latest")
    return any(name in (repository.text(each) or "") for each in _BUILDERS if repository.has(each))
