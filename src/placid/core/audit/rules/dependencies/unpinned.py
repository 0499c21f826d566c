"""What an application installs is pinned, where no lock file does it.

Why: `flask>=2` in a requirements file means another Flask next week; the build of an old commit
brings new packages, and going back does not go back.
Bad: `requirements.txt` with `flask>=2`, installed by the Dockerfile
Good: `uv pip compile --generate-hashes requirements.in`: every line `==` with hashes
Known limits: requirements for development, docs and tests are left alone, and those of libraries.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import dockerfiles
from placid.core.audit.facts.file_names import named
from placid.core.audit.facts.projects import is_foreign
from placid.core.audit.facts.run_commands import run_commands
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule
from placid.formats.lockfiles.gradle import dynamic, floats, read_pom
from placid.formats.lockfiles.model import Wanted
from placid.formats.lockfiles.requirements import is_exact, read_requirements

_NAMES = (
    *("requirements.txt", "base.txt", "prod.txt", "production.txt"),
    *("pom.xml", "build.gradle", "build.gradle.kts"),
)
_SERVED = re.compile(r"(?:^|/)requirements(?:/(?:base|prod|production))?\.txt$")
_STARTS = ("Procfile", "manage.py", "wsgi.py", "app.yaml", "serverless.yml", "zappa_settings.json")
_PACKAGED = ("setup.py", "setup.cfg", "pyproject.toml", "Pipfile")


@rule("dependencies/unpinned", Severity.MEDIUM, docs=__doc__ or "")
def unpinned(repository: Repository) -> Iterator[Hit | Unknown]:
    for path in named(repository, _NAMES):
        name = posixpath.basename(path)
        if _SERVED.search(path) and not is_foreign(path):
            yield from _requirements(repository, path)
        elif name == "pom.xml" and not is_foreign(path):
            found = [each for each in read_pom(repository.text(path) or "") if floats(each.range)]
            yield from _hits(path, found, "name exact versions in the poms")
        elif name in {"build.gradle", "build.gradle.kts"} and not is_foreign(path):
            lock = posixpath.join(posixpath.dirname(path), "gradle.lockfile")
            if not repository.has(lock) and "dependencyLocking" not in (
                repository.text(path) or ""
            ):
                moving = list(dynamic(repository.text(path) or ""))
                yield from _hits(path, moving, "name exact versions in the Gradle builds")


def _requirements(repository: Repository, path: str) -> Iterator[Hit]:
    why = _installed(repository).get(path) or _started(repository, path)
    if not why:
        return
    found = [
        each
        for each in read_requirements(repository.text(path) or "").wanted
        if not is_exact(each.range)
    ]
    action = f"pin {path}: keep the ranges in a .in file, and compile it with hashes"
    yield from _hits(path, found, action, f" ({why})")


def _hits(path: str, found: list[Wanted], action: str, why: str = "") -> Iterator[Hit]:
    if found:
        names = ", ".join(f"{each.name}{each.range}" for each in found[:3])
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        message = f"{path} leaves {len(found)} open: {names}{more}{why}"
        yield Hit(message, (Place(path, found[0].span),), action=action)


def _installed(repository: Repository) -> dict[str, str]:
    """The requirements that an image installs, with who does."""
    found: dict[str, str] = {}
    for each in dockerfiles(repository):
        quiet = each.example or "pip" not in each.text
        for call in () if quiet else run_commands(repository, each.path):
            if call.command.verb() != "install" or not call.command.program.startswith("pip"):
                continue
            for word in call.command.arguments:
                name = posixpath.basename(word.text.removeprefix("-r"))
                path = posixpath.join(each.context, name)
                if name.endswith(".txt") and repository.has(path):
                    found[path] = f"{each.path} installs it"
    return found


def _started(repository: Repository, path: str) -> str:
    """What shows that the folder is a program that is run, and not a package."""
    folder = posixpath.dirname(path).removesuffix("requirements").rstrip("/")
    if any(repository.has(posixpath.join(folder, name)) for name in _PACKAGED):
        return ""
    for name in _STARTS:
        if repository.has(posixpath.join(folder, name)):
            return f"{posixpath.join(folder, name)} is run with it"
    return ""
