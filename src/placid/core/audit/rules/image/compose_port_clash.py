"""Two services of one compose file do not ask for the same port of the host.

Why: the second one does not start: "port is already allocated".
Bad: `web: {ports: ["8080:80"]}`, `api: {ports: ["8080:3000"]}`
Good: a port of its own for each
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.compose import compose
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule
from placid.formats.compose import Port, Service

_ALL = {"", "0.0.0.0", "::"}


@rule("image/compose-port-clash", Severity.HIGH, docs=__doc__ or "")
def compose_port_clash(repository: Repository) -> Iterator[Hit | Unknown]:
    for project in compose(repository):
        taken: list[tuple[Service, Port]] = []
        for service in project.services if not project.example else ():
            if service.profiles or service.extended:
                continue
            for port in service.ports:
                clash = next((each for each in taken if _clash(each[1], port)), None)
                if clash is not None and clash[0] is not service:
                    yield Hit(
                        f"{service.name} and {clash[0].name} both ask for port {port.published}"
                        " of the host: the second one does not start",
                        at=(Place(project.path, port.span), Place(project.path, clash[1].span)),
                    )
                taken.append((service, port))


def _clash(one: Port, other: Port) -> bool:
    if not one.published or (one.published, one.protocol) != (other.published, other.protocol):
        return False
    return one.ip == other.ip or bool({one.ip, other.ip} & _ALL)
