"""A probe has exactly one check and numbers that the API takes.

Why: the API server refuses the whole object, so the deploy stops.
Bad: `livenessProbe: {initialDelaySeconds: 5}` (asks nothing), `successThreshold: 2` for liveness
Good: `livenessProbe: {httpGet: {path: /livez, port: 8080}}`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import containers, sure, with_workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.pods import Container
from placid.formats.manifests.probes import Probe, probes
from placid.formats.manifests.reading import number

_SECONDS = (
    "initialDelaySeconds",
    "timeoutSeconds",
    "periodSeconds",
    "successThreshold",
    "failureThreshold",
)


@path_rule(
    "kubernetes/invalid-probe",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def invalid_probe(repository: Repository, path: str) -> Iterator[Hit]:
    for workload, container in containers(repository, path):
        for probe in probes(container):
            wrong = next(_wrong(probe, container), "")
            if wrong == _NO_CHECK and set_elsewhere(repository, workload.object, probe.at.key.text):
                continue
            if wrong:
                yield Hit(
                    f"the API refuses the {probe.kind} probe of {container.name}: {wrong}",
                    at=(workload.place(probe.at.key.span),),
                    confidence=sure(repository, path),
                )


_NO_CHECK = "it has no exec, httpGet, tcpSocket or grpc"


def _wrong(probe: Probe, container: Container) -> Iterator[str]:
    if container.init and not container.sidecar:
        yield "an init container that ends has no probes"
    if not probe.checks:
        yield _NO_CHECK
    if len(probe.checks) > 1:
        yield "it has " + " and ".join(each.key.text for each in probe.checks)
    if probe.kind != "readiness" and probe.successes != 1:
        yield f"successThreshold is {probe.successes}, it must be 1"
    yield from _wrong_numbers(probe)


def _wrong_numbers(probe: Probe) -> Iterator[str]:
    for key in _SECONDS:
        given = number(probe.node, key)
        if given is not None and given < 0:
            yield f"{key} is {given}"
    if probe.kind == "readiness" and number(probe.node, "terminationGracePeriodSeconds"):
        yield "terminationGracePeriodSeconds is for liveness and startup"
    for check in probe.checks:
        port = number(check.value, "port")
        if port is not None and not 1 <= port <= 65535:
            yield f"port {port} is not between 1 and 65535"
