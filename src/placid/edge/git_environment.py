"""The environment for a git that asks nobody and works where it is told to.

Variables that would aim it at another repository (GIT_DIR, ...: we may be started from a hook) are
dropped; those that say how to reach a server are kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_KEPT = re.compile(
    r"GIT_(SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|SSL_.+|HTTP_.+|PROXY.*|EXEC_PATH|ALLOW_PROTOCOL"
    r"|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|(AUTHOR|COMMITTER)_(NAME|EMAIL))"
)
_OURS = {
    "GIT_TERMINAL_PROMPT": "0",
    "SSH_ASKPASS_REQUIRE": "never",
    "LC_ALL": "C.UTF-8",
    "LANGUAGE": "C",
    "GIT_OPTIONAL_LOCKS": "0",
}


def alone(environ: Mapping[str, str]) -> dict[str, str]:
    """The user's environment with the user's settings of git, and no terminal."""
    theirs = {
        name: value
        for name, value in environ.items()
        if not name.startswith("GIT_") or _KEPT.fullmatch(name)
    }
    return theirs | _OURS


def with_settings(environ: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """The environment with further settings of git, which no argv shows."""
    count = environ.get("GIT_CONFIG_COUNT", "0")
    first = int(count) if count.isdigit() else 0
    found = {**environ, "GIT_CONFIG_COUNT": str(first + len(settings))}
    for number, (key, value) in enumerate(settings.items(), first):
        found |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return found
