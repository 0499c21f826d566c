"""A Dockerfile can be read by the builder: known instructions and flags, closed heredocs.

Why: the build stops before its first step, and with it the deploy.
Bad: `RNU make`
Good: `RUN make`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import is_dockerfile, parsed
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, path_rule
from placid.formats.dockerfile import Fault


@path_rule("image/invalid-dockerfile", Severity.HIGH, docs=__doc__ or "", reads=is_dockerfile)
def invalid_dockerfile(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    known = parsed(repository, path)
    for fault in known[0].faults if known else ():
        place = Place(path, fault.span)
        yield Hit(f"{fault.message}: the build stops here", at=(place,), fix=_fix(fault, place))


def _fix(fault: Fault, place: Place) -> Fix | None:
    if fault.fix is None:
        return None
    return Fix(f"write {fault.fix}", (Edit(place, fault.fix),))
