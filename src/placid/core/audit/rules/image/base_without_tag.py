"""A base image has a tag that means a version.

Why: no tag is `latest`, and `latest` is another image next week; the build breaks or changes with
no commit to blame, and going back builds something else.
Bad: `FROM python`, `FROM node:latest`
Good: `FROM python:3.13-slim`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import bases, is_dockerfile, parsed
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule


@path_rule("image/base-without-tag", Severity.MEDIUM, docs=__doc__ or "", reads=is_dockerfile)
def base_without_tag(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    known = parsed(repository, path)
    for base in bases(known[1]) if known else ():
        if base.image is None or not base.image.floating:
            continue
        tag = "has no tag, which means latest" if not base.image.tag else "is tagged latest"
        yield Hit(
            f"the base image {base.image.name} {tag}: the next build may have another",
            at=(Place(path, base.word.span),),
            action="give base images the tag of a version",
        )
