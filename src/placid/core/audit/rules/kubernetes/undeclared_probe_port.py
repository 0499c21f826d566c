"""A probe that names a port names one that its container declares.

Why: the kubelet looks a port's name up in the container's own `ports`. A name that is not there
makes the probe fail for ever: the pod never becomes ready, or is restarted again and again.
Bad: `readinessProbe: {httpGet: {port: http}}` in a container whose port is named `web`
Good: `readinessProbe: {httpGet: {port: web}}`
Known limits: a number that is not declared works, so it is a note.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Scalar
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import Workload, containers, sure, with_workloads
from placid.core.audit.facts.yamledits import replaced
from placid.core.audit.model import Repository
from placid.core.audit.rule import Fix, Hit, Severity, path_rule
from placid.formats.manifests.object import is_hole
from placid.formats.manifests.pods import Container
from placid.formats.manifests.reading import scalar

_ASKS = tuple(
    (owner, check, "port")
    for owner in ("startupProbe", "readinessProbe", "livenessProbe")
    for check in ("httpGet", "tcpSocket", "grpc")
) + tuple(("lifecycle", when, "httpGet", "port") for when in ("postStart", "preStop"))


@path_rule(
    "kubernetes/undeclared-probe-port",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def undeclared_probe_port(repository: Repository, path: str) -> Iterator[Hit]:
    for workload, container in containers(repository, path):
        for route in _ASKS:
            port = scalar(container.node, *route)
            if port is None or _declared(container, port):
                continue
            if not set_elsewhere(repository, workload.object, "containerPort", "ports"):
                yield _hit(repository, workload, container, (route[0], port))


def _declared(container: Container, port: Scalar) -> bool:
    known = {each.name for each in container.ports} | {str(each.number) for each in container.ports}
    return port.text in known or is_hole(port.text)


def _hit(
    repository: Repository, workload: Workload, container: Container, ask: tuple[str, Scalar]
) -> Hit:
    owner, port = ask
    numeric = port.text.isdigit()
    names = [each.name for each in container.ports if each.name]
    known = ", ".join(each.name or str(each.number) for each in container.ports) or "none"
    fix = None
    if len(names) == 1 and len(container.ports) == 1 and not numeric:
        edit = replaced(workload.object.path, port, names[0])
        fix = Fix(f"ask port {names[0]}", (edit,)) if edit else None
    return Hit(
        f"{owner} of {container.name} asks port {port.text}, which the container does not declare"
        f" (declared: {known})",
        at=(workload.place(port.span),),
        fix=fix,
        action="declare the ports that probes ask",
        severity=Severity.NOTE if numeric else None,
        confidence=sure(repository, workload.object.path),
    )
