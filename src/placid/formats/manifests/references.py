"""What the pods of a workload read from other objects: keys of ConfigMaps and Secrets, and claims.

for each in references(pod):
    each.kind, each.name.text       # "ConfigMap", "Secret", "ServiceAccount", ...
    each.key                        # a Scalar, or None when the object is read as a whole
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from placid.base.yamltext import Mapping, Scalar
from placid.formats.manifests.object import is_hole
from placid.formats.manifests.pods import Pod
from placid.formats.manifests.reading import flag, mapping, mappings, scalar


class Reference(NamedTuple):
    """One thing that must be there before the pod starts."""

    kind: str
    name: Scalar
    key: Scalar | None = None


def references(pod: Pod) -> Iterator[Reference]:
    """What a pod cannot start without; optional ones, and names that come later, left out."""
    for each in (*_environment(pod), *_volumes(pod), *_account(pod)):
        if not is_hole(each.name.text) and not (each.key and is_hole(each.key.text)):
            yield each


def _environment(pod: Pod) -> Iterator[Reference]:
    for container in pod.containers:
        for variable in mappings(container.node, "env"):
            yield from _keyed("ConfigMap", mapping(variable, "valueFrom", "configMapKeyRef"))
            yield from _keyed("Secret", mapping(variable, "valueFrom", "secretKeyRef"))
        for source in mappings(container.node, "envFrom"):
            yield from _named("ConfigMap", mapping(source, "configMapRef"))
            yield from _named("Secret", mapping(source, "secretRef"))


def _volumes(pod: Pod) -> Iterator[Reference]:
    for volume in mappings(pod.spec, "volumes"):
        yield from _files("ConfigMap", mapping(volume, "configMap"), "name")
        yield from _files("Secret", mapping(volume, "secret"), "secretName")
        yield from _named("PersistentVolumeClaim", mapping(volume, "persistentVolumeClaim"))
        for source in mappings(volume, "projected", "sources"):
            yield from _files("ConfigMap", mapping(source, "configMap"), "name")
            yield from _files("Secret", mapping(source, "secret"), "name")


def _account(pod: Pod) -> Iterator[Reference]:
    name = scalar(pod.spec, "serviceAccountName") or scalar(pod.spec, "serviceAccount")
    if name and name.text != "default":
        yield Reference("ServiceAccount", name)


def _keyed(kind: str, source: Mapping | None) -> Iterator[Reference]:
    name, key = scalar(source, "name"), scalar(source, "key")
    if name and key and not flag(source, "optional"):
        yield Reference(kind, name, key)


def _named(kind: str, source: Mapping | None) -> Iterator[Reference]:
    name = scalar(source, "name") or scalar(source, "claimName")
    if name and not flag(source, "optional"):
        yield Reference(kind, name)


def _files(kind: str, source: Mapping | None, field: str) -> Iterator[Reference]:
    name = scalar(source, field)
    if name is None or flag(source, "optional"):
        return
    yield Reference(kind, name)
    for item in mappings(source, "items"):
        key = scalar(item, "key")
        if key:
            yield Reference(kind, name, key)
