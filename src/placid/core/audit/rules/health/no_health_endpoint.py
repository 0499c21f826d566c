"""A web service that is deployed has a route that tells whether it is well.

Why: without one nothing can tell a copy that serves from one that hangs: a deploy is called done
too early, and a sick copy keeps getting requests.

Bad: a Flask application in an image, with `/orders` and `/login`

Good: `@app.get("/health")` that asks the database, too, and answers 503 when it is away
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.core.audit.facts.dockerfiles import dockerfiles
from placid.core.audit.facts.health_checks import has_front, health_checks
from placid.core.audit.facts.routes import is_named_in_code, serving
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule

_DEEPEST = 2  # an image from further down is rarely a service of its own
_WORDS = ("health", "ping", "ready", "alive", "status")


@rule("health/no-health-endpoint", Severity.MEDIUM, docs=__doc__ or "")
def no_health_endpoint(repository: Repository) -> Iterator[Hit | Unknown]:
    """Tell the applications in images that have no such route."""
    told: set[str] = set()
    for built in dockerfiles(repository) if repository.whole else ():
        folder = built.context
        if built.example or has_front(built) or folder in told or folder.count("/") >= _DEEPEST:
            continue
        told.add(folder)
        there = serving(repository, folder)
        if not there.apps or not there.routes or there.doubt or there.health():
            continue
        asked = any(check.folder == folder for check in health_checks(repository))
        if asked or any(is_named_in_code(repository, folder, word) for word in _WORDS):
            continue
        name = posixpath.basename(there.apps[0].path)
        yield Hit(
            f"the application in {name} is put into an image, and none of its {len(there.routes)} "
            "routes is for health",
            (there.apps[0], Place(built.path, Span(0, 0))),
            action="add a health endpoint",
        )
