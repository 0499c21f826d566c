"""Everything that asks a service of this repository for its health, and at which path.

Dockerfiles (HEALTHCHECK), compose files, placid.yaml, and probes of Kubernetes for images whose
name is that of a project here. `folder` is where the code that answers lies.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from placid.base.yamltext import Mapping, Scalar, Span
from placid.core.audit.facts.compose import compose
from placid.core.audit.facts.dockerfiles import Built, dockerfiles
from placid.core.audit.facts.objects import is_example
from placid.core.audit.facts.projects import package, projects, pyproject
from placid.core.audit.facts.workloads import Workload, containers
from placid.core.audit.facts.yamlfiles import documents
from placid.core.audit.model import Repository, fact
from placid.core.audit.rule import Place
from placid.formats.images import image
from placid.formats.manifests.pods import Container
from placid.formats.manifests.probes import probes
from placid.formats.manifests.reading import entry, scalar, word

_URL = re.compile(
    r"(?:https?://)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\])(?::[^/\s\"']{1,30})?"
    r"(?P<path>/[\w./~-]*)"
)
_IMAGE = re.compile(r"\bimage:.*")
_WORD = re.compile(r"[\w.-]+")
_FRONTS = re.compile(r"nginx|caddy|httpd|apache|traefik|haproxy|envoy|supervisor|varnish|lighttpd")


class HealthCheck(NamedTuple):
    """Somebody who asks for a path. `by` says who, `at` where the path (or its text) is written.

    `image` is the Dockerfile of what answers, `service` its name in a compose file; "": not said
    """

    path: str
    by: str
    at: Place
    folder: str
    exact: bool
    image: str = ""
    service: str = ""

    def same_service(self, other: HealthCheck) -> bool:
        """Whether both may ask one service: one image, and not two services of a compose file."""
        one_image = not self.image or not other.image or self.image == other.image
        return one_image and (
            not self.service or not other.service or self.service == other.service
        )


@fact
def health_checks(repository: Repository) -> tuple[HealthCheck, ...]:
    """All that ask for the health of code of this repository."""
    return tuple(
        each
        for found in (
            _of_dockerfiles(repository),
            _of_compose(repository),
            _of_placid(repository),
            _of_manifests(repository),
        )
        for each in found
        if each.path.strip("/")
    )


def has_front(built: Built) -> bool:
    """Whether a web server that is none of this code may answer in the image."""
    said = [each.arguments.text for each in (built.command, built.entrypoint) if each]
    final = built.final
    base = built.root_image(final) if final else None
    return base is None or bool(_FRONTS.search(" ".join((*said, base))))


def _of_dockerfiles(repository: Repository) -> Iterator[HealthCheck]:
    for built in dockerfiles(repository):
        check = built.healthcheck
        if check is None or built.example or has_front(built):
            continue
        text = check.arguments.text
        found = _URL.search(text)
        if found is not None:
            at = Place(built.path, check.arguments.span(*found.span("path")))
            yield HealthCheck(found["path"], "HEALTHCHECK", at, built.context, True, built.path)


def _of_compose(repository: Repository) -> Iterator[HealthCheck]:
    known = {built.path: built for built in dockerfiles(repository)}
    for project in compose(repository):
        for service in () if project.example else project.services:
            path = project.dockerfile(service)
            built = known.get(path or "")
            if built is None or service.health is None or service.health.off or has_front(built):
                continue
            found = _URL.search(service.health.test)
            if found is not None:
                written = entry(service.node, "healthcheck")
                span = written.value.span if written else service.health.span
                at = _within(repository, project.path, span, found["path"])
                by = f"the healthcheck of {service.name}"
                exact = at.span != span
                yield HealthCheck(
                    found["path"], by, at, built.context, exact, built.path, service.name
                )


def _within(repository: Repository, path: str, span: Span, wanted: str) -> Place:
    """Where a path is written in a stretch of a file; the stretch when that is not clear."""
    text = (repository.text(path) or "")[span.start : span.end]
    if text.count(wanted) == 1:
        start = span.start + text.index(wanted)
        return Place(path, Span(start, start + len(wanted)))
    return Place(path, span)


def _of_placid(repository: Repository) -> Iterator[HealthCheck]:
    for path in ("placid.yaml", "placid.yml"):
        for document in documents(repository, path) if repository.has(path) else ():
            given = _health_of(document.root)
            if given is not None and given.text.startswith("/"):
                at = Place(path, given.span)
                yield HealthCheck(given.text.partition("?")[0], "placid.yaml", at, "", given.plain)


def _health_of(root: object) -> Scalar | None:
    service = root.get("service") if isinstance(root, Mapping) else None
    if service is None or not isinstance(service.value, Mapping):
        return None
    return scalar(service.value, "health") or scalar(service.value, "health", "path")


def _of_manifests(repository: Repository) -> Iterator[HealthCheck]:
    names = _own_names(repository)
    for path in repository.paths if names else ():
        for workload, container in _probed(repository, path):
            named = image(word(container.node, "image"))
            folder = names.get(posixpath.basename(named.name)) if named else None
            if folder is not None:
                yield from _of_container(workload, container, folder)


def _may_probe(repository: Repository, path: str) -> bool:
    """Whether a file is a manifest that may ask for a path."""
    manifest = path.endswith((".yaml", ".yml")) and not is_example(path)
    return manifest and "httpGet" in (repository.text(path) or "")


def _probed(repository: Repository, path: str) -> tuple[tuple[Workload, Container], ...]:
    """The containers of a manifest that may ask an image of this repository."""
    names = _own_names(repository)
    if not _may_probe(repository, path):
        return ()
    lines = _IMAGE.findall(repository.text(path) or "")
    ours = any(word in names for line in lines for word in _WORD.findall(line))
    return containers(repository, path) if ours else ()


def _of_container(workload: Workload, container: Container, folder: str) -> Iterator[HealthCheck]:
    for probe in probes(container):
        asked = scalar(probe.node, "httpGet", "path")
        if asked is not None and asked.text.startswith("/"):
            by = f"the {probe.kind} probe of {workload.object}"
            path = asked.text.partition("?")[0]
            exact = path == asked.text and asked.plain
            yield HealthCheck(path, by, workload.place(asked.span), folder, exact)


@fact
def _own_names(repository: Repository) -> dict[str, str]:
    """The names that images of this repository's projects have, with the folder of the code."""
    found: dict[str, str] = {}
    for project in projects(repository):
        name = _name(repository, project.manifest)
        if name and any(
            _covers(built.context, project.folder) for built in dockerfiles(repository)
        ):
            found[name] = "" if name in found else project.folder
    for each in compose(repository):
        for service in () if each.example else each.services:
            named = image(service.image.text) if service.image and service.build else None
            folder = each.within(service.build.context) if service.build else None
            if named is not None and folder is not None:
                found[posixpath.basename(named.name)] = folder
    return found


def _covers(context: str, folder: str) -> bool:
    return not context or folder == context or folder.startswith(f"{context}/")


def _name(repository: Repository, manifest: str) -> str:
    base = posixpath.basename(manifest)
    if base == "package.json":
        found = package(repository, manifest)
        return found.text("name").rpartition("/")[2] if found else ""
    if base == "pyproject.toml":
        python = pyproject(repository, manifest)
        return python.name if python else ""
    if base == "go.mod":
        module = re.search(r"^module\s+(\S+)", repository.text(manifest) or "", re.MULTILINE)
        return re.sub(r"/v\d+$", "", module[1]).rpartition("/")[2] if module else ""
    return ""
