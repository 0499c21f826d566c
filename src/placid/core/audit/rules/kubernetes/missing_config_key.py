"""A key that a pod reads is in the ConfigMap or Secret that it names.

Why: the container does not start (`CreateContainerConfigError`), or the volume is never mounted;
the new pods of the deploy hang.
Bad: `configMapKeyRef: {name: web, key: LOG_LEVL}` with `data: {LOG_LEVEL: info}`
Good: the key as it is in the ConfigMap
Known limits: looks at ConfigMaps and Secrets that are in the repository, with every variant of them
(one for each environment); a key that any of them has is taken to be there.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from placid.base.yamltext import Span
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.pods import Made, all_pods
from placid.core.audit.facts.units import beside, generated, named
from placid.core.audit.facts.workloads import sure
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, rule
from placid.formats.manifests.object import Object, is_hole
from placid.formats.manifests.reading import entry, mapping
from placid.formats.manifests.references import Reference, references


@rule("kubernetes/missing-config-key", Severity.HIGH, docs=__doc__ or "")
def missing_config_key(repository: Repository) -> Iterator[Hit]:
    for made in all_pods(repository):
        for each in references(made[1]) if made[0].whole else ():
            if each.key is not None:
                yield from _judge(repository, made, each)


def _judge(repository: Repository, made: Made, each: Reference) -> Iterator[Hit]:
    owner, key = made[0], each.key
    name = each.name.text
    near = [one for one in beside(repository, owner, each.kind) if one.name == name]
    there = named(repository, (each.kind,), name)
    known = _keys(there)
    for one in generated(repository):
        if (one.kind, one.name) == (each.kind, name):
            known = None if known is None or one.keys is None else known | one.keys
    if not near or key is None or known is None or key.text in known:
        return
    if any(set_elsewhere(repository, one, "data", "Data") for one in near):
        return
    if set_elsewhere(repository, owner, key.text):
        return
    close = get_close_matches(key.text, known, 1, 0.7)
    has = f"did you mean {close[0]}?" if close else f"it has {', '.join(sorted(known)[:6])}"
    yield Hit(
        f"{owner} reads {key.text} from {each.kind} {name}, which has no such key; {has}",
        at=(Place(owner.path, key.span), Place(near[0].path, _data(near[0]))),
        action=f"read keys that {each.kind} {name} has",
        confidence=sure(repository, owner.path),
    )


def _keys(those: list[Object]) -> frozenset[str] | None:
    """The keys of any of them; None when one is not complete."""
    found: set[str] = set()
    for each in those:
        parts = [mapping(each.node, key) for key in ("data", "stringData", "binaryData")]
        keys = {one.key.text for part in parts if part for one in part.entries}
        if not each.whole or not keys or any(map(is_hole, keys)):
            return None
        found |= keys
    return frozenset(found)


def _data(each: Object) -> Span:
    at = entry(each.node, "data") or entry(each.node, "stringData")
    return at.key.span if at else each.at
