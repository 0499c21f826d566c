"""An object is written once in what is deployed together.

Why: of two objects with the same kind, name and namespace the last one applied wins, so that the
other one's settings never reach the cluster; kustomize refuses the whole set.
Bad: two Deployments called `web` in one folder
Good: one of them
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.units import Unit, units
from placid.core.audit.facts.workloads import sure
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, rule
from placid.formats.manifests.object import Object, is_hole


@rule("kubernetes/duplicate-object", Severity.HIGH, docs=__doc__ or "")
def duplicate_object(repository: Repository) -> Iterator[Hit]:
    for unit in units(repository):
        first: dict[tuple[str, ...], Object] = {}
        for each in unit.objects:
            if not each.whole or not each.name or is_hole(each.name):
                continue
            other = first.setdefault((each.group, each.kind, each.name, each.namespace), each)
            if other is not each and (other.path, other.at) != (each.path, each.at):
                yield from _judge(repository, unit, other, each)


def _judge(repository: Repository, unit: Unit, first: Object, each: Object) -> Iterator[Hit]:
    kustomized = "kustomization" in unit.path.lower()
    if first.path != each.path and not kustomized:
        return  # files of one folder may be variants, of which one is applied
    yield Hit(
        f"{each} is written a second time; the last one that is applied wins",
        at=(Place(each.path, each.at), Place(first.path, first.at)),
        action=f"write {each} once",
        confidence=sure(repository, each.path),
    )
