"""The rollout of a Deployment can take a step, and the API takes its numbers.

Why: the API server refuses the object, so the deploy stops.
Bad: `maxSurge: 0` with `maxUnavailable: 0`; `rollingUpdate` beside `type: Recreate`;
`progressDeadlineSeconds: 30` with `minReadySeconds: 60`; `maxSurge: "25"`
Good: `rollingUpdate: {maxSurge: 1, maxUnavailable: 0}`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.base.yamltext import Entry, Mapping
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import sure, whole_objects, with_objects
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, path_rule
from placid.formats.manifests.object import is_hole
from placid.formats.manifests.reading import entry, number, word

_PERCENT = re.compile(r"[0-9]+%")
_BOUNDS = ("maxSurge", "maxUnavailable")


@path_rule(
    "kubernetes/impossible-rollout",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_objects,
)
def impossible_rollout(repository: Repository, path: str) -> Iterator[Hit]:
    for each in whole_objects(repository, path, "Deployment", "DaemonSet"):
        if set_elsewhere(repository, each, "trategy", "rollingUpdate", "minReadySeconds"):
            continue
        for at, why in _wrong(each.node):
            yield Hit(
                f"the API refuses {each}: {why}",
                at=(Place(path, at.key.span),),
                confidence=sure(repository, path),
            )


def _wrong(node: Mapping) -> Iterator[tuple[Entry, str]]:
    owner = "strategy" if word(node, "kind") == "Deployment" else "updateStrategy"
    rolling = entry(node, "spec", owner, "rollingUpdate")
    kind = word(node, "spec", owner, "type")
    if rolling and isinstance(rolling.value, Mapping) and rolling.value.entries:
        if kind in ("Recreate", "OnDelete"):
            yield rolling, f"rollingUpdate is set beside type {kind}"
        yield from _wrong_bounds(rolling)
    deadline = number(node, "spec", "progressDeadlineSeconds")
    settle = number(node, "spec", "minReadySeconds") or 0
    at = entry(node, "spec", "progressDeadlineSeconds")
    if at and deadline is not None and deadline <= settle:
        yield at, f"progressDeadlineSeconds {deadline} is not above minReadySeconds {settle}"


def _wrong_bounds(rolling: Entry) -> Iterator[tuple[Entry, str]]:
    bounds = {key: word(rolling.value, key) for key in _BOUNDS}
    if all(text in ("0", "0%") for text in bounds.values()):
        yield rolling, "maxSurge and maxUnavailable are both 0, no pod could ever be replaced"
    for key, text in bounds.items():
        at = entry(rolling.value, key)
        if at is None or not text or is_hole(text):
            continue
        whole = number(rolling.value, key)
        if whole is None and not _PERCENT.fullmatch(text):
            yield at, f'{key} "{text[:20]}" is neither a number nor a percentage'
        elif whole is not None and whole < 0:
            yield at, f"{key} is {whole}"
