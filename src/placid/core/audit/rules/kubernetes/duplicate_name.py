"""Names are given once: containers, volumes, port names, mount paths.

Why: the API refuses the object, so the deploy stops.
Bad: two containers named `web`; two `volumeMounts` at `/data`; two ports named `http`
Good: each name once
Known limits: the same number and protocol declared twice is a warning only (low).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from placid.base.yamltext import Mapping, Span
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.workloads import Workload, sure, with_workloads, workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.pods import Container
from placid.formats.manifests.reading import entry, mappings, word, written

Named = tuple[str, Span]
Twice = tuple[str, str, Severity | None, list[Named]]


@path_rule(
    "kubernetes/duplicate-name",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def duplicate_name(repository: Repository, path: str) -> Iterator[Hit]:
    for workload in workloads(repository, path):
        for what, inside, severity, twice in _all(workload):
            first: dict[str, Span] = {}
            for name, span in twice:
                earlier = first.setdefault(name, span)
                if not name or earlier is span:
                    continue
                yield Hit(
                    f'{workload.object} has the {what} "{name[:80]}" twice{inside}',
                    at=(workload.place(span), workload.place(earlier)),
                    severity=severity,
                    confidence=sure(repository, path),
                )


def _all(workload: Workload) -> Iterator[Twice]:
    pod = workload.pod
    yield "container", "", None, [(each.name, each.at) for each in pod.containers]
    yield "volume", "", None, list(_named(mappings(pod.spec, "volumes"), "name"))
    for container in pod.containers:
        yield from _of(container)


def _of(container: Container) -> Iterator[Twice]:
    inside = f" in {container.name}"
    mounts = mappings(container.node, "volumeMounts")
    yield "mount path", inside, None, list(_named(mounts, "mountPath"))
    ports = container.ports
    yield "port name", inside, None, [(each.name, each.at) for each in ports]
    numbers = [(f"{each.number}/{each.protocol}", each.at) for each in ports if each.number]
    yield "port", inside, Severity.LOW, numbers


def _named(nodes: Iterable[Mapping], key: str) -> Iterator[Named]:
    for each in nodes:
        at = entry(each, key)
        if at:
            yield word(each, key), written(at)
