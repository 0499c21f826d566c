"""A Service has ports that the API takes, each with a name when there are several.

Why: the API refuses the object, so the deploy stops.
Bad: two `ports` without names; the same port and protocol twice; `port: 0`
Good: `ports: [{name: http, port: 80, targetPort: http}]`
Known limits: a `nodePort` outside of 30000-32767 is medium, as a cluster may have another range.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Mapping, Node
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import sure, whole_objects, with_objects
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, path_rule
from placid.formats.manifests.object import Object
from placid.formats.manifests.reading import mappings, number, value, word

Wrong = tuple[Node, str, Severity | None]


@path_rule(
    "kubernetes/service-ports",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_objects,
)
def service_ports(repository: Repository, path: str) -> Iterator[Hit]:
    for each in whole_objects(repository, path, "Service"):
        if each.api_version != "v1" or set_elsewhere(repository, each, "port"):
            continue
        ports = list(mappings(each.node, "spec", "ports"))
        for node, why, severity in (*_wrong(each, ports), *_range(ports)):
            yield Hit(
                why,
                at=(Place(path, node.span),),
                severity=severity,
                confidence=sure(repository, path),
            )


def _wrong(each: Object, ports: list[Mapping]) -> Iterator[Wrong]:
    seen: set[tuple[str, object]] = set()
    for one in ports:
        name, port = word(one, "name"), value(one, "port")
        if len(ports) > 1 and not name and value(one, "name") is None and port is not None:
            yield port, f"the API refuses {each}: with several ports each needs a name", None
        both = (word(one, "protocol") or "TCP", word(one, "port"))
        for what, key in (("name", name), ("port", both)):
            if key and key != ("TCP", "") and (what, key) in seen:
                yield one, f"the API refuses {each}: it has the same {what} twice", None
            seen.add((what, key))


def _range(ports: list[Mapping]) -> Iterator[Wrong]:
    for one in ports:
        for key in ("port", "targetPort"):
            given, node = number(one, key), value(one, key)
            if node is not None and given is not None and not 1 <= given <= 65535:
                yield node, f"{key} {given} is not between 1 and 65535", None
        given, node = number(one, "nodePort"), value(one, "nodePort")
        if node is not None and given and not 30000 <= given <= 32767:
            yield node, f"nodePort {given} is not between 30000 and 32767", Severity.MEDIUM
