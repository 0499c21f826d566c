"""System packages are installed as root.

Why: apt, apk and dnf refuse everyone else, so after `USER app` the build stops there.
Bad: `USER app`, `RUN apt-get update && apt-get install -y curl`
Good: install first, then `USER app`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.core.audit.facts.dockerfiles import is_dockerfile, parsed
from placid.core.audit.facts.run_commands import Call, run_commands
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule
from placid.formats.dockerfile import Stage, chain, expand

_NEEDS_ROOT = {
    "apt-get": {"install", "update", "upgrade"},
    "apt": {"install", "update", "upgrade"},
    "apk": {"add", "update", "upgrade"},
    "yum": {"install", "update"},
    "dnf": {"install", "update"},
    "microdnf": {"install", "update"},
}


@path_rule("image/install-as-user", Severity.HIGH, docs=__doc__ or "", reads=is_dockerfile)
def install_as_user(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    known = parsed(repository, path)
    calls = [each for each in run_commands(repository, path) if _needs_root(each)]
    for call in calls if known else ():
        user, place = _user(chain(known[1], call.stage) if known else (), call)
        if user is not None and user.partition(":")[0] not in {"root", "0", ""}:
            program = call.command.program
            yield Hit(
                f"{program} runs as {user} here, and only root may install: the build stops",
                at=(Place(path, call.span), Place(path, place)),
            )


def _needs_root(call: Call) -> bool:
    verbs = _NEEDS_ROOT.get(call.command.program, set())
    return call.command.verb() in verbs and not call.command.wrapped


def _user(stages: tuple[Stage, ...], call: Call) -> tuple[str | None, Span]:
    """Who runs a command, and the USER that says so; None when not known."""
    user, place = None, call.span
    for stage in stages:
        for each, scope in stage.scopes():
            if each.span >= call.instruction.span:
                return user, place
            if each.keyword == "USER" and each.words:
                user, place = expand(each.words[0].text, scope, missing=None), each.span
    return user, place
