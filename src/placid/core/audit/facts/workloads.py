"""Workloads: whole objects that make pods, and how sure a rule can be of what it says of them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from placid.base.yamltext import Span
from placid.core.audit.facts.objects import is_example, may_hold_objects, objects
from placid.core.audit.model import Repository, fact, path_fact
from placid.core.audit.rule import Confidence, Place
from placid.formats.manifests.object import Object
from placid.formats.manifests.pods import SERVING, Container, Pod, pod_of


@dataclass(frozen=True, slots=True)
class Workload:
    """An object with the pod that it makes."""

    object: Object
    pod: Pod

    @property
    def serves(self) -> bool:
        """Whether its pods run until they are replaced (a Deployment, not a Job)."""
        return self.object.kind in SERVING

    def place(self, span: Span | None = None) -> Place:
        """A place in its file; its name when none is given."""
        return Place(self.object.path, self.object.at if span is None else span)


@path_fact
def with_pods(repository: Repository, path: str) -> tuple[tuple[Object, Pod | None], ...]:
    """The objects in a file, each with the pod that it makes."""
    return tuple((each, pod_of(each)) for each in objects(repository, path))


@path_fact
def workloads(repository: Repository, path: str) -> tuple[Workload, ...]:
    """The workloads in a file that are whole."""
    pairs = with_pods(repository, path)
    return tuple(Workload(each, pod) for each, pod in pairs if pod and each.whole)


def with_workloads(repository: Repository, path: str) -> bool:
    """Whether a file has a workload that is whole."""
    return bool(workloads(repository, path))


def with_objects(repository: Repository, path: str) -> bool:
    """Whether a file has an object that is whole."""
    return any(each.whole for each in objects(repository, path))


@path_fact
def containers(repository: Repository, path: str) -> tuple[tuple[Workload, Container], ...]:
    """Every container of the workloads in a file, init containers too."""
    return tuple(
        (workload, container)
        for workload in workloads(repository, path)
        for container in workload.pod.containers
    )


def whole_objects(repository: Repository, path: str, *kinds: str) -> Iterator[Object]:
    """The whole objects in a file, of these kinds (any, when none is named)."""
    for each in objects(repository, path):
        if each.whole and (not kinds or each.kind in kinds):
            yield each


def sure(repository: Repository, path: str) -> Confidence:
    """How sure a hit is: examples and test data may be bad on purpose, unless named by hand."""
    return Confidence.LOW if repository.whole and is_example(path) else Confidence.HIGH


def neighbours(repository: Repository, path: str, *kinds: str) -> Iterator[Object]:
    """The objects of these kinds in the files of the same folder."""
    known = _in_folder(repository, posixpath.dirname(path))
    for kind in kinds:
        yield from known.get(kind, ())


@path_fact
def _in_folder(repository: Repository, folder: str) -> dict[str, list[Object]]:
    """The objects in the files of a folder, by their kind."""
    found: dict[str, list[Object]] = {}
    for path in _folders(repository).get(folder, ()):
        for each in objects(repository, path):
            found.setdefault(each.kind, []).append(each)
    return found


@fact
def _folders(repository: Repository) -> dict[str, list[str]]:
    """The files that may hold objects, by their folder."""
    found: dict[str, list[str]] = {}
    for each in filter(may_hold_objects, repository.paths):
        found.setdefault(posixpath.dirname(each), []).append(each)
    return found
