"""The author of an image stands in a label.

Why: MAINTAINER is deprecated, and `docker inspect` shows labels.
Bad: `MAINTAINER Ada <ada@example.org>`
Good: `LABEL maintainer="Ada <ada@example.org>"`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import is_dockerfile, parsed
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, path_rule
from placid.formats.dockerfile import Instruction


@path_rule("image/maintainer", Severity.LOW, docs=__doc__ or "", reads=is_dockerfile)
def maintainer(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    known = parsed(repository, path)
    for each in known[0].instructions if known else ():
        if each.keyword == "MAINTAINER":
            yield Hit(
                "MAINTAINER is deprecated",
                at=(Place(path, each.keyword_span),),
                fix=_fix(each, path),
                action="use LABEL maintainer=",
            )


def _fix(instruction: Instruction, path: str) -> Fix | None:
    text = instruction.arguments.text
    quoted = len(text) > 1 and text[0] == text[-1] == '"' and '"' not in text[1:-1]
    name = text[1:-1] if quoted else text
    if any(mark in name for mark in '"\\$`') or len(instruction.arguments.pieces) > 1:
        return None
    edit = Edit(Place(path, instruction.span), f'LABEL maintainer="{name}"')
    return Fix("use LABEL maintainer=", (edit,), safe=True)
