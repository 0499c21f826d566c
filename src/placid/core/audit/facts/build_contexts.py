"""Which folder each Dockerfile is built in, as compose files and workflows say it.

Read are compose services, `docker/build-push-action`, and `docker build` in the steps of workflows.
What holds a variable says nothing.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator

from placid.base.yamltext import Entry, Scalar
from placid.core.audit.facts.compose import compose
from placid.core.audit.facts.workflows import workflows
from placid.core.audit.model import Repository, fact
from placid.formats.shell import Command, commands
from placid.formats.workflows import Step

_VALUED = frozenset(
    (
        *("-t", "--tag", "-f", "--file", "--build-arg", "--target", "--platform", "--label"),
        *("--secret", "--ssh", "--cache-from", "--cache-to", "-o", "--output", "--progress"),
        *("--network", "--build-context", "--iidfile", "--metadata-file", "--builder"),
    )
)


@fact
def build_contexts(repository: Repository) -> dict[str, tuple[str, ...]]:
    """The contexts of a Dockerfile by its path, both relative to the root, "" for the root.

    One that begins with `..` lies outside.
    """
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for path, context in (*_of_compose(repository), *_of_workflows(repository)):
        clean, folder = posixpath.normpath(path), posixpath.normpath(context)
        if repository.has(clean):
            found[clean]["" if folder == "." else folder] = None
    return {path: tuple(contexts) for path, contexts in found.items()}


def _of_compose(repository: Repository) -> Iterator[tuple[str, str]]:
    for project in compose(repository):
        for service in project.services:
            path = project.dockerfile(service)
            if path and service.build:
                yield path, posixpath.join(project.folder, service.build.context)


def _of_workflows(repository: Repository) -> Iterator[tuple[str, str]]:
    for each in workflows(repository):
        for job in each.jobs:
            for step in job.steps:
                yield from _of_step(step)


def _of_step(step: Step) -> Iterator[tuple[str, str]]:
    if step.uses is not None and step.uses.text.startswith("docker/build-push-action@"):
        context = _given(step.given, "context")
        file = _given(step.given, "file")
        if "{{" not in context + file:
            yield file or posixpath.join(context, "Dockerfile"), context or "."
    elif step.run is not None and step.working_directory is None:
        script = step.run.text
        if "build" in script and "cd " not in script:
            yield from filter(None, map(_of_command, commands(script)))


def _given(entries: tuple[Entry, ...], name: str) -> str:
    found = (each.value for each in entries if each.key.text.lower() == name)
    return next((each.text for each in found if isinstance(each, Scalar)), "")


def _of_command(command: Command) -> tuple[str, str] | None:
    """The Dockerfile and context of `docker build`; None for what is none or cannot be known."""
    words = list(command.arguments)
    texts = [word.text for word in words]
    if command.program not in {"docker", "podman", "buildah"} or "build" not in texts[:2]:
        return None
    file, places = "", list[str]()
    at = texts.index("build") + 1
    while at < len(words):
        name, equals, value = texts[at].partition("=")
        if name in {"-f", "--file"}:
            file = value if equals else "".join(texts[at + 1 : at + 2])
        at += 2 if name in _VALUED and not equals else 1
        if not name.startswith("-"):
            places.append(texts[at - 1])
    if len(places) != 1 or "$" in places[0] + file or places[0].startswith(("/", "-", "http")):
        return None
    return file or posixpath.join(places[0], "Dockerfile"), places[0]
