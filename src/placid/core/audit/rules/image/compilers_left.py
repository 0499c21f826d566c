"""Compilers stay in a stage of their own.

Why: they are of no use to the running program, take hundreds of megabytes, and help whoever breaks
in.
Bad: `RUN apt-get install -y build-essential && pip install -r requirements.txt` in the last stage
Good: build wheels in a stage of its own and copy them, or purge the compilers in the same RUN
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import is_dockerfile, parsed
from placid.core.audit.facts.run_commands import Call, shipped
from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Hit, Place, Severity, Unknown, path_rule
from placid.formats.dockerfile import chain
from placid.formats.images import image

_COMPILERS = frozenset(
    ("build-essential", "build-base", "gcc", "g++", "clang", "gfortran", "alpine-sdk", "musl-dev")
)
_INSTALLERS = {
    "apt-get": "install",
    "apt": "install",
    "apk": "add",
    "yum": "install",
    "dnf": "install",
}
_REMOVED = re.compile(r"\b(purge|remove|autoremove|apk del|erase)\b|\.build|--virtual|-t\s")
_OFF = re.compile(r"(^|[/._-])(\.?devcontainer|dev|test|tests|ci|lint|build|builder|sandbox)\b")
_RUNTIMES = frozenset(("python", "node", "ruby", "php", "perl"))


@path_rule("image/compilers-left", Severity.LOW, docs=__doc__ or "", reads=is_dockerfile)
def compilers_left(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    known = parsed(repository, path)
    if known is None or not known[1] or _OFF.search(path):
        return
    line = chain(known[1], known[1][-1])
    base = image(line[0].image) if line[0].image else None
    if base is None or base.official not in _RUNTIMES or not any(line[-1].of("CMD", "ENTRYPOINT")):
        return
    if "slim" not in base.tag and "alpine" not in base.tag:
        return
    calls = shipped(repository, path)
    if any(_REMOVED.search(call.text) for call in calls):
        return
    for call in calls:
        names = _installed(call)
        if names:
            yield Hit(
                f"{' and '.join(names)} stay in the image that runs",
                at=(Place(path, call.span),),
                action="build in a stage of its own, and copy what it made",
                confidence=Confidence.MEDIUM,
            )


def _installed(call: Call) -> list[str]:
    command = call.command
    if _INSTALLERS.get(command.program) != command.verb():
        return []
    return [text for text in command.texts() if text in _COMPILERS]
