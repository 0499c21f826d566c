"""Where the lock files of a project have come apart from its manifest."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

from placid.core.audit.facts.projects import Lock, Project, cargo_toml, package, projects, pyproject
from placid.core.audit.model import Repository, fact, path_fact
from placid.formats.lockfiles.bun import BunLock, read_bun
from placid.formats.lockfiles.cargo import stale_cargo
from placid.formats.lockfiles.composer import stale_composer
from placid.formats.lockfiles.golang import read_go_mod, stale_go
from placid.formats.lockfiles.mix import read_mix, stale_mix
from placid.formats.lockfiles.model import Stale
from placid.formats.lockfiles.npm import NpmLock, read_npm
from placid.formats.lockfiles.pipfile import read_pipfile, stale_pipfile
from placid.formats.lockfiles.pnpm import PnpmLock, read_pnpm
from placid.formats.lockfiles.pythonlocks import stale_pdm, stale_poetry, stale_uv
from placid.formats.lockfiles.ruby import read_gemfile, stale_gems
from placid.formats.lockfiles.yarn import YarnLock, read_yarn

ScriptLock = NpmLock | YarnLock | PnpmLock | BunLock
_READERS: dict[str, Callable[[str], ScriptLock | None]] = {
    "npm": read_npm,
    "yarn": read_yarn,
    "pnpm": read_pnpm,
    "bun": read_bun,
}


@path_fact
def script_lock(repository: Repository, path: str) -> ScriptLock | None:
    """A lock file of npm, yarn, pnpm or bun."""
    text, name = repository.text(path), posixpath.basename(path)
    tools = {"package-lock.json": "npm", "npm-shrinkwrap.json": "npm", "yarn.lock": "yarn"}
    tool = tools.get(name, "pnpm" if name == "pnpm-lock.yaml" else "bun")
    return _READERS[tool](text) if text else None


def steps(repository: Repository, project: Project, lock: Lock) -> Iterator[Stale]:
    """How the manifest and one of its locks differ; nothing for what cannot be compared."""
    manifest, text = repository.text(project.manifest), repository.text(lock.path)
    if manifest is None or text is None:
        return
    if project.ecosystem == "npm":
        yield from _of_scripts(repository, project, lock)
    elif posixpath.basename(project.manifest) == "pyproject.toml":
        yield from _of_python(repository, project, lock, text)
    elif project.ecosystem == "cargo":
        found = cargo_toml(repository, project.manifest)
        yield from stale_cargo(found, text) if found else ()
    elif project.ecosystem == "gomod":
        yield from _of_go(repository, project, manifest, text)
    else:
        yield from _of_others(project, manifest, text)


def _of_go(repository: Repository, project: Project, manifest: str, text: str) -> Iterator[Stale]:
    """A vendor folder needs no sums, and a go.work may keep them."""
    beside = (posixpath.join(project.folder, name) for name in ("vendor/modules.txt", "go.work"))
    if not any(map(repository.has, beside)) and not repository.has("go.work"):
        yield from stale_go(read_go_mod(manifest), text)


def _of_others(project: Project, manifest: str, text: str) -> Iterator[Stale]:
    if project.ecosystem == "bundler":
        yield from stale_gems(read_gemfile(manifest), text)
    elif project.ecosystem == "composer":
        yield from stale_composer(manifest, text)
    elif project.ecosystem == "mix":
        yield from stale_mix(read_mix(manifest), text)
    else:
        wanted = read_pipfile(manifest)
        yield from stale_pipfile(wanted, text) if wanted else ()


def _of_scripts(repository: Repository, project: Project, lock: Lock) -> Iterator[Stale]:
    found = package(repository, project.manifest)
    read = script_lock(repository, lock.path)
    top = posixpath.join(posixpath.dirname(lock.path), "package.json")
    root = package(repository, top) if repository.has(top) else None
    if found is None or read is None:
        return
    others = _own(repository) | (root.overridden if root else frozenset[str]())
    yield from read.stale(found, _within(project, lock), others)


def _of_python(repository: Repository, project: Project, lock: Lock, text: str) -> Iterator[Stale]:
    found = pyproject(repository, project.manifest)
    if found is None:
        return
    if lock.tool == "uv":
        yield from stale_uv(found, text, _within(project, lock))
    elif lock.tool == "poetry" and found.tool == "poetry":
        yield from stale_poetry(found, text)
    elif lock.tool == "pdm":
        yield from stale_pdm(found, text)


def _within(project: Project, lock: Lock) -> str:
    """The project's folder as the lock file names it."""
    above = posixpath.dirname(lock.path)
    return project.folder[len(above) :].lstrip("/")


@fact
def _own(repository: Repository) -> frozenset[str]:
    """The names of the packages that the repository holds itself."""
    found = (package(repository, each.manifest) for each in projects(repository))
    return frozenset(each.text("name") for each in found if each)
