"""COPY with several sources ends its destination with a slash.

Why: the destination is a folder then. The classic builder (Kaniko, older CI images,
`DOCKER_BUILDKIT=0`) refuses the build without the slash; BuildKit guesses.
Bad: `COPY package.json package-lock.json /app`
Good: `COPY package.json package-lock.json /app/`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.core.audit.facts.dockerfiles import is_dockerfile, parsed
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, path_rule
from placid.formats.dockerfile import Instruction


@path_rule("image/copy-many-to-file", Severity.MEDIUM, docs=__doc__ or "", reads=is_dockerfile)
def copy_many_to_file(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    known = parsed(repository, path)
    for each in known[0].instructions if known else ():
        if each.keyword not in {"COPY", "ADD"} or each.heredocs or len(each.words) < 3:
            continue
        target = each.words[-1]
        if target.text.endswith(("/", "\\", "}")) or "$" in target.text:
            continue
        yield Hit(
            f"{len(each.words) - 1} sources go to {target.text}, which does not end in a slash:"
            " the classic builder refuses that",
            at=(Place(path, target.span),),
            fix=_fix(each, path),
            severity=Severity.LOW if target.text in {".", ".."} else None,
            action="end the destination of COPY with a slash",
        )


def _fix(instruction: Instruction, path: str) -> Fix:
    at = instruction.words[-1].span.end
    if instruction.exec_form:
        at -= 1
    edit = Edit(Place(path, Span(at, at)), "/")
    return Fix("end the destination with a slash", (edit,), safe=True)
