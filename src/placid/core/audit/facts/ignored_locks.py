"""The line of a .gitignore that keeps the lock file of a project out of the repository."""

from __future__ import annotations

import posixpath
import re
from typing import NamedTuple

from placid.base.yamltext import Span
from placid.core.audit.facts.projects import LOCKS, Project
from placid.core.audit.model import Repository

_LINE = re.compile(r"^[^\n]*(?:\n|$)", re.MULTILINE)


class Ignored(NamedTuple):
    """A lock file that is not there, with the line (its newline too) that names it."""

    lock: str
    path: str
    span: Span


def ignored_lock(repository: Repository, project: Project) -> Ignored | None:
    """What ignores the lock file of a project that has none; the nearest .gitignore counts."""
    if project.locks:
        return None
    names = LOCKS[posixpath.basename(project.manifest)]
    folder = project.folder
    while True:
        path = posixpath.join(folder, ".gitignore")
        found = _said(repository.text(path) or "", path, names)
        if found is not None:
            return found if found.lock else None
        if not folder:
            return None
        folder = posixpath.dirname(folder)


def _said(text: str, path: str, names: dict[str, str]) -> Ignored | None:
    """The last line about one of the locks; its lock is "" when the line takes it back in."""
    found: Ignored | None = None
    if "lock" not in text and "shrinkwrap" not in text and "go.sum" not in text:
        return None
    for line in _LINE.finditer(text):
        pattern = line[0].strip()
        name = posixpath.basename(pattern.removeprefix("!"))
        if name in names or (name == "*.lock" and any(each.endswith(".lock") for each in names)):
            lock = next((each for each in names if each == name or each.endswith(".lock")), name)
            lock = name if name in names else lock
            found = Ignored("" if pattern.startswith("!") else lock, path, Span(*line.span()))
    return found
