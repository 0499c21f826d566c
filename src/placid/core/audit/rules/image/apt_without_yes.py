"""apt is told not to ask.

Why: a build has nobody to answer "Do you want to continue? [Y/n]", so apt gives up.
Bad: `RUN apt-get install curl`
Good: `RUN apt-get install -y curl`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.apt import CHANGES, is_apt, says_yes
from placid.core.audit.facts.dockerfiles import is_dockerfile
from placid.core.audit.facts.run_commands import run_commands
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, path_rule

_QUIET = ("--simulate", "-s", "--dry-run", "--download-only", "--print-uris", "--help")


@path_rule("image/apt-without-yes", Severity.MEDIUM, docs=__doc__ or "", reads=is_dockerfile)
def apt_without_yes(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    if "Assume-Yes" in (repository.text(path) or ""):
        return
    for call in run_commands(repository, path):
        command = call.command
        if not is_apt(call, *CHANGES) or says_yes(call) or command.before in {"|", "|&"}:
            continue
        if any(not word.known or word.text in _QUIET for word in command.arguments):
            continue
        verb = next(word for word in command.arguments if word.text == command.verb())
        edit = Edit(Place(path, call.behind(verb)), " -y")
        yield Hit(
            f"{command.program} {verb.text} asks before it goes on, and a build cannot answer",
            at=(Place(path, call.span),),
            fix=Fix("add -y", (edit,), safe=True),
            action="tell apt-get not to ask (-y)",
        )
