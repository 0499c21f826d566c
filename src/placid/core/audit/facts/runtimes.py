"""One table of what each file says of a runtime: version files, manifests, images, the pipeline.

A `Statement` holds one or more `Said`s of which any may be meant (a matrix, a list of versions).
`about` are the folders of the code it speaks of; the pipeline speaks of the whole repository.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from fnmatch import fnmatchcase

from placid.core.audit.facts.ci_values import values
from placid.core.audit.facts.dockerfiles import Base, Built, dockerfiles
from placid.core.audit.facts.file_names import named
from placid.core.audit.facts.projects import is_foreign
from placid.core.audit.facts.runtimes_elsewhere import (
    compose_images,
    dev_containers,
    other_pipelines,
)
from placid.core.audit.facts.workflows import workflows
from placid.core.audit.model import Repository, fact
from placid.formats.runtimes import (
    MANIFESTS,
    VERSION_FILES,
    Said,
    image_said,
    manifest_said,
    pinned,
    setup_of,
    version_file_said,
)
from placid.formats.runtimes.said import is_other
from placid.formats.workflows import Job, Step, Workflow

_TESTS = re.compile(r"\b(?:py)?tests?\b|\b(?:tox|nox|rspec|vitest|jest|phpunit)\b")
_IN_IMAGES = re.compile(r"\bdocker(?:-compose| compose| run)\b")
OF = {
    "node": ("package.json",),
    "python": ("pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "requirements.txt"),
    "go": ("go.mod",),
    "ruby": ("Gemfile",),
    "java": ("pom.xml", "build.gradle", "build.gradle.kts"),
    "php": ("composer.json",),
    "rust": ("Cargo.toml",),
}
"""The manifests that show where the code of a runtime lives."""


class Kind(Enum):
    """Who says it."""

    MANIFEST = "asks for"
    PIN = "pins"
    IMAGE = "is"
    CI = "runs"


@dataclass(frozen=True, slots=True)
class Statement:
    """What one place says; `path` is the file, `any_of` what may be meant, all with places.

    `doubtful` when something else may set it; `tests` for a job of a pipeline that runs tests
    """

    runtime: str
    kind: Kind
    path: str
    about: tuple[str, ...]
    any_of: tuple[Said, ...]
    doubtful: bool = False
    tests: bool = False

    @property
    def text(self) -> str:
        """The versions as written: "3.11, 3.12"."""
        return ", ".join(dict.fromkeys(each.text for each in self.any_of))

    @property
    def known(self) -> bool:
        """Whether all that may be meant can be known."""
        return not self.doubtful and all(each.versions is not None for each in self.any_of)


@fact
def statements(repository: Repository) -> tuple[Statement, ...]:
    """All statements, by path; examples and other people's files left out."""
    return (
        *_of_files(repository),
        *_of_images(repository),
        *_of_workflows(repository),
        *_of_others(repository),
    )


@fact
def homes(repository: Repository) -> dict[str, tuple[str, ...]]:
    """For each runtime the folders that hold its code, by their manifests."""
    return {
        runtime: tuple(
            sorted({posixpath.dirname(path) for path in named(repository, files) if _own(path)})
        )
        for runtime, files in OF.items()
    }


def _own(path: str) -> bool:
    return not is_foreign(path)


def only_home(repository: Repository, runtime: str) -> str | None:
    """The one folder that holds, with all below it, the code of a runtime; None for several."""
    folders = homes(repository)[runtime]
    top = min(folders, key=len, default="")
    return top if all(within(folder, top) for folder in folders) else None


def within(folder: str, top: str) -> bool:
    """Whether a folder is `top` or below it."""
    return not top or folder == top or folder.startswith(top + "/")


def _of_files(repository: Repository) -> Iterator[Statement]:
    for path in named(repository, (*VERSION_FILES, *MANIFESTS)):
        if is_foreign(path):
            continue
        name = posixpath.basename(path)
        text = repository.text(path) or ""
        folder = posixpath.dirname(path)
        pins = version_file_said(name, text)
        for runtime in dict.fromkeys(each.runtime for each in pins):
            said = tuple(each for each in pins if each.runtime == runtime)
            yield Statement(runtime, Kind.PIN, path, (folder,), said)
        for each in manifest_said(name, text):
            yield Statement(each.runtime, Kind.MANIFEST, path, (folder,), (each,))


def _of_images(repository: Repository) -> Iterator[Statement]:
    for built in dockerfiles(repository):
        if built.example or is_foreign(built.path):
            continue
        for base in built.bases():
            reference = base.stage.image
            said = image_said(reference, base.word.span) if reference else None
            if said is None or not _takes_code(built, base) or said.text in built.path:
                continue
            about = _about(repository, built, base, said.runtime)
            doubt = _given_outside(repository, built.path, base.word.text)
            doubt = doubt or (said.runtime == "go" and "GOTOOLCHAIN" in built.text)
            kind = Kind.PIN if ".devcontainer/" in built.path else Kind.IMAGE
            if about or kind is Kind.IMAGE:
                yield Statement(said.runtime, kind, built.path, about, (said,), doubt)


