"""Which ecosystems a bot keeps up to date: Dependabot's list, or Renovate, which finds its own."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from placid.base.yamltext import Document, Mapping, Scalar, Sequence
from placid.core.audit.facts.applications import application
from placid.core.audit.facts.dockerfiles import dockerfiles
from placid.core.audit.facts.file_names import named
from placid.core.audit.facts.projects import is_foreign, package, projects
from placid.core.audit.facts.workflows import workflows
from placid.core.audit.facts.yamlfiles import documents
from placid.core.audit.model import Repository, fact
from placid.formats.lockfiles.requirements import is_exact, read_requirements

CONFIGS = (".github/dependabot.yml", ".github/dependabot.yaml")
_RENOVATE = frozenset(
    folder + name
    for folder in ("", ".github/", ".gitlab/")
    for name in ("renovate.json", "renovate.json5", ".renovaterc", ".renovaterc.json")
)
_OTHERS = frozenset(
    (".pyup.yml", ".depfu.yml", "depfu.yml", ".scala-steward.conf", "greenkeeper.json")
)
_SAME = {"uv": "pip", "bun": "npm", "pipenv": "pip", "poetry": "pip", "docker-compose": "docker"}
_MORE = {
    "pom.xml": "maven",
    "build.gradle": "gradle",
    "build.gradle.kts": "gradle",
    ".terraform.lock.hcl": "terraform",
    "packages.lock.json": "nuget",
}


class Used(NamedTuple):
    """An ecosystem in use, by Dependabot's name, with a file that shows it."""

    ecosystem: str
    path: str

    @property
    def directory(self) -> str:
        """The folder as Dependabot wants it."""
        if self.ecosystem == "github-actions":
            return "/"
        return "/" + posixpath.dirname(self.path)


@dataclass(frozen=True, slots=True)
class Dependabot:
    """Its configuration: the ecosystems it names, and the list they stand in."""

    path: str
    document: Document
    updates: Sequence
    ecosystems: frozenset[str]


@fact
def used(repository: Repository) -> tuple[Used, ...]:
    """The ecosystems of the repository, each once, with the file nearest to the root."""
    found: dict[str, str] = {}
    for ecosystem, path in sorted(_uses(repository), key=lambda each: (each[1].count("/"), each)):
        found.setdefault(ecosystem, path)
    return tuple(Used(ecosystem, path) for ecosystem, path in sorted(found.items()))


def _uses(repository: Repository) -> Iterator[tuple[str, str]]:
    yield from _pinned(repository)
    for path in named(repository, _MORE):
        if not is_foreign(path):
            yield _MORE[posixpath.basename(path)], path
    for built in dockerfiles(repository):
        images = [base.image for base in built.bases() if not built.example]
        if (
            ".devcontainer/" not in built.path
            and not is_foreign(built.path)
            and any(image and not image.floating for image in images)
        ):
            yield "docker", built.path
    for workflow in workflows(repository):
        texts = [step.uses.text for job in workflow.jobs for step in job.steps if step.uses]
        if any(not text.startswith("./") for text in texts):
            yield "github-actions", workflow.path


def _pinned(repository: Repository) -> Iterator[tuple[str, str]]:
    """What has versions to move: a lock, or exact requirements; a library's ranges are none."""
    for project in projects(repository):
        tools = {lock.tool for lock in project.locks}
        if tools or application(repository, project):
            yield ("uv" if "uv" in tools else project.ecosystem), project.manifest
    for path in named(repository, ("requirements.txt",)):
        if not is_foreign(path):
            wanted = read_requirements(repository.text(path) or "").wanted
            if any(is_exact(each.range) for each in wanted):
                yield "pip", path


def renovate(repository: Repository) -> bool:
    """Whether Renovate, or another bot that finds ecosystems by itself, is at work."""
    if any(repository.has(path) for path in (*_RENOVATE, *_OTHERS)):
        return True
    root = package(repository, "package.json") if repository.has("package.json") else None
    if root is not None and root.says("renovate"):
        return True
    return any(
        "renovatebot/" in (repository.text(each.path) or "") for each in workflows(repository)
    )


@fact
def dependabot(repository: Repository) -> Dependabot | None:
    """Dependabot's configuration; None when there is none that can be read."""
    path = next((path for path in CONFIGS if repository.has(path)), "")
    found = next(iter(documents(repository, path)), None) if path else None
    updates = found.find(("updates",)) if found else None
    if found is None or not isinstance(updates, Sequence):
        return None
    names: set[str] = set()
    for item in updates.items:
        entry = item.get("package-ecosystem") if isinstance(item, Mapping) else None
        if entry and isinstance(entry.value, Scalar):
            names.add(entry.value.text)
    return Dependabot(path, found, updates, frozenset(names))


def covers(named: frozenset[str], ecosystem: str) -> bool:
    """Whether one of the names takes an ecosystem in: `pip` reads what uv keeps too."""
    plain = _SAME.get(ecosystem, ecosystem)
    return any(_SAME.get(name, name) == plain for name in named)
