"""The first WORKDIR is absolute.

Why: a relative one begins where the base image left off, and that is another folder when the base
changes.
Bad: `FROM python:3.13`, `WORKDIR app`
Good: `WORKDIR /app`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import is_dockerfile, parsed
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule
from placid.formats.dockerfile import Instruction, Stage, chain

_ABSOLUTE = re.compile(r"""["']?(?:/|\\|\$|[A-Za-z]:)""")


@path_rule("image/relative-workdir", Severity.LOW, docs=__doc__ or "", reads=is_dockerfile)
def relative_workdir(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    known = parsed(repository, path)
    for stage in known[1] if known else ():
        first = _first(stage)
        if first is None or _ABSOLUTE.match(first.words[0].text):
            continue
        if any(_first(parent) for parent in chain(known[1], stage)[:-1]) if known else False:
            continue
        yield Hit(
            f"WORKDIR {first.words[0].text} is relative to a folder that the base image chose",
            at=(Place(path, first.span),),
        )


def _first(stage: Stage) -> Instruction | None:
    return next((each for each in stage.of("WORKDIR") if each.words), None)
