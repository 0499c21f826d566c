"""A base image is pinned by digest, with its tag kept for people and update bots.

Why: tags move; only a digest is the same image in every build, on every machine, and after going
back. `docker buildx imagetools inspect IMAGE` shows a digest; an update bot keeps it fresh.
Bad: `FROM python:3.13-slim`
Good: `FROM python:3.13-slim@sha256:...`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import bases, is_dockerfile, parsed
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule


@path_rule("image/base-without-digest", Severity.LOW, docs=__doc__ or "", reads=is_dockerfile)
def base_without_digest(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    known = parsed(repository, path)
    said: set[str] = set()
    for base in bases(known[1]) if known else ():
        found = base.image
        if found is None or found.digest or found.floating or base.word.text in said:
            continue
        said.add(base.word.text)
        yield Hit(
            f"the tag {found.name}:{found.tag} can move: no digest says which image is meant",
            at=(Place(path, base.word.span),),
            action="pin base images by digest (docker buildx imagetools inspect IMAGE shows it)",
        )
