"""An application keeps a lock file.

Why: without one, two builds of the same commit install different packages: what was tested is not
what is deployed, and going back to an old commit does not bring the old packages back.
Bad: a `package.json` with `"private": true` and a start script, and no lock file
Good: `package-lock.json` committed beside it
Known limits: libraries are left alone, since their ranges are for those who install them; what is
not clearly an application counts as one of them.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from placid.core.audit.facts.applications import application
from placid.core.audit.facts.ignored_locks import ignored_lock
from placid.core.audit.facts.projects import LOCKS, Project, projects, pyproject
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule
from placid.formats.lockfiles.golang import read_go_mod
from placid.formats.lockfiles.requirements import is_requirements, read_requirements

_MAKE = {
    "package.json": "npm install --package-lock-only",
    "pyproject.toml": "uv lock",
    "Pipfile": "pipenv lock",
    "Cargo.toml": "cargo generate-lockfile",
    "go.mod": "go mod tidy",
    "Gemfile": "bundle lock",
    "composer.json": "composer update --no-install",
    "mix.exs": "mix deps.get",
}
_MANY = ("lerna.json", "nx.json", "turbo.json", "rush.json", "pnpm-workspace.yaml")


@rule("dependencies/no-lock", Severity.MEDIUM, docs=__doc__ or "")
def no_lock(repository: Repository) -> Iterator[Hit | Unknown]:
    if not repository.whole:
        return
    for project in projects(repository):
        if project.locks or _elsewhere(repository, project) or ignored_lock(repository, project):
            continue
        if project.ecosystem == "gomod":
            yield from _no_sums(repository, project)
            continue
        why = application(repository, project)
        if why:
            yield _hit(repository, project, f"{project.manifest} has no lock file, and {why}", None)


def _no_sums(repository: Repository, project: Project) -> Iterator[Hit]:
    """A module with requirements does not build without sums."""
    found = read_go_mod(repository.text(project.manifest) or "")
    open_ = [each for each in found.wanted if each.name not in found.replaced]
    vendored = repository.has(posixpath.join(project.folder, "vendor/modules.txt"))
    if open_ and not vendored and not repository.has("go.work"):
        message = f"{project.manifest} requires {len(open_)} modules, and there is no go.sum"
        yield _hit(repository, project, message, Severity.HIGH)


def _hit(repository: Repository, project: Project, message: str, severity: Severity | None) -> Hit:
    name = posixpath.basename(project.manifest)
    make = _MAKE[name]
    if name == "pyproject.toml":
        found = pyproject(repository, project.manifest)
        make = f"{(found and found.tool) or 'uv'} lock"
    action = f"run `{make}` and commit the lock file"
    return Hit(message, (Place(project.manifest),), action=action, severity=severity)


def _elsewhere(repository: Repository, project: Project) -> bool:
    """Whether something else does the work of a lock: exact lines, a switch, a lock above."""
    name = posixpath.basename(project.manifest)
    if any(_locked_at(repository, name, folder) for folder in _above(project.folder)):
        return True
    if name == "package.json":
        settings = repository.text(posixpath.join(project.folder, ".npmrc")) or ""
        return "package-lock=false" in settings.replace(" ", "")
    if name == "pyproject.toml":
        found = pyproject(repository, project.manifest)
        dynamic = bool(found and found.toml.get("project", "dynamic"))
        return dynamic or _pinned_beside(repository, project.folder)
    return False


def _above(folder: str) -> list[str]:
    """The folders above this one, the root last."""
    parts = folder.split("/") if folder else []
    return ["/".join(parts[:end]) for end in reversed(range(len(parts)))]


def _locked_at(repository: Repository, name: str, folder: str) -> bool:
    """Whether a tool for many packages keeps one lock in this folder for those below."""
    if name == "package.json":
        many = any(repository.has(posixpath.join(folder, each)) for each in _MANY)
        return many and any(repository.has(posixpath.join(folder, each)) for each in LOCKS[name])
    return name == "Cargo.toml" and repository.has(posixpath.join(folder, "Cargo.lock"))


def _pinned_beside(repository: Repository, folder: str) -> bool:
    """Whether a requirements file of the same project names exact versions."""
    start = folder + "/" if folder else ""
    for path in repository.paths:
        if path.startswith(start) and is_requirements(path):
            found = read_requirements(repository.text(path) or "")
            if found.wanted and found.exact:
                return True
    return False
