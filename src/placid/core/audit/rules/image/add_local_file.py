"""Files of the context come in by COPY.

Why: ADD also unpacks archives and fetches URLs; COPY does what it says.
Bad: `ADD . /app`
Good: `COPY . /app`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import is_dockerfile, parsed
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, path_rule
from placid.formats.dockerfile import Instruction

_MORE = re.compile(
    r"://|^git@|\.git(?:#|$)|\.(?:tar|tgz|tbz2?|txz|tlz|tzst|gz|bz2|xz|zst|lzma)\b", re.IGNORECASE
)
_COPY_FLAGS = {"chown", "chmod", "link", "exclude"}


@path_rule("image/add-local-file", Severity.LOW, docs=__doc__ or "", reads=is_dockerfile)
def add_local_file(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    known = parsed(repository, path)
    for each in known[0].instructions if known else ():
        if each.keyword == "ADD" and _is_plain(each):
            place = Place(path, each.keyword_span)
            yield Hit(
                "ADD does no more than COPY here",
                at=(place,),
                fix=Fix("use COPY", (Edit(place, "COPY"),), safe=True),
                action="use COPY for files of the context",
            )


def _is_plain(instruction: Instruction) -> bool:
    """Whether it copies files and folders that can be no archives."""
    if len(instruction.words) < 2 or any(f.name not in _COPY_FLAGS for f in instruction.flags):
        return False
    return not any(
        "$" in word.text or _MORE.search(word.text) or _may_be_archive(word.text)
        for word in instruction.words[:-1]
    )


def _may_be_archive(source: str) -> bool:
    """Whether a pattern may mean an archive: its name ends in a star."""
    return source.endswith(("*", "?", "]"))
