"""A service of several replicas has a PodDisruptionBudget.

Why: without one, a node drain or an upgrade of the cluster may stop all of its pods at the same
time, and the replicas that were to prevent this are no use.
Bad: `replicas: 3`, and no budget that selects the pods
Good: `kind: PodDisruptionBudget` with `maxUnavailable: 1` and the pods' labels
Known limits: says nothing where charts, operators or remote bases may bring the budget.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from placid.core.audit.facts.objects import every_object
from placid.core.audit.facts.pods import all_pods
from placid.core.audit.facts.units import beside, is_closed, is_own
from placid.core.audit.facts.workloads import sure
from placid.core.audit.model import Repository, fact
from placid.core.audit.rule import Hit, Place, Severity, rule
from placid.formats.manifests.object import Object
from placid.formats.manifests.pods import Pod
from placid.formats.manifests.reading import entry, number, word, words, written
from placid.formats.manifests.selectors import Selector, selector

_KINDS = frozenset({"Deployment", "StatefulSet"})


@rule("kubernetes/missing-disruption-budget", Severity.LOW, docs=__doc__ or "")
def missing_disruption_budget(repository: Repository) -> Iterator[Hit]:
    for each, pod in all_pods(repository):
        at = entry(each.node, "spec", "replicas")
        replicas = number(each.node, "spec", "replicas")
        if at is None or replicas is None or replicas < 2:
            continue
        if each.kind not in _KINDS or not is_own(repository, each):
            continue
        if not is_closed(repository, each) or not _is_served(repository, each, pod):
            continue
        if _has_budget(repository, pod):
            continue
        yield Hit(
            f"{each} has {replicas} replicas and no disruption budget: one drain may stop them all",
            at=(Place(each.path, written(at)),),
            action="give services of several replicas a PodDisruptionBudget",
            confidence=sure(repository, each.path),
        )


def _has_budget(repository: Repository, pod: Pod) -> bool:
    known = _budgets(repository)
    pairs: Iterable[tuple[str, str] | None] = (None, *pod.labels.items())
    return any(one.matches(pod.labels) for pair in pairs for one in known.get(pair, ()))


@fact
def _budgets(repository: Repository) -> dict[tuple[str, str] | None, list[Selector]]:
    """The selectors of all budgets, by the first label that they ask for."""
    found: dict[tuple[str, str] | None, list[Selector]] = {}
    for each in every_object(repository):
        if each.kind == "PodDisruptionBudget":
            wanted = selector(each.node, "spec", "selector")
            found.setdefault(next(iter(wanted.labels.items()), None), []).append(wanted)
    return found


def _is_served(repository: Repository, each: Object, pod: Pod) -> bool:
    """Whether a Service sends requests to its pods."""
    services = beside(repository, each, "Service")
    selectors = (words(one.node, "spec", "selector") for one in services)
    named = word(each.node, "spec", "serviceName")
    return any(one and Selector(one).matches(pod.labels) for one in selectors) or bool(named)
