"""What is deployed together: the closure of a kustomization, or the files of one folder.

A unit is open when something comes in that is not here (a remote base, a chart, a custom resource
whose operator makes objects of its own): what it lacks may then be there all the same. An object
can be in several units, a base in each of its overlays; what is said of it must hold in all.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from placid.base.yamltext import Mapping, Scalar
from placid.core.audit.facts.definitions import schemas
from placid.core.audit.facts.objects import (
    every_object,
    in_chart,
    is_example,
    listed_files,
    objects,
)
from placid.core.audit.facts.patches import kustomizations, set_elsewhere
from placid.core.audit.facts.yamlfiles import documents
from placid.core.audit.model import Repository, fact
from placid.formats.manifests.object import Object
from placid.formats.manifests.reading import items, mappings, word

_OPENING = re.compile(
    r"^(helmCharts|helmChartInflationGenerator|generators|transformers|replacements|vars):"
    r"|[-\[,][ \t]*[\"']?(https?://|git@|git::|ssh://|github\.com/|[^\s\"',]{1,200}\?ref=)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Unit:
    """Objects that are deployed together; `path` is the kustomization's, or the folder's."""

    path: str
    objects: tuple[Object, ...]
    open: bool


@dataclass(frozen=True, slots=True)
class Generated:
    """A ConfigMap or Secret that a kustomization makes; keys is None when they are not known."""

    kind: str
    name: str
    keys: frozenset[str] | None


@fact
def units(repository: Repository) -> tuple[Unit, ...]:
    """Every unit of the repository; a kustomization that another takes in is part of that one."""
    closures = {path: _closure(repository, path) for path in kustomizations(repository)}
    inner = {
        other for path, files in closures.items() for other in files if other != path
    } & closures.keys()
    inside = set[str]().union(*closures.values()) if closures else set[str]()
    found = [
        _unit(repository, path, sorted(files))
        for path, files in closures.items()
        if path not in inner
    ]
    folders: dict[str, list[str]] = {}
    for path in {each.path for each in every_object(repository)} - inside:
        folders.setdefault(posixpath.dirname(path), []).append(path)
    found += [_unit(repository, path, sorted(files)) for path, files in sorted(folders.items())]
    return tuple(each for each in found if each.objects)


@fact
def _by_path(repository: Repository) -> dict[str, list[Unit]]:
    found: dict[str, list[Unit]] = {}
    for unit in units(repository):
        for path in {each.path for each in unit.objects}:
            found.setdefault(path, []).append(unit)
    return found


def around(repository: Repository, each: Object) -> tuple[Unit, ...]:
    """The units that an object is in."""
    return tuple(_by_path(repository).get(each.path, ()))


def beside(repository: Repository, each: Object, kind: str) -> list[Object]:
    """The whole objects of this kind that are deployed with this one, in its namespace."""
    found = {
        (other.path, other.at): other
        for unit in around(repository, each)
        for other in _of_kinds(repository)[unit.path].get(kind, ())
        if other.whole and same_namespace(each, other)
    }
    return list(found.values())


@fact
def _of_kinds(repository: Repository) -> dict[str, dict[str, list[Object]]]:
    """The objects of each unit, by the unit's path, by their kinds."""
    found: dict[str, dict[str, list[Object]]] = {}
    for unit in units(repository):
        kinds = found.setdefault(unit.path, {})
        for each in unit.objects:
            kinds.setdefault(each.kind, []).append(each)
    return found


def named(repository: Repository, kinds: Iterable[str], name: str) -> list[Object]:
    """The objects of a name anywhere in the repository, patches and templates too."""
    return [each for kind in kinds for each in _named(repository).get((kind, name), ())]


@fact
def _named(repository: Repository) -> dict[tuple[str, str], list[Object]]:
    found: dict[tuple[str, str], list[Object]] = {}
    for each in every_object(repository):
        found.setdefault((each.kind, each.name), []).append(each)
    return found


