"""The script behind a command of a pipeline: of package.json, a Makefile, or a file of its own."""

from __future__ import annotations

import posixpath
import re
from typing import NamedTuple

import msgspec

from placid.core.audit.model import Repository, path_fact
from placid.formats.shell import Command

_TARGET = re.compile(r"^(?P<names>[\w./-]+(?:[ \t]+[\w./-]+)*)[ \t]*::?(?!=)", re.MULTILINE)
_SHELL = re.compile(r"(?:.*/)?(?:ba|da|z)?sh")
_LAUNCHERS = frozenset(("npm", "yarn", "pnpm", "bun"))


class Called(NamedTuple):
    """The text of a script; None when there is one that cannot be read here."""

    name: str
    text: str | None


class _Package(msgspec.Struct):
    scripts: dict[str, str] = {}


def called(repository: Repository, command: Command, folder: str) -> Called | None:
    """The script that a command starts; None when it starts none."""
    words = [word.text for word in command.words]
    plain = [word for word in words[1:] if not word.startswith("-")]
    if command.program in _LAUNCHERS and plain[:1] in (["run"], ["run-script"]) and plain[1:]:
        return Called(plain[1], _script(repository, folder, plain[1]))
    if command.program in {"yarn", "pnpm"} and plain:
        text = _script(repository, folder, plain[0])
        return Called(plain[0], text) if text is not None else None
    if command.program == "make":
        goal = next((word for word in plain if "=" not in word), "")
        return Called(f"make {goal}".strip(), _recipe(repository, folder, goal))
    return _file(repository, words, folder)


def _file(repository: Repository, words: list[str], folder: str) -> Called | None:
    shell = bool(_SHELL.fullmatch(words[0])) or words[0] in {"source", "."}
    given = next((word for word in words[1:] if not word.startswith("-")), "")
    name = given if shell else words[0]
    if not name or (not shell and "/" not in name) or name.startswith(("/", "~", "$")):
        return None
    for base in (folder, ""):
        path = posixpath.normpath(posixpath.join(base, name))
        if repository.has(path):
            return Called(path, repository.text(path) if _is_shell(repository, path) else None)
    return Called(name, None)


def _is_shell(repository: Repository, path: str) -> bool:
    text = repository.text(path) or ""
    return path.endswith((".sh", ".bash")) or bool(re.match(r"#!.*\b(?:ba|da|z)?sh\b", text[:80]))


@path_fact
def _scripts(repository: Repository, path: str) -> dict[str, str]:
    try:
        text = repository.text(path) or ""
        return msgspec.json.decode(text.encode("utf-8", "replace"), type=_Package).scripts
    except (msgspec.MsgspecError, RecursionError):
        return {}


def _script(repository: Repository, folder: str, name: str) -> str | None:
    for base in (folder, ""):
        path = posixpath.join(base, "package.json")
        if repository.has(path):
            return _scripts(repository, path).get(name)
    return None


def _recipe(repository: Repository, folder: str, goal: str) -> str | None:
    """The recipe of a target with those of its prerequisites' names left out."""
    for name in ("Makefile", "makefile", "GNUmakefile"):
        text = repository.text(posixpath.join(folder, name))
        if text is not None:
            return _of_target(text, goal)
    return None


def _of_target(text: str, goal: str) -> str | None:
    for found in _TARGET.finditer(text):
        names = found["names"].split()
        if (goal in names) if goal else not names[0].startswith("."):
            rest = text[found.end() :].split("\n")
            needs = [f"make {need}" for need in re.findall(r"[\w./-]+", rest[0].partition("#")[0])]
            lines: list[str] = []
            for line in rest[1:]:
                if line.strip() and not line.startswith(("\t", "#")):
                    break
                lines.append(line.strip().lstrip("@-+").replace("$(MAKE)", "make"))
            return "\n".join((*needs, *lines))
    return None
