"""apt-get installs what is asked for, and not what is only recommended.

Why: recommended packages make images larger, often by hundreds of megabytes, and each one is one
more to be patched.
Bad: `RUN apt-get update && apt-get install -y git`
Good: `RUN apt-get update && apt-get install -y --no-install-recommends git`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.apt import is_apt
from placid.core.audit.facts.dockerfiles import is_dockerfile
from placid.core.audit.facts.run_commands import shipped
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, path_rule


@path_rule("image/apt-recommends", Severity.LOW, docs=__doc__ or "", reads=is_dockerfile)
def apt_recommends(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    text = repository.text(path) or ""
    if "Install-Recommends" in text or "install_recommends" in text.lower():
        return
    for call in shipped(repository, path):
        command = call.command
        if not is_apt(call, "install") or any("recommends" in each for each in command.texts()):
            continue
        verb = next(word for word in command.arguments if word.text == "install")
        edit = Edit(Place(path, call.behind(verb)), " --no-install-recommends")
        yield Hit(
            "recommended packages come along with those that are asked for",
            at=(Place(path, call.span),),
            fix=Fix("add --no-install-recommends", (edit,)),
            action="install without recommended packages (--no-install-recommends)",
        )
