"""No compose service has the host in its hands.

Why: `privileged: true` and the Docker socket are root on the machine for whoever gets into the
container.
Bad: `privileged: true`, `- /var/run/docker.sock:/var/run/docker.sock`
Good: single capabilities and devices; a socket proxy that allows what is needed
Known limits: services whose work is Docker itself (traefik, portainer, CI runners) are LOW.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.core.audit.facts.compose import compose
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule
from placid.formats.compose import Service
from placid.formats.manifests.reading import entry, flag

_ABOUT_DOCKER = re.compile(
    r"traefik|watchtower|portainer|runner|dind|docker|cadvisor|nginx-proxy|acme-companion|dozzle|datadog"
    r"|telegraf|promtail|vector|agent|autoheal|diun|swarm|socket-proxy|falco|sysdig|netdata|wud",
    re.IGNORECASE,
)


@rule("image/compose-privileged", Severity.MEDIUM, docs=__doc__ or "")
def compose_privileged(repository: Repository) -> Iterator[Hit | Unknown]:
    for project in compose(repository):
        for service in project.services if not project.example else ():
            given = entry(service.node, "privileged")
            if given is not None and not given.merged and flag(service.node, "privileged") is True:
                yield _hit(project.path, service, "is privileged", given.key.span)
            for volume in service.volumes:
                if "docker.sock:" in volume.text and not volume.text.startswith("$"):
                    yield _hit(project.path, service, "has the Docker socket", volume.span)


def _hit(path: str, service: Service, what: str, span: Span) -> Hit:
    by_trade = _ABOUT_DOCKER.search(f"{service.name} {service.image.text if service.image else ''}")
    return Hit(
        f"{service.name} {what}: who gets into it is root on the host",
        at=(Place(path, span),),
        severity=Severity.LOW if by_trade else None,
        action="take the host out of the hands of compose services",
    )
