"""No `.env` file is in the repository: it is where secrets end up.

Why: what is in a commit is in every clone, and a later commit does not take it out.
Bad: `.env` with `DATABASE_URL=postgres://app:...@db/app`, tracked or not ignored
Good: `.env` in `.gitignore`, its names in `.env.example`
Known limits: HIGH when a value looks like a real secret, LOW when none is a secret by its name (and
none at all beside a compose file, which reads its defaults there);
other `*.env` files (settings that travel with a release) are only told when a value looks real.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from placid.core.audit.facts.credentials import Look, is_credential_name, look, look_alone
from placid.core.audit.facts.env_files import EnvFile, env_file, is_env_file, is_test_env
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule

_SHOWN = 3
_COMPOSE = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")


@path_rule("secrets/env-file-in-repository", Severity.HIGH, docs=__doc__ or "", reads=is_env_file)
def env_file_in_repository(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    found = env_file(repository, path)
    if found is None or found.example or is_test_env(path):
        return
    real, weak = _secrets(found)
    if not real and not posixpath.basename(path).startswith(".env"):
        return
    if real:
        what, severity = f"it holds real-looking secrets ({_some(real)})", Severity.HIGH
    elif weak:
        what, severity = f"it sets secrets ({_some(weak)})", Severity.MEDIUM
    elif _for_compose(repository, path):
        return
    else:
        what, severity = "it holds no secret yet", Severity.LOW
    settings = [each for each in found.settings if each.name in {*real, *weak}]
    at = Place(path, settings[0].written) if settings else Place(path)
    yield Hit(
        f"{path} is tracked, or not ignored: {what}",
        (at,),
        hidden=True,
        severity=severity,
        action="take the .env files out of git (git rm --cached), ignore them, change the secrets",
    )


def _for_compose(repository: Repository, path: str) -> bool:
    """Whether it is the file of defaults that compose reads beside its own."""
    folder = posixpath.dirname(path)
    return posixpath.basename(path) == ".env" and any(
        repository.has(posixpath.join(folder, name)) for name in _COMPOSE
    )


def _secrets(found: EnvFile) -> tuple[list[str], list[str]]:
    """The names whose values look real, and those with any other value."""
    real, weak = list[str](), list[str]()
    for each in found.settings:
        named = is_credential_name(each.name)
        seen = look(each.value) if named else look_alone(each.value)
        if seen >= Look.REAL:
            real.append(each.name)
        elif seen is Look.WEAK:
            weak.append(each.name)
    return real, weak


def _some(names: list[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
