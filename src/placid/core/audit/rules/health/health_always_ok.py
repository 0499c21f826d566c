"""A health endpoint answers with an error when the service is sick.

Why: whoever asks looks at the status code alone. A handler that catches the error and answers 200
with `"status": "unhealthy"` in the body is well, as far as anybody can tell.

Bad: `except Exception: return {"status": "unhealthy"}`

Good: `except Exception: return JSONResponse({"status": "unhealthy"}, status_code=503)`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.core.audit.facts.routes import every_served, is_deployed
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule

_ERROR = re.compile(
    r"\b[45]\d\d\b|status|raise\b|abort\(|throw\b|next\(|HTTPException|HTTP_5|Response\(|reply\.code"
    r"|sys\.exit|process\.exit|Unavailable|InternalServerError|return\s+False|ServerError|reject\("
)
_SICK = re.compile(
    r"[\"'](?:unhealthy|down|sick|fail(?:ed|ing)?|not[ _-]ok|error|degraded)[\"']", re.I
)
_KEYS = re.compile(r"[\"']?status[\"']?\s*[:=](?!\s*\d)")
_ANSWERS = re.compile(r"\breturn\b|\bres(?:ponse)?\.")
_CAUGHT = re.compile(r"\bexcept\b[^\n]*:|\bcatch\s*(?:\([^)\n]*\))?\s*\{")


@rule("health/health-always-ok", Severity.MEDIUM, docs=__doc__ or "")
def health_always_ok(repository: Repository) -> Iterator[Hit | Unknown]:
    """Name the handlers that tell of an error with the status of success."""
    alone = not repository.whole
    for path, served in every_served(repository) if alone or is_deployed(repository) else ():
        for route in served.routes:
            if route.about_health and _hides(route.handler):
                yield Hit(
                    f"{route.path} answers 200 also when its check fails",
                    (Place(path, route.span),),
                    action="answer 503 when a health check fails",
                )


def _hides(handler: str) -> bool:
    """Whether what is caught is only told in the body."""
    caught = _CAUGHT.search(handler)
    if caught is None:
        return False
    sick = _KEYS.sub(" ", handler[caught.start() :])
    return bool(_SICK.search(sick) and _ANSWERS.search(sick)) and not _ERROR.search(sick)
