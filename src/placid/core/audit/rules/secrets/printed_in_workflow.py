"""A workflow does not print its secrets.

Why: the log is kept and read by many. GitHub puts stars over a secret only where it is printed as
it is: cut, encoded or with its lines joined it is readable.
Bad: `run: echo ${{ secrets.API_KEY }}`, `echo "$API_KEY" | base64`
Good: hand it to the program that needs it, through `env:`
Known limits: HIGH for what goes through a program that changes its form, MEDIUM for the rest. What
goes to a file or to another program is not printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.core.audit.facts.step_secrets import (
    Script,
    Use,
    holds_scripts,
    is_own_token,
    scripts_with_secrets,
)
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule
from placid.formats.shell import Command

_PRINTS = frozenset(("echo", "printf"))
_CHANGES = frozenset(("base64", "rev", "xxd", "od", "hexdump", "tr", "sed", "cut", "fold", "awk"))
_ENCODERS = frozenset(("base64", "openssl", "gpg"))
_TO_FILE = ("-o", "--output", "-out")
_TO_LOG = re.compile(r"[0-9]?>&[12]|2>/dev/null")
_MASKS = "::add-mask::"


@path_rule("secrets/printed-in-workflow", Severity.MEDIUM, docs=__doc__ or "", reads=holds_scripts)
def printed_in_workflow(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    for script in scripts_with_secrets(repository, path):
        for index, command in enumerate(script.commands):
            if command.words and command.program in _PRINTS:
                yield from _printed(script, index, path)


def _printed(script: Script, index: int, path: str) -> Iterator[Hit]:
    command = script.commands[index]
    uses = script.within(command.words[0].end, command.end)
    last, changed = _last(script, index)
    if not uses or last is None or ">" in _TO_LOG.sub("", script.line(last)):
        return
    if ">" in _TO_LOG.sub("", script.line(command)) or _MASKS in script.line(command):
        return
    for use in uses:
        if not is_own_token(use):
            yield _hit(use, path, changed)


def _hit(use: Use, path: str, changed: str) -> Hit:
    form = f", changed by {changed}, so that GitHub does not hide it" if changed else ""
    return Hit(
        f"secret {use.secret} is printed to the log{form}",
        (Place(path, use.span),),
        severity=Severity.HIGH if changed else Severity.MEDIUM,
        action="do not print secrets in workflows",
    )


def _last(script: Script, index: int) -> tuple[Command | None, str]:
    """The end of a pipeline when it prints what comes in, and what changed it on the way."""
    changed = ""
    command = script.commands[index]
    while command.after in {"|", "|&"}:
        index += 1
        if index >= len(script.commands):
            return None, ""
        command = script.commands[index]
        program = command.program if command.words else ""
        if program not in _CHANGES | {"cat", "tee"}:
            return None, ""
        if program in _ENCODERS and any(each.startswith(_TO_FILE) for each in command.texts()):
            return None, ""
        if program in _CHANGES:
            changed = changed or program
    return command, changed
