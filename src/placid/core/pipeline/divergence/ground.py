"""The machine that differences are told against, and one difference."""

from __future__ import annotations

from typing import NamedTuple

from placid.base.yamltext import Span


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


class Ground(NamedTuple):
    """This machine, and what was given to the run.

    system    as RUNNER_OS: Linux, macOS, Windows; arch as RUNNER_ARCH: X64, ARM64
    described what it is called: "Debian GNU/Linux 12"; label: "ubuntu-24.04" where it is one
    image     the container of --image, "" for this machine itself
    engine    "podman", "docker" or "" for none; network: whether it may be used
    programs  those of pwsh, node, gh and sudo that are installed
    token     whether a GITHUB_TOKEN was given; secrets, variables: the names of those given
    native    the actions that placid does itself ("actions/checkout")
    """

    system: str = "Linux"
    arch: str = "X64"
    described: str = "this machine"
    label: str = ""
    cores: int = 0
    image: str = ""
    engine: str = ""
    network: bool = True
    programs: frozenset[str] = frozenset()
    token: bool = False
    secrets: frozenset[str] = frozenset()
    variables: frozenset[str] = frozenset()
    native: frozenset[str] = frozenset()
    event: str = "push"
    event_file: bool = False


class Difference(NamedTuple):
    """One thing that differs: `what` is written at `at`, and what it means `here`.

    `heavy`: the run may end otherwise than at GitHub
    """

    what: str
    at: Span
    here: str
    heavy: bool = False
