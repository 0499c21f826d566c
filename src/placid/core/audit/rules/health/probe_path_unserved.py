"""What asks a service for its health asks for a path that the service has.

Why: a probe for `/healthz` of a service that has `/health` gets 404 from the first second on. The
copy is never ready, or is killed again and again: every deploy fails.

Bad: `HEALTHCHECK CMD curl -f http://localhost:8000/healthz`, and `@app.get("/health")` in the code

Good: the same path in both

Known limits: told only where all routes of the code can be read, and where no file of the code
names the last part of the path; everything else is no finding.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.health_checks import HealthCheck, health_checks
from placid.core.audit.facts.routes import Serving, is_named_in_code, serving
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, rule


@rule("health/probe-path-unserved", Severity.HIGH, docs=__doc__ or "")
def probe_path_unserved(repository: Repository) -> Iterator[Hit | Unknown]:
    """Hold each path that is asked for against the routes of the code."""
    for check in health_checks(repository) if repository.whole else ():
        there = serving(repository, check.folder)
        if not there.apps or not there.routes or there.doubt or there.route_for(check.path):
            continue
        if is_named_in_code(repository, check.folder, check.path.strip("/").rpartition("/")[2]):
            continue
        health = there.health()
        other = Place(health[0][0], health[0][1].span) if health else there.apps[0]
        has = f"; it has {health[0][1].path}" if health else ""
        yield Hit(
            f"{check.by} asks for {check.path}, which the code does not serve{has}",
            (check.at, other),
            _fix(check, there),
        )


def _fix(check: HealthCheck, there: Serving) -> Fix | None:
    """Ask for the only health route that there is, when nothing can stand before its path."""
    paths = {route.path for _, route in there.health()}
    before = any(route.prefix for _, route in there.routes)
    if len(paths) != 1 or not check.exact or before:
        return None
    path = paths.pop()
    if any(mark in path for mark in "<{:*["):
        return None
    return Fix(f"ask for {path}", (Edit(check.at, path),))
