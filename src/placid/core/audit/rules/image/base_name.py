"""A base image has a name that registries take: small letters, a valid tag and digest.

Why: the builder says "invalid reference format" and stops.
Bad: `FROM Ubuntu:24.04`
Good: `FROM ubuntu:24.04`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import bases, is_dockerfile, parsed
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, path_rule
from placid.formats.images import image


@path_rule("image/base-name", Severity.HIGH, docs=__doc__ or "", reads=is_dockerfile)
def base_name(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    known = parsed(repository, path)
    for base in bases(known[1]) if known else ():
        written = base.word.text
        if base.image is not None or "$" in written or written.startswith(("oci-layout:", "@")):
            continue
        place = Place(path, base.word.span)
        small = written.lower()
        fix = Fix("write it in small letters", (Edit(place, small),)) if image(small) else None
        yield Hit(f"{written} is no valid image name: the build stops here", at=(place,), fix=fix)
