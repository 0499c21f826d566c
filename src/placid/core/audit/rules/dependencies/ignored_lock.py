"""Git keeps the lock file of an application.

Why: a lock file that is ignored exists on one laptop only; the pipeline and the server resolve
anew, and each gets what is newest on that day.
Bad: `package-lock.json` in `.gitignore` of a service
Good: the line gone, and the lock file committed
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.core.audit.facts.applications import application
from placid.core.audit.facts.ignored_locks import ignored_lock as find
from placid.core.audit.facts.projects import projects
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, rule


@rule("dependencies/ignored-lock", Severity.MEDIUM, docs=__doc__ or "")
def ignored_lock(repository: Repository) -> Iterator[Hit | Unknown]:
    if not repository.whole:
        return
    for project in projects(repository):
        found = find(repository, project)
        why = application(repository, project) if found else ""
        if found is None or not why:
            continue
        text = (repository.text(found.path) or "")[found.span.start : found.span.end]
        shown = Span(found.span.start, found.span.start + len(text.rstrip()))
        yield Hit(
            f"{found.path} ignores {found.lock}, and {project.manifest} is an application: {why}",
            at=(Place(found.path, shown), Place(project.manifest)),
            fix=Fix(f"stop ignoring {found.lock}", (Edit(Place(found.path, found.span), ""),)),
            action=f"take {found.lock} out of .gitignore and commit it",
        )
