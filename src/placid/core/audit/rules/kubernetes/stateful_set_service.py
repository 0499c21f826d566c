"""A StatefulSet has a headless Service that gives each of its pods a name.

Why: pods of a StatefulSet find each other as `db-0.db`. Without `serviceName`, or when that Service
is not there or has an address of its own, those names do not resolve and the members never meet.
Bad: a StatefulSet without `serviceName`, or one whose Service has no `clusterIP: None`
Good: `serviceName: db`, and a Service `db` with `clusterIP: None`
Known limits: a Service is only missing where all that is deployed together is in the repository.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Entry
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.units import beside, is_closed, named, own_objects
from placid.core.audit.facts.workloads import sure
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, rule
from placid.formats.manifests.object import Object, is_hole
from placid.formats.manifests.reading import entry, number, word

_KEY = "serviceName"


@rule("kubernetes/stateful-set-service", Severity.LOW, docs=__doc__ or "")
def stateful_set_service(repository: Repository) -> Iterator[Hit]:
    for each in own_objects(repository, "StatefulSet"):
        if each.group != "apps" or set_elsewhere(repository, each, _KEY):
            continue
        written = entry(each.node, "spec", _KEY)
        name = word(each.node, "spec", _KEY)
        if written is None or not name:
            if number(each.node, "spec", "replicas") not in {None, 0, 1}:
                yield _unnamed(repository, each, written)
        elif not is_hole(name):
            yield from _judge(repository, each, written, name)


def _unnamed(repository: Repository, each: Object, written: Entry | None) -> Hit:
    return Hit(
        f"{each} names no Service, so that its pods have no names in DNS",
        at=(Place(each.path, written.key.span if written else each.at),),
        action=f"give {each} a headless Service (serviceName)",
        confidence=sure(repository, each.path),
    )


def _judge(repository: Repository, each: Object, written: Entry, name: str) -> Iterator[Hit]:
    there = [other for other in beside(repository, each, "Service") if other.name == name]
    at = Place(each.path, written.value.span)
    if not there and is_closed(repository, each) and not named(repository, ("Service",), name):
        others = beside(repository, each, "Service")
        if others:
            yield Hit(
                f"{each} is governed by Service {name}, which is not there ({others[0].name} is)",
                at=(at, Place(others[0].path, others[0].at)),
                action=f"give {each} a headless Service (serviceName)",
                severity=Severity.MEDIUM,
                confidence=sure(repository, each.path),
            )
    for service in there:
        if word(service.node, "spec", "clusterIP") != "None" and not set_elsewhere(
            repository, service, "clusterIP"
        ):
            place = entry(service.node, "spec", "clusterIP")
            yield Hit(
                f"{service} of {each} is not headless: {each.name}-0.{name} does not resolve",
                at=(at, Place(service.path, place.value.span if place else service.at)),
                action=f"give {each} a headless Service (clusterIP: None)",
                confidence=sure(repository, each.path),
            )
