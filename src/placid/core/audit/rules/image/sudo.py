"""Nothing in a build goes through sudo.

Why: RUN is root unless USER says otherwise, so sudo adds nothing but a way to root that stays in
the image.
Bad: `RUN sudo apt-get update`
Good: `RUN apt-get update`, with `USER root` before it where needed
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import is_dockerfile, parsed
from placid.core.audit.facts.run_commands import Call, shipped
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule
from placid.formats.dockerfile import Stage, chain
from placid.formats.images import image


@path_rule("image/sudo", Severity.LOW, docs=__doc__ or "", reads=is_dockerfile)
def sudo(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    known = parsed(repository, path)
    for call in shipped(repository, path):
        wrapped = call.command.wrapped
        if not wrapped or wrapped[0].text != "sudo" or known is None:
            continue
        if not _is_root(chain(known[1], call.stage), call):
            continue
        if any(word.text.startswith(("-u", "--user", "-H", "-iu")) for word in wrapped):
            continue
        yield Hit(
            f"sudo in a build: {call.command.program or 'this'} can run as root without it",
            at=(Place(path, call.at(wrapped[0])),),
            action="use USER instead of sudo",
        )


def _is_root(stages: tuple[Stage, ...], call: Call) -> bool:
    """Whether the command runs as root for certain: by USER, or by an official base."""
    base = image(stages[0].image) if stages[0].image else None
    root = base is not None and bool(base.official)
    for stage in stages:
        for each in stage.of("USER"):
            if each.span < call.instruction.span and each.words:
                root = each.words[0].text.partition(":")[0] in {"root", "0"}
    return root
