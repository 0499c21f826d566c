"""The projects of a repository: each manifest with the lock files that speak for it.

A member of a workspace has no lock of its own; that of the root counts. Manifests among tests,
examples and other people's code are no projects.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import NamedTuple

from placid.base.yamltext import Scalar, Sequence
from placid.core.audit.facts.file_names import named
from placid.core.audit.facts.objects import is_example
from placid.core.audit.facts.yamlfiles import documents
from placid.core.audit.model import Repository, fact, path_fact
from placid.formats.lockfiles.cargo import CargoToml, read_cargo
from placid.formats.lockfiles.packagejson import Package, read_package
from placid.formats.lockfiles.pyproject import PyProject, read_pyproject


class Lock(NamedTuple):
    """A lock file and the tool that keeps it."""

    path: str
    tool: str


@dataclass(frozen=True, slots=True)
class Project:
    """A manifest. `ecosystem` is the name that Dependabot has for it.

    locks   the lock files that hold for it, its own or those of the root of its workspace
    root    the folder of that workspace; the project's own folder when it is in none
    """

    ecosystem: str
    manifest: str
    locks: tuple[Lock, ...]
    root: str

    @property
    def folder(self) -> str:
        """Where it lives, "" for the root of the repository."""
        return posixpath.dirname(self.manifest)


MANIFESTS = {
    "package.json": "npm",
    "pyproject.toml": "pip",
    "Pipfile": "pip",
    "Cargo.toml": "cargo",
    "go.mod": "gomod",
    "Gemfile": "bundler",
    "composer.json": "composer",
    "mix.exs": "mix",
}
LOCKS = {
    "package.json": {
        "package-lock.json": "npm",
        "npm-shrinkwrap.json": "npm",
        "yarn.lock": "yarn",
        "pnpm-lock.yaml": "pnpm",
        "bun.lock": "bun",
        "bun.lockb": "bun",
    },
    "pyproject.toml": {
        "uv.lock": "uv",
        "poetry.lock": "poetry",
        "pdm.lock": "pdm",
        "pylock.toml": "pip",
    },
    "Pipfile": {"Pipfile.lock": "pipenv"},
    "Cargo.toml": {"Cargo.lock": "cargo"},
    "go.mod": {"go.sum": "go"},
    "Gemfile": {"Gemfile.lock": "bundler"},
    "composer.json": {"composer.lock": "composer"},
    "mix.exs": {"mix.lock": "mix"},
}
_FOREIGN = re.compile(
    r"(?:^|/)(?:node_modules|bower_components|vendor|third[-_]party|site-packages|dist|\.yarn"
    r"|templates?|skeletons?|scaffold(?:ing)?|boilerplates?|stubs?|__pycache__)/"
    r"|[{%$]|\.egg-info/|(?:^|/)cookiecutter",
    re.IGNORECASE,
)


def is_foreign(path: str) -> bool:
    """Whether a file is an example, a test's, a template, or another's: it proves nothing."""
    return is_example(path) or bool(_FOREIGN.search(path))


@fact
def projects(repository: Repository) -> tuple[Project, ...]:
    """Every project, by path."""
    return tuple(_projects(repository))


def _projects(repository: Repository) -> Iterator[Project]:
    for path in named(repository, MANIFESTS):
        if is_foreign(path):
            continue
        name = posixpath.basename(path)
        folder = posixpath.dirname(path)
        root = _workspace(repository, name, folder)
        places = (folder,) if root == folder else (folder, root)
        locks = (
            Lock(found, tool)
            for place in places
            for lock, tool in LOCKS[name].items()
            if repository.has(found := posixpath.join(place, lock))
        )
        yield Project(MANIFESTS[name], path, tuple(locks), root)


def _workspace(repository: Repository, name: str, folder: str) -> str:
    """The nearest folder at or above that takes this project in as a member, else its own."""
    above: str = folder
    while above:
        above = posixpath.dirname(above)
        root = posixpath.join(above, name)
        member = folder[len(above) :].lstrip("/")
        if repository.has(root) and _takes_in(repository, root, member):
            return above
    return folder


def _takes_in(repository: Repository, manifest: str, member: str) -> bool:
    globs = _members(repository, manifest)
    taken = any(matches(glob, member) for glob in globs if not glob.startswith("!"))
    return taken and not any(matches(glob[1:], member) for glob in globs if glob.startswith("!"))


def matches(glob: str, folder: str) -> bool:
    """Whether the glob of a workspace takes in a folder: `*` stays within one level."""
    glob = posixpath.normpath(glob.removeprefix("./")).rstrip("/")
    parts, names = glob.split("/"), folder.split("/")
    if "**" in parts:
        at = parts.index("**")
        return len(names) >= at and all(map(fnmatchcase, names[:at], parts[:at]))
    return len(parts) == len(names) and all(map(fnmatchcase, names, parts))


@path_fact
def _members(repository: Repository, manifest: str) -> tuple[str, ...]:
    """The globs of the members of a workspace's root."""
    name = posixpath.basename(manifest)
    if name == "package.json":
        found = package(repository, manifest)
        return (*(found.workspaces if found else ()), *_pnpm(repository, manifest))
    if name == "Cargo.toml":
        cargo = cargo_toml(repository, manifest)
        return ("**",) if cargo and cargo.workspace else ()
    if name == "pyproject.toml":
        project = pyproject(repository, manifest)
        if project and project.toml.table("tool", "uv", "workspace"):
            return ("**",)
    if name == "mix.exs" and "apps_path" in (repository.text(manifest) or ""):
        return ("apps/*",)
    return ()


def _pnpm(repository: Repository, manifest: str) -> tuple[str, ...]:
    path = posixpath.join(posixpath.dirname(manifest), "pnpm-workspace.yaml")
    if not repository.has(path):
        return ()
    found = documents(repository, path)
    node = found[0].find(("packages",)) if found else None
    items = node.items if isinstance(node, Sequence) else ()
    return tuple(item.text for item in items if isinstance(item, Scalar))


@path_fact
def package(repository: Repository, path: str) -> Package | None:
    """A package.json."""
    text = repository.text(path)
    return read_package(text) if text else None


@path_fact
def pyproject(repository: Repository, path: str) -> PyProject | None:
    """A pyproject.toml."""
    text = repository.text(path)
    return read_pyproject(text) if text else None


@path_fact
def cargo_toml(repository: Repository, path: str) -> CargoToml | None:
    """A Cargo.toml."""
    text = repository.text(path)
    return read_cargo(text) if text else None
