"""Probes: what they ask, and how long they wait. Defaults are the API's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from placid.base.yamltext import Entry, Mapping, Node, Scalar, Sequence
from placid.formats.manifests.pods import Container
from placid.formats.manifests.reading import entry, number

KINDS = ("startup", "readiness", "liveness")
CHECKS = ("exec", "httpGet", "tcpSocket", "grpc")
_DEFAULTS = {
    "initialDelaySeconds": 0,
    "timeoutSeconds": 1,
    "periodSeconds": 10,
    "successThreshold": 1,
    "failureThreshold": 3,
}


class Probe(NamedTuple):
    """One probe of a container: `at` is its entry, the rest in seconds and tries."""

    kind: str
    at: Entry
    node: Mapping
    delay: int
    timeout: int
    period: int
    successes: int
    failures: int

    @property
    def checks(self) -> tuple[Entry, ...]:
        """What it asks; the API wants exactly one."""
        return tuple(each for each in self.node.entries if each.key.text in CHECKS)

    @property
    def patience(self) -> int:
        """Seconds from the first failure until the kubelet acts."""
        return self.period * self.failures


def probes(container: Container) -> Iterator[Probe]:
    """The probes of a container that are written as mappings."""
    for kind in KINDS:
        found = probe(container, kind)
        if found:
            yield found


def probe(container: Container, kind: str) -> Probe | None:
    """One probe of a container, or None."""
    at = entry(container.node, f"{kind}Probe")
    if at is None or not isinstance(at.value, Mapping):
        return None
    seconds = [number(at.value, key) for key in _DEFAULTS]
    filled = [
        default if given is None or (given == 0 and default) else given
        for given, default in zip(seconds, _DEFAULTS.values(), strict=True)
    ]
    return Probe(kind, at, at.value, *filled)


def plain(node: Node) -> object:
    """A value without its places, to compare two."""
    if isinstance(node, Scalar):
        return (type(node.value).__name__, node.text)
    if isinstance(node, Sequence):
        return tuple(plain(each) for each in node.items)
    return tuple(sorted((each.key.text, repr(plain(each.value))) for each in node.entries))
