"""The Dockerfiles of a repository: what each builds, from which context, and what it then runs.

    for each in dockerfiles(repository):
        each.path; each.stages; each.final          # the parts, with spans into the file's text
        each.bases()                                # images, ARG defaults filled in
        each.user; each.exposed; each.command       # what holds when a container starts

A context is certain when a compose file or a workflow names it, or the Dockerfile is at the root.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from placid.base.yamltext import Span
from placid.core.audit.facts.build_contexts import build_contexts
from placid.core.audit.facts.objects import is_example
from placid.core.audit.model import Repository, fact, path_fact
from placid.formats.dockerfile import (
    Dockerfile,
    Instruction,
    Scope,
    Stage,
    Word,
    chain,
    expand,
    parse,
    stages,
)
from placid.formats.dockerignore import Ignore, ignore
from placid.formats.images import Image, image

_NAME = re.compile(
    r"(?:^|/)(?:(?:Dockerfile|Containerfile)(?:[.-][\w.+-]+)?|[\w.+-]+\.(?:Dockerfile|Containerfile))$",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\.(?:dockerignore|md|rst|txt|py|go|js|ts|rb|sh|json|ya?ml|toml|html?|j2|jinja2?|tmpl|tpl"
    r"|erb|template|in|map|css|xml|lock|log|lua|vim|java|php|cs|ipynb|pdf|mustache|hbs|ejs|snap|patch|diff|orig|bak|svg|png)$",
    re.IGNORECASE,
)
_PORT = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?(?:/(tcp|udp|sctp))?\Z", re.IGNORECASE)
_TEMPLATE = re.compile(
    r"^[ \t]*(?:\{[{%]|<%)|^[ \t]*(?:FROM|COPY|ADD|ARG|ENV|USER|WORKDIR|EXPOSE|LABEL|CMD)\b"
    r"[^\n]{0,500}?(?:\{[{%]|<%|@@\w+@@|%%\w+%%)|^[ \t]*FROM[ \t]+(?:@\w+@|<\w)",
    re.MULTILINE | re.IGNORECASE,
)
_FOREIGN = re.compile(
    r"(?:^|/)(?:node_modules|vendor|third[-_]party|site-packages|testdata|__?fixtures__?|fixtures)/"
)
_PLAIN_NAMES = frozenset(("Dockerfile", "Containerfile"))
_FROM = re.compile(r"^[ \t]*FROM[ \t]", re.MULTILINE | re.IGNORECASE)
_LONGEST = 1_000


class Base(NamedTuple):
    """The image that a stage is built on; `image` is None when it cannot be known."""

    stage: Stage
    word: Word
    image: Image | None


class Port(NamedTuple):
    """One EXPOSEd port."""

    number: int
    protocol: str
    span: Span


@dataclass(frozen=True, slots=True)
class Built:
    """One Dockerfile.

    context   the folder that `docker build` is given, "" for the root; a guess unless `certain`
    ignored   its `.dockerignore` with the path; None when there is none
    example   it is among tests, examples or vendored files
    """

    path: str
    text: str
    dockerfile: Dockerfile
    stages: tuple[Stage, ...]
    context: str
    certain: bool
    ignored: tuple[str, Ignore] | None
    example: bool

    @property
    def final(self) -> Stage | None:
        """The stage that becomes the image when no target is named."""
        return self.stages[-1] if self.stages else None

    def bases(self) -> tuple[Base, ...]:
        """The images that stages are built on; `scratch` and other stages are none."""
        return bases(self.stages)

    def root_image(self, stage: Stage) -> str | None:
        """The image at the bottom of a stage; "scratch" for none, None when not known."""
        return chain(self.stages, stage)[0].image

    def effective(self, stage: Stage | None = None) -> Iterator[tuple[Instruction, Scope]]:
        """Each instruction that makes a stage (the final one), from the first parent on."""
        stage = stage or self.final
        for each in chain(self.stages, stage) if stage else ():
            yield from each.scopes()

    def last(self, keyword: str) -> Instruction | None:
        """The instruction of that kind that counts in the image; None when the base decides."""
        found = None
        for each, _ in self.effective():
            found = each if each.keyword == keyword else found
        return found

    @property
    def user(self) -> tuple[str | None, Instruction] | None:
        """USER as the container starts (variables filled in, None when unknown)."""
        found: tuple[str | None, Instruction] | None = None
        for each, scope in self.effective():
            if each.keyword == "USER" and each.words:
                found = expand(each.words[0].text, scope, missing=None), each
        return found

    @property
    def command(self) -> Instruction | None:
        """The CMD that counts; None when the base image decides."""
        return self.last("CMD")

    @property
    def entrypoint(self) -> Instruction | None:
        """The ENTRYPOINT that counts."""
        return self.last("ENTRYPOINT")

    @property
    def healthcheck(self) -> Instruction | None:
        """The HEALTHCHECK that counts (it may say NONE)."""
        return self.last("HEALTHCHECK")

    @property
    def exposed(self) -> tuple[Port, ...]:
        """The ports that the final image EXPOSEs, as far as they are known."""
        return tuple(
            port
            for each, scope in self.effective()
            if each.keyword == "EXPOSE"
            for word in each.words
            for port in ports(expand(word.text, scope, missing=None) or "", word.span)
        )

    def copies(self, path: str) -> str | None:
        """A path of the context as one of the repository; None when it leaves the context."""
        joined = posixpath.normpath(posixpath.join(self.context or ".", path.lstrip("/") or "."))
        return None if joined.startswith("..") else "" if joined == "." else joined


def bases(found: tuple[Stage, ...]) -> tuple[Base, ...]:
    """The images that stages are built on; `scratch` and other stages are none."""
    return tuple(
        Base(stage, stage.base, image(stage.image) if stage.image else None)
        for stage in found
        if stage.base is not None and stage.parent is None and stage.image != "scratch"
    )


def ports(text: str, span: Span) -> Iterator[Port]:
    """The ports of one word of EXPOSE: `80`, `53/udp`, `8000-8010`; nothing for what is wrong."""
    match = _PORT.match(text)
    if not match:
        return
    first, last = int(match[1]), int(match[2] or match[1])
    if 0 < first <= last <= 65535 and last - first <= _LONGEST:
        for number in range(first, last + 1):
            yield Port(number, (match[3] or "tcp").lower(), span)


def is_dockerfile(path: str) -> bool:
    """Whether a file's name says that it is a Dockerfile; what a path rule `reads`."""
    if "ockerfile" not in path and "ontainerfile" not in path:
        return False
    return bool(_NAME.search(path)) and not _OTHER.search(path)


