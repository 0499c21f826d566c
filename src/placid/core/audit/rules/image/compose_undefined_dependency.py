"""`depends_on` names services that there are.

Why: compose refuses the whole file: "depends on undefined service".
Bad: `depends_on: [databse]`
Good: `depends_on: [database]`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.base.registry import nearest
from placid.core.audit.facts.compose import compose
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, rule
from placid.formats.compose import Needs

_ALONE = re.compile(r"(?:^|/)(?:docker-)?compose\.ya?ml$")
"""Names of files that compose takes by themselves; others are put together with `-f`."""


@rule("image/compose-undefined-dependency", Severity.HIGH, docs=__doc__ or "")
def compose_undefined_dependency(repository: Repository) -> Iterator[Hit | Unknown]:
    everywhere = {each.name for project in compose(repository) for each in project.services}
    for project in compose(repository):
        if project.included or project.example:
            continue
        names = {each.name for each in (*project.services, *project.beside)}
        for service in project.services:
            for needs in service.needs:
                if needs.name in names or not needs.required or "$" in needs.name:
                    continue
                close = nearest(needs.name, sorted(names - {service.name}))
                alone = _ALONE.search(project.path) and needs.name not in everywhere
                if close or alone:
                    yield _hit(project.path, service.name, needs, close)


def _hit(path: str, service: str, needs: Needs, close: str | None) -> Hit:
    place = Place(path, needs.span)
    return Hit(
        f"{service} depends on {needs.name}, and there is no such service"
        + (f"; did you mean {close}?" if close else ""),
        at=(place,),
        fix=Fix(f"depend on {close}", (Edit(place, close),)) if close else None,
    )