def _of_others(repository: Repository) -> Iterator[Statement]:
    for path, folder, said in (*dev_containers(repository), *compose_images(repository)):
        yield Statement(said.runtime, Kind.PIN, path, (folder,), (said,))
    for path, said in other_pipelines(repository):
        yield Statement(said.runtime, Kind.CI, path, (), (said,))


def _takes_code(built: Built, base: Base) -> bool:
    """Whether the stage, or one built on it, copies from the context."""
    return bool(_sources(built, base))


def _sources(built: Built, base: Base) -> list[str]:
    stages = {base.stage.index}
    for stage in built.stages:
        if stage.parent in stages:
            stages.add(stage.index)
    return [
        path
        for stage in built.stages
        if stage.index in stages
        for each in stage.of("COPY", "ADD")
        if not each.flag("from")
        for word in each.words[:-1]
        if "://" not in word.text and (path := built.copies(word.text)) is not None
    ]


def _about(repository: Repository, built: Built, base: Base, runtime: str) -> tuple[str, ...]:
    """The folders of the runtime's code that the stage copies; none when it is other code."""
    known = homes(repository)[runtime]
    found: set[str] = set()
    for source in _sources(built, base):
        plain = source.rstrip("*").rstrip("/")
        below = [folder for folder in known if within(folder, plain)]
        name, parent = posixpath.basename(source), posixpath.dirname(source)
        if plain in known:
            found.add(plain)
        elif len(below) == 1:
            found.add(below[0])
        elif parent in known and any(fnmatchcase(each, name) for each in OF[runtime]):
            found.add(parent)
    return tuple(sorted(found))


def _given_outside(repository: Repository, path: str, word: str) -> bool:
    """Whether a build argument in FROM is one that something else may set."""
    names = re.findall(r"\$\{?(\w+)", word)
    return any(name in _build_texts(repository) for name in names)


@fact
def _build_texts(repository: Repository) -> str:
    """The texts of what may start a build: workflows, compose files, make files, scripts."""
    pattern = re.compile(
        r"(?:^\.github/|(?:^|/)(?:[\w.-]*compose[\w.-]*\.ya?ml|Makefile|justfile|docker-bake\.\w+"
        r"|Taskfile\.ya?ml|\.gitlab-ci\.yml|cloudbuild\.yaml|skaffold\.yaml)$|\.sh$)"
    )
    found = [path for path in repository.paths if pattern.search(path)]
    return "\n".join(repository.text(path) or "" for path in found[:300])


def _of_workflows(repository: Repository) -> Iterator[Statement]:
    for workflow in workflows(repository):
        for job in workflow.jobs:
            for step in job.every_step():
                said = _of_step(repository, workflow, job, step)
                if said is not None:
                    yield replace(said, tests=_runs_tests(repository, workflow, job))
            container = job.container.image if job.container else None
            if container is not None:
                read = image_said(container.text, container.span)
                if read is not None:
                    yield Statement(read.runtime, Kind.CI, workflow.path, (), (read,))


def _runs_tests(repository: Repository, workflow: Workflow, job: Job) -> bool:
    """Whether the job runs tests of the code itself, and not of an image."""
    span = job.body.span
    text = (repository.text(workflow.path) or "")[span.start : span.end]
    return bool(_TESTS.search(text)) and not _IN_IMAGES.search(text)


def _of_step(repository: Repository, workflow: Workflow, job: Job, step: Step) -> Statement | None:
    setup = setup_of(step.uses.text) if step.uses else None
    if setup is None or step.uses is None:
        return None
    scalar = step.input(setup.version)
    if scalar is None or not scalar.text.strip():
        file = step.input(setup.file) if setup.file else None
        path = file.text if file else setup.fallback
        return _of_version_file(repository, workflow, setup.runtime, path, step)
    found: list[Said] = []
    for value in values(workflow, job, step, scalar):
        for word in (value.text or "").split("\n") if value.text else ("",):
            if not is_other(word):
                said = pinned(setup.runtime, word)
                found.append(Said(setup.runtime, word.strip() or scalar.text, value.span, said))
    if not found:
        return None
    return Statement(setup.runtime, Kind.CI, workflow.path, (), tuple(found))


def _of_version_file(
    repository: Repository, workflow: Workflow, runtime: str, path: str, step: Step
) -> Statement | None:
    """A step that reads the version from a file says what the file says."""
    path = posixpath.normpath(path) if path else ""
    span = step.uses.span if step.uses else step.body.span
    if not path or step.uses is None:
        return None
    name, text = posixpath.basename(path), repository.text(path)
    if text is None:
        return Statement(runtime, Kind.CI, workflow.path, (), (Said(runtime, path, span, None),))
    said = (*version_file_said(name, text), *manifest_said(name, text))
    found = tuple(
        Said(runtime, f"{each.text} of {path}", span, each.versions)
        for each in said
        if each.runtime == runtime
    )
    unknown = (Said(runtime, path, span, None),)
    return Statement(runtime, Kind.CI, workflow.path, (), found or unknown)
