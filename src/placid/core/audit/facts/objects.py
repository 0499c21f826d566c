"""The Kubernetes objects of a repository, file by file. What can be asked of one is in
`formats.manifests`.

Left out: charts' templates (text with holes, no YAML), Kustomizations, and everything that is
configuration of a tool. A file that a kustomization lists as a patch has objects of form PATCH.
"""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache

from placid.base.yamltext import Mapping, Scalar
from placid.core.audit.facts.yamlfiles import documents
from placid.core.audit.model import Repository, fact, path_fact
from placid.formats.manifests.object import Object, objects_in
from placid.formats.manifests.reading import items, mappings, value, word

MANIFEST = (".yaml", ".yml", ".json")
KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_EXAMPLE = re.compile(
    r"(^|/)((?:[\w.]+[-_])?(?:tests?|examples?|samples?|fixtures?)|testing|testdata|test[-_]data|__tests__|demos?"
    r"|docs?|e2e|vendor|node_modules|third[-_]party|site-packages|tutorials?"
    r"|mocks?|snapshots?|__snapshots__|benchmarks?)/",
    re.IGNORECASE,
)


def may_hold_objects(path: str) -> bool:
    """Whether a file's name lets it hold Kubernetes objects; what a path rule `reads`."""
    return path.endswith(MANIFEST)


@lru_cache(maxsize=100_000)
def is_example(path: str) -> bool:
    """Whether a path is in a folder of tests, examples or other people's files."""
    return bool(_EXAMPLE.search(path))


@path_fact
def objects(repository: Repository, path: str) -> tuple[Object, ...]:
    """The objects that are written in a file, lists unfolded."""
    if not may_hold_objects(path) or posixpath.basename(path) in KUSTOMIZATIONS:
        return ()
    text = repository.text(path)
    if text is None or "apiVersion" not in text or "kind" not in text:
        return ()
    if "{{" in text and in_chart(repository, path):
        return ()
    patch = is_patch(repository, path)
    return tuple(
        each
        for document in documents(repository, path)
        for each in objects_in(document, path, patch=patch)
    )


@fact
def every_object(repository: Repository) -> tuple[Object, ...]:
    """The objects of all files."""
    return tuple(each for path in repository.paths for each in objects(repository, path))


def in_chart(repository: Repository, path: str) -> bool:
    """Whether a file is one of a Helm chart's templates."""
    chart, found, _ = f"/{path}".rpartition("/templates/")
    while found:
        if repository.has(f"{chart[1:]}/Chart.yaml" if chart else "Chart.yaml"):
            return True
        chart, found, _ = chart.rpartition("/templates/")
    return False


def is_patch(repository: Repository, path: str) -> bool:
    """Whether a kustomization, in the file's folder or above, lists the file as a patch."""
    return path in _patch_files(repository)


@fact
def _patch_files(repository: Repository) -> frozenset[str]:
    """What the kustomizations of a repository list as patches, of their own folder or below."""
    return frozenset(
        each
        for path in repository.paths
        if path.endswith(KUSTOMIZATIONS) and posixpath.basename(path) in KUSTOMIZATIONS
        for each in patch_files(repository, path)
        if each.startswith(path[: path.rfind("/") + 1])
    )


@path_fact
def patch_files(repository: Repository, kustomization: str) -> frozenset[str]:
    """The paths that a kustomization lists as patches."""
    folder = posixpath.dirname(kustomization)
    named = [name for root in _roots(repository, kustomization) for name in _patches(root)]
    return frozenset(posixpath.normpath(posixpath.join(folder, name)) for name in named)


def listed_files(repository: Repository, kustomization: str) -> frozenset[str]:
    """The files and folders that a kustomization takes in: resources, bases, components."""
    folder = posixpath.dirname(kustomization)
    named = [
        each.text
        for root in _roots(repository, kustomization)
        for key in ("resources", "bases", "components")
        for each in items(root, key)
        if isinstance(each, Scalar) and "://" not in each.text
    ]
    return frozenset(posixpath.normpath(posixpath.join(folder, name)) for name in named)


def _patches(root: Mapping) -> list[str]:
    plain = [
        each.text
        for each in (*items(root, "patchesStrategicMerge"), *items(root, "patches"))
        if isinstance(each, Scalar) and "\n" not in each.text
    ]
    keyed = [
        word(each, "path")
        for key in ("patches", "patchesJson6902")
        for each in mappings(root, key)
        if value(each, "path") is not None
    ]
    return plain + keyed


def _roots(repository: Repository, kustomization: str) -> list[Mapping]:
    roots = (each.root for each in documents(repository, kustomization))
    return [each for each in roots if isinstance(each, Mapping)]
