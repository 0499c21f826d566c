"""The pods of a repository, seen from the objects that select them."""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.units import around, same_namespace
from placid.core.audit.facts.workloads import with_pods
from placid.core.audit.model import Repository, fact
from placid.formats.manifests.object import Object
from placid.formats.manifests.pods import Pod
from placid.formats.manifests.selectors import Selector

Made = tuple[Object, Pod]


@fact
def all_pods(repository: Repository) -> tuple[Made, ...]:
    """The pods that any object makes, whole or not, with the object."""
    pairs = (pair for path in repository.paths for pair in with_pods(repository, path))
    return tuple((each, pod) for each, pod in pairs if pod)


@fact
def _by_path(repository: Repository) -> dict[str, list[Made]]:
    found: dict[str, list[Made]] = {}
    for each, pod in all_pods(repository):
        found.setdefault(each.path, []).append((each, pod))
    return found


def matching(repository: Repository, wanted: Selector) -> Iterator[Made]:
    """The pods of the whole repository that a selector takes in."""
    pair = next(iter(wanted.labels.items()), None)
    some = all_pods(repository) if pair is None else _by_label(repository).get(pair, ())
    return (made for made in some if wanted.matches(made[1].labels))


@fact
def _by_label(repository: Repository) -> dict[tuple[str, str], list[Made]]:
    found: dict[tuple[str, str], list[Made]] = {}
    for made in all_pods(repository):
        for pair in made[1].labels.items():
            found.setdefault(pair, []).append(made)
    return found


def pods_beside(repository: Repository, each: Object) -> list[Made]:
    """The pods that are deployed with an object, in its namespace, of whole workloads."""
    paths = {other.path for unit in around(repository, each) for other in unit.objects}
    return [
        made
        for path in sorted(paths)
        for made in _by_path(repository).get(path, ())
        if made[0].whole and same_namespace(each, made[0])
    ]


def selected(repository: Repository, each: Object, wanted: Selector) -> list[Made]:
    """The pods beside an object that a selector of it takes in."""
    return [made for made in pods_beside(repository, each) if wanted.matches(made[1].labels)]
