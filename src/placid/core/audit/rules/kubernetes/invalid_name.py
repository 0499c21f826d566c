"""Objects, containers, ports and labels have names that the API takes.

Why: the API refuses the object, so the deploy stops.
Bad: `name: My_App`, a container named `web.server`, `labels: {owner: "team a"}`
Good: `name: my-app`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.base.yamltext import Scalar, Span
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.workloads import sure, with_objects, with_pods
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, path_rule
from placid.formats.manifests.object import Object, is_hole
from placid.formats.manifests.pods import Pod
from placid.formats.manifests.reading import entry, mapping, scalar

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_SERVICE = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
_PORT = re.compile(r"(?=.*[a-z])[a-z0-9](-?[a-z0-9]){0,14}")
_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
_KEY = re.compile(
    r"([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
)
_FREE = ("rbac.authorization.k8s.io",)
_KNOWN = ("", "apps", "batch", "networking.k8s.io", "autoscaling", "policy", "storage.k8s.io")
_SHORT = frozenset({"Namespace"})

Wrong = tuple[str, Span]


@path_rule(
    "kubernetes/invalid-name",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_objects,
)
def invalid_name(repository: Repository, path: str) -> Iterator[Hit]:
    for each, pod in with_pods(repository, path):
        if not each.whole or each.group not in _KNOWN or "placeholder" in each.name.lower():
            continue
        for what, span in (*_own(each), *_labels(each, pod), *_in_pod(pod)):
            yield Hit(
                f"the API refuses {what}",
                at=(Place(path, span),),
                confidence=sure(repository, path),
            )


def _own(each: Object) -> Iterator[Wrong]:
    name = scalar(each.node, "metadata", "name")
    if name is None or is_hole(name.text) or _is_blank(name.text):
        return
    shape, most = _SUBDOMAIN, 253
    if each.kind == "Service":
        shape, most = _SERVICE, 63
    elif each.kind in _SHORT:
        shape, most = _LABEL, 63
    elif each.kind == "CronJob":
        most = 52
    if len(name.text) > most:
        yield f"the name of {each.kind} {name.text[:60]}, longer than {most} characters", name.span
    elif not shape.fullmatch(name.text):
        yield f'the name "{name.text[:80]}" of a {each.kind}', name.span


def _is_blank(text: str) -> bool:
    """Whether it stands for a name that is still to be put in ("<name>", "NAME")."""
    return "<" in text or text.isupper()


def _labels(each: Object, pod: Pod | None) -> Iterator[Wrong]:
    for owner in (each.node, pod.template if pod and pod.template is not each.node else None):
        found = mapping(owner, "metadata", "labels")
        for label in found.entries if found else ():
            if not isinstance(label.value, Scalar) or is_hole(label.value.text + label.key.text):
                continue
            if not _KEY.fullmatch(label.key.text):
                yield f'the label "{label.key.text[:80]}"', label.key.span
            elif not _VALUE.fullmatch(label.value.text) and "<" not in label.value.text:
                value = label.value.text[:80]
                yield f'the value "{value}" of the label {label.key.text}', label.value.span


def _in_pod(pod: Pod | None) -> Iterator[Wrong]:
    for container in pod.containers if pod else ():
        name = container.name
        if name and not _LABEL.fullmatch(name) and not is_hole(name) and not _is_blank(name):
            yield f'the container name "{name[:80]}"', container.at
        for port in container.ports:
            at = entry(port.node, "name")
            if at and port.name and not is_hole(port.name) and not _PORT.fullmatch(port.name):
                yield f'the port name "{port.name[:80]}" (at most 15 of a-z, 0-9, -)', at.value.span
