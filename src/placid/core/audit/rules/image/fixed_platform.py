"""FROM takes the platform that the image is built for.

Why: `--platform=linux/amd64` in the file builds an amd64 image also where arm64 is asked for; it is
then emulated, or fails with "exec format error".
Bad: `FROM --platform=linux/amd64 python:3.12`
Good: `FROM python:3.12`, or `FROM --platform=$BUILDPLATFORM golang:1.24 AS build`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import is_dockerfile, parsed
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, path_rule


@path_rule("image/fixed-platform", Severity.LOW, docs=__doc__ or "", reads=is_dockerfile)
def fixed_platform(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    known = parsed(repository, path)
    for stage in known[1] if known else ():
        flag = stage.start.flag("platform")
        if flag is None or not flag.value or "$" in flag.value or stage.base is None:
            continue
        cut = Place(path, flag.span._replace(end=stage.base.span.start))
        yield Hit(
            f"the platform is fixed to {flag.value}, whatever the build asks for",
            at=(Place(path, flag.span),),
            fix=Fix("leave the platform to the build", (Edit(cut, ""),)),
            action="leave the platform to the build (docker build --platform)",
        )
