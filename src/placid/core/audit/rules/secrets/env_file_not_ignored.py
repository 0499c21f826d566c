"""Where people are told to write an `.env` file, git ignores it.

Why: the next `git add .` takes it in, with all that is in it.
Bad: `.env.example` in the repository, and no `.env` in `.gitignore`
Good: `.env` in `.gitignore`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.core.audit.facts.env_files import EnvFile, env_files
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, rule

_IGNORES = ".gitignore"


@rule("secrets/env-file-not-ignored", Severity.MEDIUM, docs=__doc__ or "")
def env_file_not_ignored(repository: Repository) -> Iterator[Hit | Unknown]:
    if not repository.whole:
        return
    for example in env_files(repository):
        real = _real(example)
        if not example.example or repository.has(real):
            continue
        if repository.tree.ignored(real) is False:
            yield Hit(
                f"{real} is written after {example.path}, and git does not ignore it",
                (Place(example.path),),
                fix=_ignore(repository),
                action="ignore .env in .gitignore",
            )


def _real(example: EnvFile) -> str:
    return f"{example.folder}/.env" if example.folder else ".env"


def _ignore(repository: Repository) -> Fix:
    text = repository.text(_IGNORES) or ""
    line = ".env\n" if not text or text.endswith("\n") else "\n.env\n"
    edit = Edit(Place(_IGNORES, Span(len(text), len(text))), line)
    return Fix("ignore .env", (edit,), safe=True)
