"""Security contexts: what a container gets once the pod's settings are taken into account."""

from __future__ import annotations

from typing import NamedTuple

from placid.base.yamltext import Entry
from placid.core.audit.facts.workloads import Workload
from placid.formats.manifests.pods import Container
from placid.formats.manifests.reading import entry, flag, number

NODE_AGENTS = frozenset({"DaemonSet"})
"""Kinds that are there to work on the node itself."""


class Setting(NamedTuple):
    """A setting and where it is written; None where it is not."""

    value: bool | int | None
    at: Entry | None


def setting(workload: Workload, container: Container, key: str) -> Setting:
    """A flag or number of the security context, the container's own before the pod's."""
    for node in (container.node, workload.pod.spec):
        at = entry(node, "securityContext", key)
        if at is not None:
            asked = flag(node, "securityContext", key)
            return Setting(number(node, "securityContext", key) if asked is None else asked, at)
    return Setting(None, None)


def is_privileged(container: Container) -> bool:
    """Whether it has the rights of the node."""
    return flag(container.node, "securityContext", "privileged") is True


def is_windows(workload: Workload) -> bool:
    """Whether the pod says that it is for Windows, where Linux settings mean nothing."""
    text = workload.pod.word("os", "name") or workload.pod.word("nodeSelector", "kubernetes.io/os")
    return text == "windows"
