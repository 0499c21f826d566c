"""The compose files of a repository, and which of them are meant to be put together.

`docker compose` reads `compose.yaml` with `compose.override.yaml`, and others by `-f`: what one
file of a folder leaves out may be in its neighbour, so a `Project` knows its neighbours' services.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from dataclasses import dataclass

from placid.base.yamltext import Document
from placid.core.audit.facts.objects import is_example
from placid.core.audit.facts.yamlfiles import documents
from placid.core.audit.model import Repository, fact, path_fact
from placid.formats.compose import Service, services
from placid.formats.manifests.reading import entry

_NAME = re.compile(r"(?:^|/)(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Project:
    """One compose file with its services.

    beside    the services of the compose files in the same folder, its own left out
    included  it takes in other files (`include`)
    example   it is among tests, examples or vendored files
    """

    path: str
    document: Document
    services: tuple[Service, ...]
    beside: tuple[Service, ...]
    included: bool
    example: bool

    @property
    def folder(self) -> str:
        """Where its relative paths begin."""
        return posixpath.dirname(self.path)

    def all_of(self, name: str) -> tuple[Service, ...]:
        """What is written of a service here and in the files beside."""
        return tuple(each for each in (*self.services, *self.beside) if each.name == name)

    def within(self, path: str) -> str | None:
        """A relative path of the file as one of the repository; None when it leads out of it."""
        joined = posixpath.normpath(posixpath.join(self.folder, path))
        return None if joined.startswith(("..", "/")) else "" if joined == "." else joined

    def dockerfile(self, service: Service) -> str | None:
        """The path of the Dockerfile that a service is built from."""
        build = service.build
        if build is None or "$" in build.context + build.dockerfile or "://" in build.context:
            return None
        return self.within(posixpath.join(build.context, build.dockerfile))


def is_compose(path: str) -> bool:
    """Whether a file's name says that it is a compose file."""
    return "ompose" in path and bool(_NAME.search(path))


@path_fact
def _read(repository: Repository, path: str) -> tuple[Document, tuple[Service, ...], bool] | None:
    text = repository.text(path)
    if text is None or "services" not in text:
        return None
    for document in documents(repository, path):
        return document, services(document), entry(document.root, "include") is not None
    return None


@fact
def compose(repository: Repository) -> tuple[Project, ...]:
    """Every compose file that has services."""
    read = {
        path: known
        for path in repository.paths
        if is_compose(path)
        if (known := _read(repository, path)) and known[1]
    }
    folders: dict[str, list[str]] = defaultdict(list)
    for path in read:
        folders[posixpath.dirname(path)].append(path)
    return tuple(
        Project(
            path,
            document,
            found,
            tuple(
                service
                for other in folders[posixpath.dirname(path)]
                if other != path
                for service in read[other][1]
            ),
            included,
            is_example(path),
        )
        for path, (document, found, included) in read.items()
    )


@fact
def services_by_dockerfile(repository: Repository) -> dict[str, tuple[Service, ...]]:
    """The services that are built from each Dockerfile, by its path."""
    found: dict[str, list[Service]] = defaultdict(list)
    for project in compose(repository):
        for service in project.services:
            path = project.dockerfile(service)
            if path is not None:
                found[path].append(service)
    return {path: tuple(each) for path, each in found.items()}
