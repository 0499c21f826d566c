"""What runs in production is still mended by its makers.

Why: after the last day of a release its holes stay open, and the images built on it stop getting
updates; moving away under pressure is the worst time to do it.
Bad: `FROM python:3.8-slim`, the end of which was 2024-10-07
Good: `FROM python:3.13-slim`
Known limits: the dates are a table with a date of its own (see the message), minimums such as
`>=3.8` and matrices that test old releases on purpose are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from placid.core.audit.facts.dockerfiles import dockerfiles
from placid.core.audit.facts.projects import is_foreign
from placid.core.audit.facts.runtimes import Kind, Statement, statements
from placid.core.audit.facts.support_ends import AS_OF, ended
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule
from placid.formats.runtimes import NAMES, image_said
from placid.formats.runtimes.images import system_said

_TESTED = re.compile(r"(?:^|/)[\w.-]*(?:test|bench)[\w.-]*/", re.IGNORECASE)
_SYSTEMS = {"debian": "Debian", "ubuntu": "Ubuntu", "alpine": "Alpine", "centos": "CentOS"}


@rule("runtime/end-of-life", Severity.MEDIUM, docs=__doc__ or "")
def end_of_life(repository: Repository) -> Iterator[Hit | Unknown]:
    found: dict[tuple[str, str], list[tuple[Place, date]]] = {}
    for name, text, place in _pinned(repository):
        end = ended(name, text, repository.today)
        if end is not None:
            found.setdefault((name, end[0]), []).append((place, end[1]))
    for (name, release), places in found.items():
        proper = NAMES.get(name) or _SYSTEMS[name]
        paths = tuple(dict.fromkeys(place.path for place, _ in places))
        files = ", ".join(paths[:4])
        yield Hit(
            f"{proper} {release} has had no fixes since {places[0][1]}, and {files} "
            f"use{'s' if len(paths) == 1 else ''} it (dates as of {AS_OF})",
            at=tuple(dict.fromkeys(place for place, _ in places)),
            action=f"move on from {proper} {release}",
        )


def _pinned(repository: Repository) -> Iterator[tuple[str, str, Place]]:
    """Versions that are chosen, not merely allowed: images first, then pins and single CI jobs."""
    for built in dockerfiles(repository):
        if built.example or is_foreign(built.path) or _TESTED.search(built.path):
            continue
        for base in built.bases():
            reference = base.stage.image or ""
            said = image_said(reference, base.word.span)
            system = system_said(reference)
            place = Place(built.path, base.word.span)
            if said is not None and said.text not in built.path:
                yield said.runtime, said.text, place
            if system is not None and system[1] not in built.path:
                yield *system, place
    for each in statements(repository):
        if _chosen(repository, each):
            yield each.runtime, each.any_of[0].text, Place(each.path, each.any_of[0].span)


def _chosen(repository: Repository, each: Statement) -> bool:
    """A version file with one version, or the only version that the whole pipeline runs."""
    if each.kind is Kind.PIN:
        return len(each.any_of) == 1 and each.any_of[0].versions is not None
    if each.kind is not Kind.CI:
        return False
    runs = [
        other.text
        for other in statements(repository)
        if other.kind is Kind.CI and other.runtime == each.runtime
    ]
    return len(set(runs)) == 1 and each.known and len(each.any_of) == 1 and " of " not in each.text
