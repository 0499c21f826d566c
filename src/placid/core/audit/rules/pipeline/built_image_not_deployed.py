"""The image that a workflow pushes is the one that the manifests run.

Why: when the registry or the owner in one of both is another, each deploy runs an image that nobody
builds any more, and no check is red.

Bad: a workflow pushes `ghcr.io/acme/shop`, and the Deployment runs `acme/shop` of Docker Hub

Good: `ghcr.io/acme/shop` in both

Known limits: only names that are written out are compared, and only those that end alike.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import is_example
from placid.core.audit.facts.pushed_images import pushed_images
from placid.core.audit.facts.workloads import containers
from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Hit, Place, Severity, Unknown, rule
from placid.formats.images import image
from placid.formats.manifests.reading import scalar


@rule("pipeline/built-image-not-deployed", Severity.MEDIUM, docs=__doc__ or "")
def built_image_not_deployed(repository: Repository) -> Iterator[Hit | Unknown]:
    """Compare what is pushed with what runs, by the last part of the name."""
    pushed = {each.name: each.at for each in pushed_images(repository)}
    if not pushed or not repository.whole:
        return
    run = _run(repository, {name.rpartition("/")[2] for name in pushed})
    for name, at in pushed.items():
        last = name.rpartition("/")[2]
        alike = {other: place for other, place in run.items() if other.rpartition("/")[2] == last}
        if not alike or any(other in pushed for other in alike) or _is_named(repository, name):
            continue
        other = min(alike)
        yield Hit(
            f"the workflow pushes {name}, but what runs is {other}, which no workflow builds",
            (at, alike[other]),
            action="run the images that the workflows push",
            confidence=Confidence.MEDIUM,
        )


def _is_named(repository: Repository, name: str) -> bool:
    """Whether any other file names the image: a kustomization, values of a chart, a script."""
    written = name.removeprefix("docker.io/").removeprefix("library/")
    return any(
        written in (repository.text(path) or "")
        for path in repository.paths
        if path.endswith((".yaml", ".yml", ".json", ".sh", ".tf", ".env", "akefile"))
        and not path.startswith(".github/workflows/")
    )


def _run(repository: Repository, wanted: set[str]) -> dict[str, Place]:
    """The images of manifests that end in one of these names."""
    found: dict[str, Place] = {}
    for path in repository.paths:
        if not path.endswith((".yaml", ".yml")) or is_example(path):
            continue
        text = repository.text(path) or ""
        if "image:" not in text or not any(name in text for name in wanted):
            continue
        for workload, container in containers(repository, path):
            given = scalar(container.node, "image")
            read = image(given.text) if given is not None else None
            if given is not None and read is not None and "$" not in given.text:
                found.setdefault(f"{read.registry}/{read.path}", workload.place(given.span))
    return found
