"""Nothing in a build goes through sudo.

Why: RUN is root unless USER says otherwise, so sudo adds nothing but a way to root that stays in
the image.
Bad: `RUN sudo apt-get update`
Good: `RUN apt-get update`, with `USER root` before it where needed
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import is_dockerfile
from placid.core.audit.facts.run_commands import shipped
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule


@path_rule("image/sudo", Severity.LOW, docs=__doc__ or "", reads=is_dockerfile)
def sudo(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    for call in shipped(repository, path):
        wrapped = call.command.wrapped
        if not wrapped or wrapped[0].text != "sudo":
            continue
        if any(word.text.startswith(("-u", "--user", "-H", "-iu")) for word in wrapped):
            continue
        yield Hit(
            f"sudo in a build: {call.command.program or 'this'} can run as root without it",
            at=(Place(path, call.at(wrapped[0])),),
            action="use USER instead of sudo",
        )
