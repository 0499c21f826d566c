"""A script that uses secrets does not print every command it runs.

Why: `set -x` writes each command with its variables filled in; stars cover a secret only where it
stands whole, and not what was cut out of it or encoded.
Bad: `run: set -x; curl -H "Authorization: $TOKEN" ...`
Good: the same without `set -x`, or `set +x` before the secret is used
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.step_secrets import Script, holds_scripts, scripts_with_secrets
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule


@path_rule("secrets/traced-script", Severity.MEDIUM, docs=__doc__ or "", reads=holds_scripts)
def traced_script(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    for script in scripts_with_secrets(repository, path):
        start = _traced(script)
        if start is None:
            continue
        use = next((use for use in script.uses if use.start > start), None)
        if use is not None:
            yield Hit(
                f"set -x prints the commands that use secret {use.secret}",
                (Place(path, use.span),),
                action="remove set -x from the scripts that use secrets",
            )


def _traced(script: Script) -> int | None:
    """Where tracing begins and is not switched off again."""
    start = None
    for command in script.commands:
        if command.words and command.program == "set":
            for option in command.texts():
                if option.startswith("-") and not option.startswith("--") and "x" in option:
                    start = command.start
                elif option == "+x":
                    start = None
    return start
