"""The port that a Service sends to is a port of the pods that it selects.

Why: nobody listens there, so every request to the Service fails while the pods look healthy; a name
that no container gives its port leaves the Service without endpoints.
Bad: `targetPort: web` with `ports: [{name: http, containerPort: 8080}]`
Good: `targetPort: http`
Known limits: a container may listen on a number that it does not declare, so that a number is only
reported (with less severity) when every selected container declares ports.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Mapping
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.pods import Made, selected
from placid.core.audit.facts.units import own_objects, relabelled
from placid.core.audit.facts.workloads import sure
from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Hit, Place, Severity, rule
from placid.formats.manifests.object import Object, is_hole
from placid.formats.manifests.pods import Port
from placid.formats.manifests.reading import mappings, scalar, word, words
from placid.formats.manifests.selectors import Selector


@rule("kubernetes/unserved-target-port", Severity.HIGH, docs=__doc__ or "")
def unserved_target_port(repository: Repository) -> Iterator[Hit]:
    for each in own_objects(repository, "Service"):
        wanted = Selector(words(each.node, "spec", "selector"))
        if each.group or not wanted.labels:
            continue
        pods = selected(repository, each, wanted)
        ports = [
            port for _, pod in pods for one in pod.containers if one.runs for port in one.ports
        ]
        for port in mappings(each.node, "spec", "ports") if pods else ():
            yield from _judge(repository, each, port, pods, ports)


def _judge(
    repository: Repository, each: Object, port: Mapping, pods: list[Made], there: list[Port]
) -> Iterator[Hit]:
    target = scalar(port, "targetPort") or scalar(port, "port")
    if target is None or is_hole(target.text):
        return
    named = not target.text.isdecimal()
    protocol = word(port, "protocol") or "TCP"
    same = [one for one in there if one.protocol == protocol]
    if any(target.text in (one.name if named else str(one.number), "") for one in same):
        return
    if not named and (not same or not _all_declare(pods)):
        return
    objects = [owner for owner, _ in pods]
    if relabelled(repository, each, *objects) or any(
        set_elsewhere(repository, one, "containerPort", "targetPort") for one in (each, *objects)
    ):
        return
    have = ", ".join(sorted({f"{one.name or one.number}" for one in same})[:6]) or "none"
    which = f"named {target.text}" if named else target.text
    yield Hit(
        f"{each} sends to port {which}, and {objects[0]} has {have}",
        at=(Place(each.path, target.span), Place(objects[0].path, objects[0].at)),
        action=f"let {each} send to a port that its pods have",
        severity=Severity.HIGH if named else Severity.MEDIUM,
        confidence=min(
            sure(repository, each.path), Confidence.HIGH if named else Confidence.MEDIUM
        ),
    )


def _all_declare(pods: list[Made]) -> bool:
    """Whether every container declares ports: then what is not declared is not there."""
    return all(one.ports for _, pod in pods for one in pod.containers if one.runs)
