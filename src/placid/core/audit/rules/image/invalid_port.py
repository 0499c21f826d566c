"""EXPOSE names ports between 1 and 65535, with /tcp or /udp at most.

Why: the builder refuses anything else, also `host:container` pairs, which belong to `docker run`.
Bad: `EXPOSE 80:8080`
Good: `EXPOSE 8080`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import is_dockerfile, parsed, ports
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule
from placid.formats.dockerfile import expand


@path_rule("image/invalid-port", Severity.HIGH, docs=__doc__ or "", reads=is_dockerfile)
def invalid_port(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    known = parsed(repository, path)
    for stage in known[1] if known else ():
        for each, scope in stage.scopes():
            for word in each.words if each.keyword == "EXPOSE" else ():
                text = expand(word.text, scope, missing=None)
                if word.text.startswith("#"):
                    break
                if text and not any(ports(text.strip("\"'"), word.span)):
                    yield Hit(
                        f"EXPOSE {word.text} is no port from 1 to 65535: the build stops here",
                        at=(Place(path, word.span),),
                    )