@path_fact
def parsed(repository: Repository, path: str) -> tuple[Dockerfile, tuple[Stage, ...]] | None:
    """A Dockerfile with its stages; None for templates and other people's files."""
    text = repository.text(path)
    if text is None or not is_dockerfile(path) or _is_template(text):
        return None
    if repository.whole and _FOREIGN.search(path):
        return None
    if posixpath.basename(path) not in _PLAIN_NAMES and not _FROM.search(text):
        return None
    dockerfile = parse(text)
    return dockerfile, stages(dockerfile)


@fact
def dockerfiles(repository: Repository) -> tuple[Built, ...]:
    """Every Dockerfile, templates left out."""
    found: list[Built] = []
    for path in filter(is_dockerfile, repository.paths):
        known = parsed(repository, path)
        if known is not None and known[0].instructions:
            found.append(_built(repository, path, *known))
    return tuple(found)


def _built(
    repository: Repository, path: str, dockerfile: Dockerfile, found: tuple[Stage, ...]
) -> Built:
    context, certain = _context(repository, path, found)
    text = repository.text(path) or ""
    return Built(
        path,
        text,
        dockerfile,
        found,
        context,
        certain,
        _ignored(repository, path, context),
        is_example(path),
    )


def _ignored(repository: Repository, path: str, context: str) -> tuple[str, Ignore] | None:
    for name in (f"{path}.dockerignore", posixpath.join(context, ".dockerignore")):
        text = repository.text(name)
        if text is not None:
            return name, ignore(text)
    return None


def _context(repository: Repository, path: str, found: tuple[Stage, ...]) -> tuple[str, bool]:
    """The folder of the Dockerfile or one above it that has what it copies."""
    said = build_contexts(repository).get(path, ())
    if len(said) == 1 and not said[0].startswith(".."):
        return said[0], True
    folder = posixpath.dirname(path)
    if not folder:
        return "", not said
    sources = list(_sources(found))
    above = [folder]
    while above[-1]:
        above.append(posixpath.dirname(above[-1]))
    for context in above:
        if all(_there(repository, posixpath.join(context, each)) for each in sources):
            return context, False
    best = max(above, key=lambda each: _count(repository, each, sources))
    return best, False


def _count(repository: Repository, context: str, sources: list[str]) -> int:
    return sum(_there(repository, posixpath.join(context, each)) for each in sources)


def _sources(found: tuple[Stage, ...]) -> Iterator[str]:
    """What is copied from the context and written without variables or patterns."""
    for stage in found:
        for each in stage.of("COPY", "ADD"):
            if each.flag("from") or each.heredocs:
                continue
            for word in each.words[:-1]:
                if not re.search(r"[$*?\[]|://|@", word.text):
                    yield posixpath.normpath(word.text.lstrip("/") or ".")


def _there(repository: Repository, path: str) -> bool:
    path = posixpath.normpath(path)
    return path == "." or path in _folders(repository) or repository.has(path)


@fact
def _folders(repository: Repository) -> frozenset[str]:
    found: set[str] = set()
    for path in repository.paths:
        folder = posixpath.dirname(path)
        while folder and folder not in found:
            found.add(folder)
            folder = posixpath.dirname(folder)
    return frozenset(found)


def _is_template(text: str) -> bool:
    """Whether another program fills the file in before docker reads it."""
    return bool(_TEMPLATE.search(text))
