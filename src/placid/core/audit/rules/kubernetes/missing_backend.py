"""An Ingress or HTTPRoute sends to a Service that exists, at a port that it has.

Why: the ingress controller answers 503 (or 404) for every request of that path.
Bad: `backend: {service: {name: web, port: {number: 8080}}}` with a Service `web` on port 80
Good: the Service's own port, not its pods'
Known limits: a Service that is nowhere in the repository is only reported where the Ingress is
deployed with other Services, and nothing comes in from charts, operators or remote bases.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from placid.base.yamltext import Mapping, Node, Scalar
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.units import beside, is_closed, named, own_objects
from placid.core.audit.facts.workloads import sure
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, rule
from placid.formats.manifests.object import Object, is_hole
from placid.formats.manifests.reading import mapping, mappings, scalar, word


class Backend(NamedTuple):
    """A Service that is sent to, and its port where one is written."""

    name: Scalar
    port: Scalar | None


@rule("kubernetes/missing-backend", Severity.HIGH, docs=__doc__ or "")
def missing_backend(repository: Repository) -> Iterator[Hit]:
    for each in own_objects(repository, "Ingress", "HTTPRoute"):
        found = _of_ingress(each.node) if each.kind == "Ingress" else _of_route(each)
        for backend in found:
            if not is_hole(backend.name.text) and not set_elsewhere(
                repository, each, "backend", "rules"
            ):
                yield from _judge(repository, each, backend)


def _judge(repository: Repository, each: Object, backend: Backend) -> Iterator[Hit]:
    name = backend.name.text
    services = [one for one in beside(repository, each, "Service") if one.name == name]
    if not services:
        siblings = beside(repository, each, "Service")
        if named(repository, ("Service",), name) or not siblings:
            return
        if is_closed(repository, each):
            there = ", ".join(sorted({one.name for one in siblings})[:5])
            yield Hit(
                f"{each} sends to Service {name}, which is not there ({there} is)",
                at=(Place(each.path, backend.name.span),),
                action=f"let {each} send to a Service that exists",
                confidence=sure(repository, each.path),
            )
        return
    port = backend.port
    if port is None or is_hole(port.text) or any(_has(one, port) for one in services):
        return
    if any(set_elsewhere(repository, one, "port") for one in services):
        return
    ports = [shown for one in services for shown in _ports(one)]
    yield Hit(
        f"{each} sends to port {port.text} of Service {name}, which has {', '.join(ports)}",
        at=(Place(each.path, port.span), Place(services[0].path, services[0].at)),
        action=f"let {each} send to a port that its Service has",
        confidence=sure(repository, each.path),
    )


def _has(service: Object, port: Scalar) -> bool:
    ports = list(mappings(service.node, "spec", "ports"))
    if not ports or word(service.node, "spec", "type") == "ExternalName":
        return True
    if any(is_hole(word(each, key)) for each in ports for key in ("port", "name")):
        return True
    key = "port" if isinstance(port.value, int) else "name"
    return any(word(each, key) == port.text for each in ports)


def _ports(service: Object) -> list[str]:
    return [
        f"{word(each, 'port')} ({word(each, 'name')})" if word(each, "name") else word(each, "port")
        for each in mappings(service.node, "spec", "ports")
    ]


def _of_ingress(node: Node) -> Iterator[Backend]:
    backends = [mapping(node, "spec", "defaultBackend"), mapping(node, "spec", "backend")]
    for part in mappings(node, "spec", "rules"):
        backends += [mapping(path, "backend") for path in mappings(part, "http", "paths")]
    for each in filter(None, backends):
        name = scalar(each, "service", "name") or scalar(each, "serviceName")
        port = (
            scalar(each, "service", "port", "number")
            or scalar(each, "service", "port", "name")
            or scalar(each, "servicePort")
        )
        if name and name.text and not (port and port.text == "use-annotation"):
            yield Backend(name, port)


def _of_route(each: Object) -> Iterator[Backend]:
    if not each.group.startswith("gateway.networking.k8s.io"):
        return
    for part in mappings(each.node, "spec", "rules"):
        for one in mappings(part, "backendRefs"):
            if word(one, "kind") in ("", "Service") and _is_near(one, each):
                name = scalar(one, "name")
                if name:
                    yield Backend(name, scalar(one, "port"))


def _is_near(reference: Mapping, each: Object) -> bool:
    """Whether a reference stays in the namespace and in the core group."""
    return not word(reference, "group") and word(reference, "namespace") in (
        "",
        each.namespace,
    )
