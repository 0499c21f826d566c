"""The `.env` files of a repository: which are real, which are examples, and where each name is.

A real one (`.env`, `.env.production`, `prod.env`) is loaded as it is; an example (`.env.example`)
is copied and filled in. Files among tests, examples and other people's code are left out.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import NamedTuple

from placid.base.errors import Problem
from placid.base.yamltext import Span
from placid.core.audit.facts.objects import is_example
from placid.core.audit.model import Repository, fact, path_fact
from placid.formats import envfile

_ENV = re.compile(r"\.env(?:\.[\w-]+){0,3}|[\w.-]*\.env", re.IGNORECASE)
_EXAMPLE = re.compile(
    r"example|sample|template|tmpl|dist|defaults?|schema|skel|stub|docs?|tpl", re.IGNORECASE
)
_TEST = re.compile(r"(?:^|[._-])(?:tests?|testing|ci|spec|e2e)(?:[._-]|$)", re.IGNORECASE)
_LINE = re.compile(
    r"^[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(?P<value>[^\r\n]*)",
    re.MULTILINE,
)
_CODE = (
    *(
        ".js",
        ".ts",
        ".cjs",
        ".mjs",
        ".jsx",
        ".tsx",
        ".map",
        ".py",
        ".go",
        ".rb",
        ".java",
        ".php",
        ".rs",
    ),
    *(".html", ".css", ".svg", ".md", ".rst", ".sql", ".snap"),
)
_LARGEST = 200_000


class Setting(NamedTuple):
    """One `NAME=value`; the spans are those of the name and of the value as it is written."""

    name: str
    value: str
    at: Span
    written: Span


@dataclass(frozen=True, slots=True)
class EnvFile:
    """One file with its settings in order."""

    path: str
    example: bool
    settings: tuple[Setting, ...]

    @property
    def folder(self) -> str:
        """Where it lies; "" for the root."""
        return posixpath.dirname(self.path)

    @property
    def names(self) -> frozenset[str]:
        """The names that it sets."""
        return frozenset(each.name for each in self.settings)


def is_env_file(path: str) -> bool:
    """Whether the name says that it is an `.env` file, real or an example."""
    if "env" not in path.lower():
        return False
    return bool(_ENV.fullmatch(posixpath.basename(path))) or is_env_example(path)


def is_env_example(path: str) -> bool:
    """Whether the name says that it is an example of an `.env` file."""
    name = posixpath.basename(path).lower()
    if "env" not in name or name.endswith(_CODE):
        return False
    return "env" in name.split(".") + name.split("-") and bool(_EXAMPLE.search(name))


def is_test_env(path: str) -> bool:
    """Whether it is for tests: what it holds is made up."""
    return bool(_TEST.search(posixpath.basename(path)))


@path_fact
def env_file(repository: Repository, path: str) -> EnvFile | None:
    """The settings of one file; None when it is no `.env` file."""
    text = repository.text(path) if is_env_file(path) and not is_example_folder(path) else None
    if text is None or len(text) > _LARGEST:
        return None
    try:
        values = envfile.parse(text.encode("utf-8", "replace"), path)
    except Problem:
        values = {}
    settings = tuple(
        Setting(
            found["name"],
            values.get(found["name"], found["value"].strip().strip("\"'")),
            Span(*found.span("name")),
            Span(found.start("value"), found.start("value") + len(found["value"].rstrip())),
        )
        for found in _LINE.finditer(text)
    )
    return EnvFile(path, is_env_example(path), settings)


def is_example_folder(path: str) -> bool:
    """Whether the file is among tests, examples or other people's code (its name apart)."""
    folder = posixpath.dirname(path)
    return bool(folder) and ("{{" in folder or is_example(f"{folder}/x"))


@fact
def env_files(repository: Repository) -> tuple[EnvFile, ...]:
    """Every `.env` file, by path."""
    found = (env_file(repository, path) for path in repository.paths if is_env_file(path))
    return tuple(each for each in found if each is not None)
