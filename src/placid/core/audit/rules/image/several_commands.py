"""A stage has one CMD, one ENTRYPOINT and one HEALTHCHECK.

Why: only the last of each counts; who reads the first believes the wrong one.
Bad: `CMD ["migrate"]`, and further down `CMD ["serve"]`
Good: one CMD; what must run before it is in the entry point
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import is_dockerfile, parsed
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, path_rule
from placid.formats.dockerfile import Instruction


@path_rule("image/several-commands", Severity.MEDIUM, docs=__doc__ or "", reads=is_dockerfile)
def several_commands(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    known = parsed(repository, path)
    text = repository.text(path) or ""
    for stage in known[1] if known else ():
        for keyword in ("CMD", "ENTRYPOINT", "HEALTHCHECK"):
            found = list(stage.of(keyword))
            for each in found[:-1]:
                if keyword == "CMD" and _cleared(stage.instructions, each, found[-1]):
                    continue
                yield Hit(
                    f"this {keyword} never counts: another one follows in the same stage",
                    at=(Place(path, each.keyword_span), Place(path, found[-1].keyword_span)),
                    fix=_fix(text, each, path),
                )


def _cleared(instructions: tuple[Instruction, ...], first: Instruction, last: Instruction) -> bool:
    """Whether the later one only clears it: `CMD []`."""
    return first in instructions and last.exec_form and not last.words


def _fix(text: str, instruction: Instruction, path: str) -> Fix | None:
    start = text.rfind("\n", 0, instruction.span.start) + 1
    end = text.find("\n", instruction.span.end)
    if text[start : instruction.span.start].strip() or end < 0:
        return None
    place = Place(path, instruction.span._replace(start=start, end=end + 1))
    return Fix("remove the one that never counts", (Edit(place, ""),), safe=True)
