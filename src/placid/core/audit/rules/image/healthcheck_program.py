"""The program of a HEALTHCHECK is in the image.

Why: slim images come without curl and wget; the check then fails however well the service is, the
container counts as unhealthy, and what waits for it never starts.
Bad: `FROM python:3.13-slim`, `HEALTHCHECK CMD curl -f http://localhost:8000/health`
Good: install curl, or ask with what is there: `CMD ["python", "-c", "..."]`, wget on alpine
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import is_dockerfile, parsed
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule
from placid.formats.dockerfile import Instruction, Joined, Stage, chain
from placid.formats.images import image
from placid.formats.shell import commands

_SLIM = frozenset(("python", "node", "ruby", "perl", "debian", "openjdk", "rust"))
_ALPINE = frozenset(("python", "node", "ruby", "golang", "openjdk", "eclipse-temurin", "rust"))
_CLIENTS = frozenset(("curl", "wget", "nc", "http"))


@path_rule("image/healthcheck-program", Severity.MEDIUM, docs=__doc__ or "", reads=is_dockerfile)
def healthcheck_program(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    known = parsed(repository, path)
    if known is None:
        return
    for stage in known[1]:
        line = chain(known[1], stage)
        for each in stage.of("HEALTHCHECK"):
            missing = _lacks(line[0].image)
            program = _program(each.inner)
            if program in missing and not _brought(line, program):
                yield Hit(
                    f"{line[0].image} has no {program}, and nothing installs it:"
                    " the health check always fails",
                    at=(Place(path, each.inner.arguments.whole() if each.inner else each.span),),
                )


def _program(command: Instruction | None) -> str:
    if command is None:
        return ""
    if command.exec_form:
        return command.words[0].text.rpartition("/")[2] if command.words else ""
    found = commands(command.arguments.text)
    return found[0].program if found else ""


def _lacks(reference: str | None) -> frozenset[str]:
    """The clients that an official image is known to come without."""
    base = image(reference) if reference else None
    if base is None:
        return frozenset()
    if reference == "scratch" or "distroless" in base.name:
        return _CLIENTS
    if base.official == "alpine" or (base.official in _ALPINE and "alpine" in base.tag):
        return frozenset(("curl", "http"))
    if base.official in {"debian", "ubuntu"} or (base.official in _SLIM and "slim" in base.tag):
        return _CLIENTS
    return frozenset()


def _brought(stages: tuple[Stage, ...], program: str) -> bool:
    """Whether anything that was done may have brought the program."""
    names = re.compile(rf"\b{re.escape(program)}\b|netcat|busybox|httpie|\.sh\b|\$|requirements")
    return any(
        (
            each.keyword in {"RUN", "COPY", "ADD"}
            and bool(names.search(" ".join(t.text for t in (each.arguments, *_bodies(each)))))
        )
        or (each.keyword == "COPY" and bool(re.search(r"\s/(usr|bin|\s|$)", each.arguments.text)))
        for stage in stages
        for each in stage.instructions
    )


def _bodies(instruction: Instruction) -> Iterator[Joined]:
    return (each.body for each in instruction.heredocs)
