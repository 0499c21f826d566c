"""What dev containers, compose files and other pipelines than GitHub's say of a runtime."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from placid.base.yamltext import Mapping, Node, Scalar, Sequence
from placid.core.audit.facts.compose import compose
from placid.core.audit.facts.file_names import named
from placid.core.audit.facts.projects import is_foreign
from placid.core.audit.facts.yamlfiles import documents
from placid.core.audit.model import Repository
from placid.formats.jsontext import inside, read_json
from placid.formats.lockfiles.packagejson import at
from placid.formats.runtimes import Said, image_said, pinned

_FEATURE = re.compile(r"(?:.*/)?features/(node|python|go|ruby|java|php|rust)(?::.*)?")
_PIPELINES = (".gitlab-ci.yml", ".circleci/config.yml")


def dev_containers(repository: Repository) -> Iterator[tuple[str, str, Said]]:
    """Path, folder of the code, and what is said."""
    for path in named(repository, ("devcontainer.json", ".devcontainer.json")):
        if is_foreign(path):
            continue
        folder = re.sub(r"(?:^|/)\.devcontainer(?:/.*)?$", "", posixpath.dirname(path))
        root = read_json(repository.text(path) or "")
        image = at(root, "image")
        if isinstance(image, Scalar):
            said = image_said(image.text, inside(image))
            if said is not None:
                yield path, folder, said
        features = at(root, "features")
        for entry in features.entries if isinstance(features, Mapping) else ():
            found = _FEATURE.fullmatch(entry.key.text)
            version = at(entry.value, "version")
            if found and isinstance(version, Scalar):
                versions = pinned(found[1], version.text)
                yield path, folder, Said(found[1], version.text, inside(version), versions)


def compose_images(repository: Repository) -> Iterator[tuple[str, str, Said]]:
    """Services that run the code of a folder, mounted, in an image of the language."""
    for project in compose(repository):
        services = project.document.find(("services",))
        for entry in services.entries if isinstance(services, Mapping) else ():
            image = at(entry.value, "image")
            if project.example or not isinstance(image, Scalar) or at(entry.value, "build"):
                continue
            said = image_said(image.text, image.span)
            for folder in _mounted(at(entry.value, "volumes")) if said else ():
                within = project.within(folder)
                if said is not None and within is not None:
                    yield project.path, within, said


def _mounted(volumes: Node | None) -> Iterator[str]:
    for item in volumes.items if isinstance(volumes, Sequence) else ():
        source = item if isinstance(item, Scalar) else at(item, "source")
        text = source.text.partition(":")[0] if isinstance(source, Scalar) else ""
        if text == "." or text.startswith("./"):
            yield text


def other_pipelines(repository: Repository) -> Iterator[tuple[str, Said]]:
    """Images of the jobs of GitLab and CircleCI."""
    for path in filter(repository.has, _PIPELINES):
        for document in documents(repository, path):
            for scalar in _images(document.root):
                said = image_said(scalar.text, scalar.span)
                if said is not None:
                    yield path, said


def _images(root: Node | None) -> Iterator[Scalar]:
    """The values of every `image`, also as `image: {name: ...}`; services left out."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Sequence):
            waiting += [item for item in node.items if not item.alias]
        for entry in node.entries if isinstance(node, Mapping) else ():
            value = entry.value
            if entry.key.text == "image":
                name = at(value, "name") if isinstance(value, Mapping) else value
                if isinstance(name, Scalar):
                    yield name
            elif entry.key.text != "services" and not value.alias and not entry.merged:
                waiting.append(value)
