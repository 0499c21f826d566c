"""Amounts of CPU and memory are of a plausible size.

Why: `memory: 128` is 128 bytes and `memory: 128m` a tenth of one byte, and the container is killed
as it starts; `cpu: 500` asks for 500 cores, and the pod is never scheduled. A letter is missing.
Bad: `limits: {memory: 512m}`, `requests: {cpu: 100}`
Good: `limits: {memory: 512Mi}`, `requests: {cpu: 100m}`
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from placid.base.yamltext import Scalar
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.workloads import Workload, containers, sure, with_workloads
from placid.core.audit.facts.yamledits import replaced
from placid.core.audit.model import Repository
from placid.core.audit.rule import Fix, Hit, Severity, path_rule
from placid.formats.manifests.quantities import quantity
from placid.formats.manifests.reading import scalar

_LEAST_BYTES = 1_000_000
_MOST_CORES = 64


@path_rule(
    "kubernetes/implausible-quantity",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def implausible_quantity(repository: Repository, path: str) -> Iterator[Hit]:
    for workload, container in containers(repository, path):
        for amounts in ("requests", "limits"):
            memory = scalar(container.node, "resources", amounts, "memory")
            cpu = scalar(container.node, "resources", amounts, "cpu")
            if memory:
                yield from _little(repository, workload, memory)
            if cpu:
                yield from _much(repository, workload, cpu)


def _little(repository: Repository, workload: Workload, memory: Scalar) -> Iterator[Hit]:
    amount = quantity(memory.text)
    if amount is None or not 0 < amount < _LEAST_BYTES:
        return
    digits = memory.text.removesuffix("m")
    fix = None
    if digits.isdigit() and 4 <= int(digits) < _LEAST_BYTES and memory.text != digits:
        edit = replaced(workload.object.path, memory, f"{digits}Mi")
        fix = Fix(f"write {digits}Mi", (edit,)) if edit else None
    yield Hit(
        f"memory: {memory.text} is {_bytes(amount)}",
        at=(workload.place(memory.span),),
        fix=fix,
        confidence=sure(repository, workload.object.path),
    )


def _bytes(amount: Fraction) -> str:
    return "less than a byte" if amount < 1 else f"{int(amount):,} bytes"


def _much(repository: Repository, workload: Workload, cpu: Scalar) -> Iterator[Hit]:
    amount = quantity(cpu.text)
    if amount is None or amount <= _MOST_CORES or not cpu.text.isdigit():
        return
    edit = replaced(workload.object.path, cpu, f"{cpu.text}m")
    yield Hit(
        f"cpu: {cpu.text} is {cpu.text} whole cores",
        at=(workload.place(cpu.span),),
        fix=Fix(f"write {cpu.text}m", (edit,)) if edit else None,
        confidence=sure(repository, workload.object.path),
    )
