"""A secret is not written into the arguments of a command.

Why: the arguments of a program are seen by every process of the machine, and land in its logs and
in error reports; what `${{ }}` puts into a script is in the script's file on disk too.
Bad: `docker login -u me -p ${{ secrets.PASSWORD }}`, `deploy --token ${{ secrets.TOKEN }}`
Good: `echo "$PASSWORD" | docker login -u me --password-stdin`, a variable that the program reads
Known limits: MEDIUM where the program takes it in another way (a login with --password-stdin), LOW
for other expressions; variables are only told in such a login.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.step_secrets import (
    Script,
    Use,
    holds_scripts,
    is_own_token,
    scripts_with_secrets,
)
from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Hit, Place, Severity, Unknown, path_rule
from placid.formats.shell import Command

_LOGINS = frozenset(("docker", "podman", "buildah", "skopeo", "helm", "oras", "crane", "nerdctl"))
_OPTIONS = ("-p", "--password")
_NAMES = frozenset(("-u", "--username", "--user", "--name"))
_OWN = frozenset(("echo", "printf", "test", "[", "[[", "export", "local", "read", "set", "declare"))


@path_rule("secrets/secret-as-argument", Severity.LOW, docs=__doc__ or "", reads=holds_scripts)
def secret_as_argument(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    for script in scripts_with_secrets(repository, path):
        for command in script.commands:
            if command.words and command.program not in _OWN:
                yield from _argued(script, command, path)


def _argued(script: Script, command: Command, path: str) -> Iterator[Hit]:
    words = command.arguments
    for number, word in enumerate(words):
        before = words[number - 1].text if number else ""
        for use in script.within(word.start, word.end):
            login = _is_login(command, before, word.text)
            plain = use.plain and not is_own_token(use) and before not in _NAMES
            if login or plain:
                yield _hit(use, command, path, login)


def _hit(use: Use, command: Command, path: str, login: bool) -> Hit:
    how = "; it takes --password-stdin" if login else ""
    action = "pass passwords by --password-stdin" if login else "pass secrets by variables"
    return Hit(
        f"secret {use.secret} is an argument of {command.program or 'a command'}{how}",
        (Place(path, use.span),),
        severity=Severity.MEDIUM if login else Severity.LOW,
        confidence=Confidence.HIGH if login else Confidence.MEDIUM,
        action=action,
    )


def _is_login(command: Command, before: str, word: str) -> bool:
    if command.program not in _LOGINS or "login" not in command.texts():
        return False
    return before in _OPTIONS or word.startswith(("--password=", "-p=", "-p$", "-px"))
