"""The pods that a workload makes, and the containers in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from placid.base.yamltext import Entry, Mapping, Node, Scalar, Span
from placid.formats.manifests.object import Object
from placid.formats.manifests.reading import (
    entry,
    items,
    mapping,
    mappings,
    number,
    scalar,
    word,
    words,
    written,
)

_TEMPLATES: dict[tuple[str, str], tuple[str, ...]] = {
    **{
        (group, kind): ("spec", "template")
        for group in ("apps", "extensions")
        for kind in ("Deployment", "DaemonSet", "ReplicaSet", "StatefulSet")
    },
    ("", "ReplicationController"): ("spec", "template"),
    ("batch", "Job"): ("spec", "template"),
    ("batch", "CronJob"): ("spec", "jobTemplate", "spec", "template"),
    ("", "Pod"): (),
    ("", "PodTemplate"): ("template",),
    ("argoproj.io", "Rollout"): ("spec", "template"),
    ("serving.knative.dev", "Service"): ("spec", "template"),
    ("apps.openshift.io", "DeploymentConfig"): ("spec", "template"),
}
SERVING = frozenset(
    {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Rollout"}
    | {"DeploymentConfig", "Service"}
)
"""Kinds whose pods are meant to run until they are replaced."""


@dataclass(frozen=True)
class Container:
    """One container. `at` is its name, where to point at when it is meant as a whole.

    init: runs before the others; sidecar: an init container that keeps running
    image is "" when none is written
    """

    node: Mapping
    name: str
    image: str
    at: Span
    init: bool = False
    sidecar: bool = False

    @property
    def runs(self) -> bool:
        """Whether it runs as long as the pod does."""
        return self.sidecar or not self.init

    def entry(self, *route: str) -> Entry | None:
        """The `key: value` at `route`."""
        return entry(self.node, *route)

    def word(self, *route: str) -> str:
        """The text at `route`; "" when there is none."""
        return word(self.node, *route)

    def probe(self, kind: str) -> Mapping | None:
        """The probe of a kind: "readiness", "liveness" or "startup"."""
        return mapping(self.node, f"{kind}Probe")

    @cached_property
    def ports(self) -> tuple[Port, ...]:
        """The ports that it declares."""
        return tuple(_port(each) for each in mappings(self.node, "ports"))

    @cached_property
    def env(self) -> tuple[Env, ...]:
        """The environment variables that it sets by name, in order."""
        return tuple(_env(each) for each in mappings(self.node, "env"))


@dataclass(frozen=True, slots=True)
class Port:
    """A declared port; number is None when it is none, name "" when it has none."""

    node: Mapping
    name: str
    number: int | None
    protocol: str
    at: Span


@dataclass(frozen=True, slots=True)
class Env:
    """A variable; value is None when it comes from elsewhere (`valueFrom`) or is not set."""

    node: Mapping
    name: str
    value: Scalar | None
    at: Span


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod template: `template` has its metadata and `spec`, both where they are written."""

    template: Mapping
    spec: Mapping
    labels: dict[str, str]
    containers: tuple[Container, ...]

    def entry(self, *route: str) -> Entry | None:
        """The `key: value` at `route` below the pod's spec."""
        return entry(self.spec, *route)

    def word(self, *route: str) -> str:
        """The text at `route` below the pod's spec; "" when there is none."""
        return word(self.spec, *route)


def pod_of(each: Object) -> Pod | None:
    """The pod that an object makes; None for one that makes none, or says nothing of it."""
    spec = pod_spec(each)
    route = template_route(each)
    template = None if route is None else mapping(each.node, *route)
    if spec is None or template is None:
        return None
    labels = words(template, "metadata", "labels")
    return Pod(template, spec, labels, tuple(containers_of(spec)))


def template_route(each: Object) -> tuple[str, ...] | None:
    """The way from an object to its pod template; None when it makes no pods."""
    return _TEMPLATES.get((each.group, each.kind))


def pod_spec(each: Object) -> Mapping | None:
    """The spec of the pod that an object makes, or None."""
    route = template_route(each)
    return None if route is None else mapping(each.node, *route, "spec")


def containers_of(spec: Mapping) -> Iterator[Container]:
    """The containers of a pod's spec: init containers first, as they run."""
    for node in items(spec, "initContainers"):
        if isinstance(node, Mapping):
            yield _container(node, init=True)
    for node in items(spec, "containers"):
        if isinstance(node, Mapping):
            yield _container(node, init=False)


def _container(node: Mapping, *, init: bool) -> Container:
    sidecar = init and word(node, "restartPolicy") == "Always"
    at = _named(node)
    return Container(node, word(node, "name"), word(node, "image"), at, init, sidecar)


def _port(node: Mapping) -> Port:
    at = _named(node, "containerPort", "name")
    protocol = word(node, "protocol") or "TCP"
    return Port(node, word(node, "name"), number(node, "containerPort"), protocol, at)


def _env(node: Mapping) -> Env:
    return Env(node, word(node, "name"), scalar(node, "value"), _named(node))


def _named(node: Node, *keys: str) -> Span:
    """The first of `keys` (name, unless given) with its value; else the first key there is."""
    if not isinstance(node, Mapping) or node.alias:
        return node.span
    for key in keys or ("name",):
        found = entry(node, key)
        if found and not found.merged:
            return written(found)
    return written(node.entries[0]) if node.entries else node.span
