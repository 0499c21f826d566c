"""The HTTP routes that one file of code makes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from placid.base.yamltext import Span

_HOLE = re.compile(r"<[^>]*>|\{[^}]*\}|:\w+\??|\[+[\w.]+\]+|\(\?P<[^)]*\)|\*\*?")
_HEALTH = re.compile(
    r"(?:^|[/_-])(?:health(?:z|s|[_-]?checks?)?|healthy|readyz?|readiness|livez?|liveness|alive"
    r"|up|ping|status|heartbeat|actuator|_health|pulse)(?:/|$)",
    re.IGNORECASE,
)
_READY = re.compile(r"ready|readiness|startup", re.IGNORECASE)
_LIVE = re.compile(r"live|liveness|alive|ping|heartbeat", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Route:
    """A path as written, from its slash on, and what answers it (the text of the handler)."""

    path: str
    span: Span
    handler: str = ""
    prefix: bool = False

    @property
    def about_health(self) -> bool:
        """Whether the path is one that is asked for health."""
        return bool(_HEALTH.search(self.path.rstrip("/")))

    @property
    def about_life(self) -> bool:
        """Whether the path only asks whether the process lives."""
        return bool(_LIVE.search(self.path)) and not _READY.search(self.path)

    def serves(self, path: str) -> bool:
        """Whether a request could end here; what comes before the route's own path is not known."""
        own = self.path.strip("/")
        if self.prefix:
            return not own or f"/{own}/" in f"{path.rstrip('/')}/"
        parts = [re.escape(part) for part in _HOLE.split(own)]
        ends = "[^?]*" if own.endswith("*") else "[^/?]+"
        pattern = ends.join(parts)
        return bool(re.search(rf"(?:^|/){pattern}/?$", path.strip("/"))) if own else path == "/"


@dataclass(frozen=True, slots=True)
class Served:
    """What a file of code serves.

    made     where an application is made, None when the file only adds to one
    doubt    why its routes are not all known; "" when they are
    """

    framework: str
    routes: tuple[Route, ...]
    made: Span | None
    doubt: str = ""
    includes: tuple[str, ...] = field(default=())
