"""An object as it is written: what it is, what it is called, and whether it is all of it.

A file may hold less than an object: a patch names one and says what changes, a template has holes.
Those are objects of another form; a rule about what is missing must leave them alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from placid.base.yamltext import Document, Mapping, Span, scalars
from placid.formats.manifests.reading import entry, items, mapping, value, word, words

HOLE = re.compile(r"\$\{|\{\{|\{%|<%|\$\(|%\(|\[\[|__[A-Z]\w*__|@[A-Z_]+@")
"""What stands where a tool will write something: envsubst, Helm, Jinja, ERB, sed."""

NOT_IN_CLUSTER = (
    "kustomize.config.k8s.io",
    "kind.x-k8s.io",
    "skaffold",
    "kubeadm.k8s.io",
    "kubelet.config.k8s.io",
    "kubeproxy.config.k8s.io",
    "apiserver.config.k8s.io",
    "audit.k8s.io",
    "client.authentication.k8s.io",
    "ctlptl.dev",
    "k3d.io",
    "eksctl.io",
)
"""Groups of configuration that looks like an object and is never sent to a cluster."""


class Form(Enum):
    """Whether the text has the whole object."""

    WHOLE = "whole"
    PATCH = "patch"
    TEMPLATED = "templated"


@dataclass(frozen=True, slots=True)
class Object:
    """One object of a manifest. `at` is where to point at when it is meant as a whole.

    name is "" for one that is generated, namespace "" when none is written
    """

    path: str
    node: Mapping
    api_version: str
    kind: str
    name: str
    namespace: str
    labels: dict[str, str] = field(hash=False)
    at: Span
    form: Form = Form.WHOLE

    @property
    def group(self) -> str:
        """The API group, "" for the core ("apps" of "apps/v1")."""
        return self.api_version.rpartition("/")[0]

    @property
    def whole(self) -> bool:
        """Whether this is a complete object."""
        return self.form is Form.WHOLE

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" if self.name else self.kind


def objects_in(document: Document, path: str, *, patch: bool = False) -> Iterator[Object]:
    """The objects of a document, with those of a `kind: List` one by one."""
    waiting = [document.root]
    while waiting:
        node = waiting.pop(0)
        if not isinstance(node, Mapping):
            continue
        kind, version = word(node, "kind"), word(node, "apiVersion")
        if not kind or not version or version.startswith(NOT_IN_CLUSTER):
            continue
        if kind.endswith("List") and value(node, "items") is not None:
            waiting[:0] = items(node, "items")
        elif kind != "Kustomization" and (kind, version) != ("Config", "v1"):
            yield _object(document, path, node, patch)


def is_hole(text: str) -> bool:
    """Whether a tool writes something into `text` before it is applied."""
    return bool(HOLE.search(text))


def _object(document: Document, path: str, node: Mapping, patch: bool) -> Object:
    named, kind = entry(node, "metadata", "name"), entry(node, "kind")
    assert kind is not None
    place = named if named and not named.merged and not node.alias else kind
    start, end = place.key.span.start, max(place.key.span.end, place.value.span.end)
    labels = words(node, "metadata", "labels")
    return Object(
        path=path,
        node=node,
        api_version=word(node, "apiVersion"),
        kind=word(node, "kind"),
        name=word(node, "metadata", "name"),
        namespace=word(node, "metadata", "namespace"),
        labels=labels,
        at=Span(start, end),
        form=_form(document, node, patch),
    )


def _form(document: Document, node: Mapping, patch: bool) -> Form:
    text = document.text[node.span.start : node.span.end]
    if any(mark in text for mark in _MARKS) and _templated(document.text, node):
        return Form.TEMPLATED
    if patch or "$patch" in text or _is_partial(node):
        return Form.PATCH
    return Form.WHOLE


_MARKS = ("{{", "{%", "<%")


def _templated(text: str, node: Mapping) -> bool:
    """Whether a template's mark stands where a value should, not somewhere in a long text."""
    left, start = "", node.span.start
    for each in sorted(scalars(node), key=lambda found: found.span):
        if each.plain or each.alias or each.span.start < start:
            continue
        if not each.block and each.text.lstrip().startswith(_MARKS):
            return True
        left, start = left + text[start : each.span.start], each.span.end
    left += text[start : node.span.end]
    return any(mark in left for mark in _MARKS)


_MADE_OF_PODS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"})


def _is_partial(node: Mapping) -> bool:
    """A workload that says nothing of its selector and leaves out its containers or an image."""
    if word(node, "kind") not in _MADE_OF_PODS or value(node, "spec", "selector") is not None:
        return False
    containers = items(node, "spec", "template", "spec", "containers")
    imaged = all(isinstance(each, Mapping) and each.get("image") for each in containers)
    return mapping(node, "metadata") is not None and not (containers and imaged)
