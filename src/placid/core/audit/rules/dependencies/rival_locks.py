"""One tool keeps the lock file of a project.

Why: two lock files of two tools are never in step: the laptop installs from one, the pipeline from
the other, and an update of one leaves the other as it was.
Bad: `package-lock.json` and `yarn.lock` side by side
Good: the one of the tool that `packageManager`, the pipeline and the Dockerfile use
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from placid.core.audit.facts.projects import Lock, Project, package, projects
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule


@rule("dependencies/rival-locks", Severity.MEDIUM, docs=__doc__ or "")
def rival_locks(repository: Repository) -> Iterator[Hit | Unknown]:
    for project in projects(repository):
        own = [each for each in project.locks if posixpath.dirname(each.path) == project.folder]
        tools = sorted({each.tool for each in own} - {"pip"})
        if len(tools) < 2:
            continue
        names = " and ".join(posixpath.basename(each.path) for each in own)
        kept = _kept(repository, project)
        stay = kept if kept in tools else ""
        losers = [each for each in own if each.tool != stay] if stay else own
        yield Hit(
            f"{names} are lock files of {len(tools)} tools for one {project.manifest}"
            + (f", whose packageManager is {stay}" if stay else ""),
            at=tuple(Place(each.path) for each in _first(losers, own)),
            action=f"keep the lock file of {stay or 'one tool'} and remove the rest",
        )


def _first(losers: list[Lock], own: list[Lock]) -> list[Lock]:
    return [*losers, *(each for each in own if each not in losers)]


def _kept(repository: Repository, project: Project) -> str:
    """The tool that package.json names."""
    if project.ecosystem != "npm":
        return ""
    found = package(repository, project.manifest)
    return found.text("packageManager").partition("@")[0] if found else ""
