"""What expressions look into that has no value here: the token, secrets, variables, the event."""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.pipeline.divergence.ground import Difference, Ground, words
from placid.formats.workflows.accesses import Reading, workflow_accesses
from placid.formats.workflows.model import Workflow

_FROM_GIT = words(
    "ref before after head_commit commits repository inputs sender pusher created deleted forced "
    "action number pull_request release schedule workflow client_payload branch compare "
    "base_ref"
)


def value_differences(workflow: Workflow, source: str, ground: Ground) -> Iterator[Difference]:
    """One difference for each name, at the first place that looks into it."""
    seen: set[tuple[str, ...]] = set()
    for each in sorted(workflow_accesses(source, workflow), key=lambda each: each.span):
        path = tuple(part.lower() for part in each.path[:3])
        if path not in seen:
            seen.add(path)
            yield from _value(each, ground)


def _value(reading: Reading, ground: Ground) -> Iterator[Difference]:
    context, *rest = reading.path
    what = ".".join(reading.path[:3])
    name = rest[0] if rest else "*"
    if (context, name.lower()) in {("secrets", "github_token"), ("github", "token")}:
        if not ground.token:
            here = "empty here: no token was given (--secret GITHUB_TOKEN)"
            yield Difference(what, reading.span, here, heavy=True)
    elif context == "secrets" and not _given(name, ground.secrets):
        here = f"empty here: no such secret was given (--secret {name})"
        yield Difference(what, reading.span, here if name != "*" else _SOME, heavy=True)
    elif context == "vars" and not _given(name, ground.variables):
        here = f"empty here: no such variable was given (--var {name}=...)"
        yield Difference(what, reading.span, here if name != "*" else _SOME, heavy=True)
    elif context == "github" and name == "event" and not ground.event_file:
        yield from _event(rest, reading)


_SOME = "holds only what was given to this run"


def _event(path: list[str], reading: Reading) -> Iterator[Difference]:
    key = path[1].lower() if len(path) > 1 else "*"
    if key not in _FROM_GIT:
        here = "made from what git knows, without what only GitHub does; --event-file gives it"
        yield Difference(".".join(reading.path[:3]), reading.span, here)


def _given(name: str, known: frozenset[str]) -> bool:
    return name.lower() in {each.lower() for each in known}
