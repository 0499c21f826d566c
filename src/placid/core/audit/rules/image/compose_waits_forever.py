"""What `condition: service_healthy` waits for has a health check.

Why: compose refuses to start, or waits for a state that never comes: "container has no healthcheck
configured".
Bad: `depends_on: {db: {condition: service_healthy}}`, and no `healthcheck` in `db`
Good: `db: {healthcheck: {test: ["CMD", "pg_isready"]}}`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.compose import Project, compose
from placid.core.audit.facts.dockerfiles import dockerfiles
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule
from placid.formats.compose import Service, filled
from placid.formats.images import image

_WITHOUT = frozenset(
    (
        *(
            "alpine",
            "busybox",
            "caddy",
            "debian",
            "httpd",
            "mariadb",
            "memcached",
            "mongo",
            "mysql",
        ),
        *("nginx", "node", "postgres", "python", "rabbitmq", "redis", "ruby", "traefik", "ubuntu"),
        *("valkey", "golang", "haproxy", "zookeeper", "cassandra", "elasticsearch", "nats"),
    )
)


@rule("image/compose-waits-forever", Severity.HIGH, docs=__doc__ or "")
def compose_waits_forever(repository: Repository) -> Iterator[Hit | Unknown]:
    for project in compose(repository):
        for service in project.services if not project.example else ():
            for needs in service.needs:
                if needs.condition != "service_healthy":
                    continue
                wanted = project.all_of(needs.name)
                if not wanted or not _is_unchecked(repository, project, wanted):
                    continue
                place = Place(project.path, needs.span)
                other = next((each for each in project.services if each in wanted), None)
                also = (Place(project.path, other.span),) if other else ()
                yield Hit(
                    f"{service.name} waits for {needs.name} to be healthy, and {needs.name} has no"
                    " health check: it never starts",
                    at=(place, *also),
                )


def _is_unchecked(repository: Repository, project: Project, wanted: tuple[Service, ...]) -> bool:
    """Whether no file gives the service a check, and its image is known to have none."""
    checks = [each.health for each in wanted if each.health]
    if any(check.off for check in checks):
        return all(check.off for check in checks)
    if checks or any(each.extended for each in wanted):
        return False
    for each in wanted:
        if each.build is not None:
            return _image_unchecked(repository, project.dockerfile(each))
    texts = [filled(each.image.text) for each in wanted if each.image]
    known = [image(text) for text in texts if text]
    return bool(known) and all(each is not None and each.official in _WITHOUT for each in known)


def _image_unchecked(repository: Repository, path: str | None) -> bool:
    built = next((each for each in dockerfiles(repository) if each.path == path), None)
    if built is None or built.healthcheck is not None:
        return False
    known = [base.image for base in built.bases()]
    return bool(known) and all(each is not None and each.official in _WITHOUT for each in known)
