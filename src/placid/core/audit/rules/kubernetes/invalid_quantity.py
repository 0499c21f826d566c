"""Amounts of CPU and memory are written as Kubernetes reads them, and requests fit into limits.

Why: the API server refuses the object when an amount is no quantity or a request is above its
limit, so the deploy stops.
Bad: `memory: 512MB`, `cpu: 0,5`, `requests: {memory: 1Gi}` with `limits: {memory: 512Mi}`
Good: `memory: 512Mi`, `cpu: 500m`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.base.yamltext import Mapping, Scalar
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import Workload, containers, sure, with_workloads
from placid.core.audit.facts.yamledits import replaced
from placid.core.audit.model import Repository
from placid.core.audit.rule import Fix, Hit, Place, Severity, path_rule
from placid.formats.manifests.object import is_hole
from placid.formats.manifests.pods import Container
from placid.formats.manifests.quantities import quantity
from placid.formats.manifests.reading import mapping, scalar

_BYTES = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,6})?) ?([KMGT])(i?)(?:B|b)?", re.IGNORECASE)


@path_rule(
    "kubernetes/invalid-quantity",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def invalid_quantity(repository: Repository, path: str) -> Iterator[Hit]:
    for workload, container in containers(repository, path):
        for amounts in ("requests", "limits"):
            found = mapping(container.node, "resources", amounts)
            for each in found.entries if found else ():
                if isinstance(each.value, Scalar) and _wrong(each.value):
                    yield _refused(repository, workload, each.key.text, each.value)
        yield from _above(repository, workload, container)


def _wrong(amount: Scalar) -> bool:
    if amount.value is None or is_hole(amount.text):
        return False
    return quantity(amount.text) is None


def _refused(repository: Repository, workload: Workload, what: str, amount: Scalar) -> Hit:
    path, fix = workload.object.path, None
    meant = _BYTES.fullmatch(amount.text)
    if meant and what in ("memory", "ephemeral-storage"):
        unit = meant[2].upper() if meant[3] or meant[2] not in "kK" else "k"
        new = f"{meant[1]}{unit}{'i' if meant[3] else ''}"
        edit = replaced(path, amount, new) if quantity(new) is not None else None
        fix = Fix(f"write {new}", (edit,)) if edit else None
    return Hit(
        f'"{amount.text[:40]}" is no amount of {what}',
        at=(workload.place(amount.span),),
        fix=fix,
        confidence=sure(repository, path),
    )


def _above(repository: Repository, workload: Workload, container: Container) -> Iterator[Hit]:
    requests: Mapping | None = mapping(container.node, "resources", "requests")
    for each in requests.entries if requests else ():
        limit = scalar(container.node, "resources", "limits", each.key.text)
        if limit is None or not isinstance(each.value, Scalar):
            continue
        asked, most = quantity(each.value.text), quantity(limit.text)
        if asked is None or most is None or asked <= most:
            continue
        if set_elsewhere(repository, workload.object, "limits"):
            continue
        path = workload.object.path
        yield Hit(
            f"{container.name} requests {each.value.text} of {each.key.text},"
            f" more than its limit of {limit.text}",
            at=(workload.place(each.value.span), Place(path, limit.span)),
            confidence=sure(repository, path),
        )
