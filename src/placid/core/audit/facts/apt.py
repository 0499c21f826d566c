"""apt in Dockerfiles: what counts as a yes, and which bases come without package lists."""

from __future__ import annotations

import re

from placid.core.audit.facts.run_commands import Call
from placid.formats.images import image

APT = frozenset(("apt-get", "apt", "aptitude"))
CHANGES = frozenset(("install", "upgrade", "dist-upgrade", "full-upgrade", "build-dep"))
_YES = re.compile(r"-[a-zA-Z]*y[a-zA-Z]*\Z|-[a-zA-Z]*qq[a-zA-Z]*\Z|-q=[2-9]|--yes\Z|--assume-yes\Z")
_BARE = frozenset(("debian", "ubuntu", "buildpack-deps"))
_ON_DEBIAN = frozenset(
    ("python", "node", "golang", "ruby", "php", "rust", "perl", "openjdk", "gcc")
)


def is_apt(call: Call, *verbs: str) -> bool:
    """Whether a command is apt with one of these verbs."""
    return call.command.program in APT and call.command.verb() in verbs


def says_yes(call: Call) -> bool:
    """Whether apt was told not to ask."""
    return any(_YES.match(text) for text in call.command.texts())


def without_lists(reference: str | None) -> bool:
    """Whether a base is an official one that comes without package lists."""
    known = image(reference) if reference else None
    if known is None or not known.official:
        return False
    if known.official in _ON_DEBIAN:
        return "alpine" not in known.tag and "windows" not in known.tag
    return known.official in _BARE
