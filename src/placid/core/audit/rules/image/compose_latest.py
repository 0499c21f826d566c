"""A compose service runs an image of a version.

Why: no tag means latest; the next `docker compose pull` brings another program, also to the host
that had to stay as it is.
Bad: `image: postgres`
Good: `image: postgres:17.2`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.compose import compose
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule
from placid.formats.compose import filled
from placid.formats.images import image


@rule("image/compose-latest", Severity.LOW, docs=__doc__ or "")
def compose_latest(repository: Repository) -> Iterator[Hit | Unknown]:
    for project in compose(repository):
        for service in project.services if not project.example else ():
            if service.image is None or any(each.build for each in project.all_of(service.name)):
                continue
            known = image(filled(service.image.text) or "")
            if known is None or not known.floating or _is_built(repository, known.name):
                continue
            how = "has no tag" if not known.tag else "is tagged latest"
            yield Hit(
                f"the image {known.name} of {service.name} {how}: it changes by itself",
                at=(Place(project.path, service.image.span),),
                action="give the images of compose services the tag of a version",
            )


def _is_built(repository: Repository, name: str) -> bool:
    """Whether a service of some compose file builds the image of that name."""
    return any(
        service.build is not None
        and service.image is not None
        and service.image.text.partition(":")[0] == name
        for project in compose(repository)
        for service in project.services
    )
