"""The port that a container declares is one that its Dockerfile exposes.

Why: the two are written by different people at different times; when they differ, probes and the
Service go to a port where nobody listens, and the new pods never become ready.
Bad: `EXPOSE 3000` in `services/web/Dockerfile`, `containerPort: 8080` for the image `shop/web`
Good: the same port in both
Known limits: only where the folder of one Dockerfile is called as the image is, and nothing in the
container's variables or arguments names the port.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import Built, dockerfiles
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.pods import Made, all_pods
from placid.core.audit.facts.workloads import sure
from placid.core.audit.model import Repository, fact
from placid.core.audit.rule import Confidence, Hit, Place, Severity, rule
from placid.formats.manifests.object import is_hole
from placid.formats.manifests.pods import Container


@rule("kubernetes/exposed-port", Severity.MEDIUM, docs=__doc__ or "")
def exposed_port(repository: Repository) -> Iterator[Hit]:
    for made in all_pods(repository):
        for container in made[1].containers if made[0].whole else ():
            built = _by_name(repository).get(_name(container.image))
            if built is not None and container.runs:
                yield from _judge(repository, made, container, built)


def _judge(repository: Repository, made: Made, container: Container, built: Built) -> Iterator[Hit]:
    owner = made[0]
    exposed = {port.number for port in built.exposed}
    declared = {port.number for port in container.ports}
    if None in exposed | declared or not exposed or not declared or exposed & declared:
        return
    text = _around(repository, made, container)
    if any(str(number) in text for number in declared):
        return
    if set_elsewhere(repository, owner, "containerPort") or is_hole(container.image):
        return
    numbers = ", ".join(sorted(str(each) for each in exposed))
    first = container.ports[0]
    yield Hit(
        f"{container.name} of {owner} declares port {first.number}, and its Dockerfile exposes"
        f" {numbers}",
        at=(Place(owner.path, first.at), Place(built.path, built.exposed[0].span)),
        action=f"use one port in {built.path} and {owner.path}",
        confidence=min(sure(repository, owner.path), Confidence.MEDIUM),
    )


def _around(repository: Repository, made: Made, container: Container) -> str:
    """What the container is told: its arguments and variables, and what it takes from elsewhere."""
    text = repository.text(made[0].path) or ""
    parts = [container.entry(key) for key in ("args", "command", "env")]
    return " ".join(text[slice(*each.value.span)] for each in parts if each)


@fact
def _by_name(repository: Repository) -> dict[str, Built | None]:
    """Dockerfiles by the name of the folder that they build; None where two have it."""
    found: dict[str, Built | None] = {}
    for each in dockerfiles(repository):
        name = posixpath.basename(posixpath.dirname(each.path))
        if name and not each.example and posixpath.basename(each.path) == "Dockerfile":
            found[name] = None if name in found else each
    return found


def _name(image: str) -> str:
    """The last word of an image's name: "web" of "registry:5000/shop/web:1.2@sha256:..."."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]
