"""apk installs without keeping its index.

Why: `--no-cache` reads the index fresh and keeps none; without it a stale one may be used, and it
stays in the image.
Bad: `RUN apk add curl`
Good: `RUN apk add --no-cache curl`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import is_dockerfile
from placid.core.audit.facts.run_commands import shipped
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, path_rule


@path_rule("image/apk-cache", Severity.LOW, docs=__doc__ or "", reads=is_dockerfile)
def apk_cache(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    for call in shipped(repository, path):
        words = call.command.arguments
        if call.command.program != "apk" or call.command.verb() != "add":
            continue
        if any(not word.known or word.text == "--no-cache" for word in words):
            continue
        if "/apk" in call.caches or "/var/cache" in call.text or "apk cache" in call.text:
            continue
        verb = next(word for word in words if word.text == "add")
        edit = Edit(Place(path, call.behind(verb)), " --no-cache")
        yield Hit(
            "apk keeps its index in the image",
            at=(Place(path, call.span),),
            fix=Fix("add --no-cache", (edit,), safe=True),
            action="install with apk add --no-cache",
        )
