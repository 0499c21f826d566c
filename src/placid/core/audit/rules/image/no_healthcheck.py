"""Something asks a service whether it is well.

Why: a process that hangs still runs; without a check nobody takes it out of traffic or starts it
anew.
Bad: an image with EXPOSE, and no HEALTHCHECK, probe or `health` anywhere
Good: `HEALTHCHECK CMD wget -q -O /dev/null http://localhost:8000/health`, or a probe
Known limits: silent where the repository has Kubernetes manifests, charts, or a placid.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.core.audit.facts.compose import services_by_dockerfile
from placid.core.audit.facts.dockerfiles import Built, dockerfiles
from placid.core.audit.facts.objects import every_object
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule

_ELSEWHERE = re.compile(
    r"(^|/)(placid\.ya?ml|Chart\.yaml|fly\.toml|app\.ya?ml|render\.yaml|railway\.(json|toml)"
    r"|.*\.tf|.*\.nomad|cloudformation.*|template\.ya?ml|Procfile|captain-definition|app\.json)$"
)
_OTHERS = re.compile(r"(^|[/._-])(\.?devcontainer|dev|test|tests|ci|lint|build|builder)\b")


@rule("image/no-healthcheck", Severity.LOW, docs=__doc__ or "")
def no_healthcheck(repository: Repository) -> Iterator[Hit | Unknown]:
    found = dockerfiles(repository) if repository.whole else ()
    if not found or any(map(_ELSEWHERE.search, repository.paths)) or every_object(repository):
        return
    for built in found:
        if built.example or _OTHERS.search(built.path) or not built.exposed or not built.final:
            continue
        if built.command is None and built.entrypoint is None:
            continue
        if built.healthcheck is None and not _by_compose(repository, built):
            yield Hit(
                f"port {built.exposed[0].number} is served, and nothing asks whether it is well",
                at=(Place(built.path, built.exposed[0].span),),
                action="add a health check (HEALTHCHECK, or a probe where it runs)",
            )


def _by_compose(repository: Repository, built: Built) -> bool:
    """Whether a compose service that is built from it has a check."""
    built_from = services_by_dockerfile(repository).get(built.path, ())
    return any(service.health is not None for service in built_from)
