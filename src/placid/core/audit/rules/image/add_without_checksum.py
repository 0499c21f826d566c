"""What ADD fetches is checked.

Why: the file behind a URL can change; a checksum says that it is still the one that was read.
Bad: `ADD https://example.org/tool.tar.gz /opt/`
Good: `ADD --checksum=sha256:... https://example.org/tool.tar.gz /opt/`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import is_dockerfile, parsed
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule


@path_rule("image/add-without-checksum", Severity.MEDIUM, docs=__doc__ or "", reads=is_dockerfile)
def add_without_checksum(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    known = parsed(repository, path)
    for each in known[0].instructions if known else ():
        if each.keyword != "ADD" or each.flag("checksum"):
            continue
        for word in each.words[:-1]:
            text = word.text.lower()
            if text.startswith(("http://", "https://", "ftp://")) and ".git" not in text:
                yield Hit(
                    "what this URL gives is taken unchecked",
                    at=(Place(path, word.span),),
                    action="give ADD of a URL a checksum (--checksum=sha256:...)",
                )