def is_closed(repository: Repository, each: Object) -> bool:
    """Whether all that is deployed with an object is in the repository and can be read."""
    there = around(repository, each)
    return repository.whole and bool(there) and not any(unit.open for unit in there)


def same_namespace(one: Object, other: Object) -> bool:
    """Whether two objects may be in one namespace; none written may become any."""
    return not one.namespace or not other.namespace or one.namespace == other.namespace


def own_objects(repository: Repository, *kinds: str) -> Iterator[Object]:
    """The whole objects of these kinds that are no examples."""
    for each in every_object(repository):
        if each.kind in kinds and is_own(repository, each):
            yield each


def is_own(repository: Repository, each: Object) -> bool:
    """Whether an object is whole and no example, or its file was named by hand."""
    return each.whole and (not repository.whole or not is_example(each.path))


def relabelled(repository: Repository, *those: Object) -> bool:
    """Whether a patch may change labels or selectors of these objects."""
    return any(set_elsewhere(repository, each, "labels", "elector", "Labels") for each in those)


@fact
def generated(repository: Repository) -> tuple[Generated, ...]:
    """The ConfigMaps and Secrets that kustomizations make."""
    return tuple(
        each
        for path in kustomizations(repository)
        for document in documents(repository, path)
        if isinstance(document.root, Mapping)
        for kind in ("ConfigMap", "Secret")
        for each in _generated(document.root, kind)
    )


def _generated(root: Mapping, kind: str) -> Iterator[Generated]:
    for each in mappings(root, "configMapGenerator" if kind == "ConfigMap" else "secretGenerator"):
        keys = frozenset(
            posixpath.basename(source.text.partition("=")[0])
            for source in (*items(each, "literals"), *items(each, "files"))
            if isinstance(source, Scalar)
        )
        part = each.get("envs") or each.get("env") or word(each, "behavior") not in ("", "create")
        yield Generated(kind, word(each, "name"), None if part else keys)


def _closure(repository: Repository, path: str) -> frozenset[str]:
    """The files that a kustomization takes in, itself and other kustomizations included."""
    seen: set[str] = set()
    waiting = [path]
    while waiting:
        now = waiting.pop()
        if now in seen:
            continue
        seen.add(now)
        if now in _kustomizations(repository):
            waiting += (_meant(repository, each) for each in listed_files(repository, now))
    return frozenset(seen)


def _meant(repository: Repository, listed: str) -> str:
    """The file that is listed, or the kustomization of the folder that is."""
    if repository.has(listed):
        return listed
    for name in ("kustomization.yaml", "kustomization.yml", "Kustomization"):
        if repository.has(posixpath.join(listed, name)):
            return posixpath.join(listed, name)
    return listed


@fact
def _kustomizations(repository: Repository) -> frozenset[str]:
    return frozenset(kustomizations(repository))


def _unit(repository: Repository, path: str, files: list[str]) -> Unit:
    there = tuple(each for file in files for each in objects(repository, file))
    is_open = any(_opens(repository, file) for file in files) or _custom(repository, there)
    return Unit(path, there, is_open)


def _opens(repository: Repository, file: str) -> bool:
    if not repository.has(file) or in_chart(repository, file):
        return True  # listed, and not here; or a part of a chart
    return file in _kustomizations(repository) and bool(
        _OPENING.search(repository.text(file) or "")
    )


def _custom(repository: Repository, there: tuple[Object, ...]) -> bool:
    known = schemas(repository)
    return known is not None and any(
        each.kind not in known.kinds and each.group not in _HARMLESS for each in there
    )


_HARMLESS = frozenset(
    {
        "gateway.networking.k8s.io",
        "monitoring.coreos.com",
        "cert-manager.io",
        "networking.istio.io",
        "policy",
        "autoscaling",
        "extensions",
        "batch",
        "apps",
    }
)
"""Groups of custom resources that make no pods or Services of their own."""
