"""COPY --from and mounts name a stage that comes before.

Why: what is no stage is taken for an image of that name on Docker Hub, and the build fails to pull
it (or pulls a stranger's).
Bad: `FROM golang:1.24 AS build`, `COPY --from=builder /app /app`
Good: `COPY --from=build /app /app`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.base.registry import nearest
from placid.core.audit.facts.dockerfiles import Built, dockerfiles
from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Edit, Fix, Hit, Place, Severity, Unknown, rule
from placid.formats.dockerfile import Flag, Stage, find

_FROM = re.compile(r"(?:^|,)from=([^,]+)")
_STAGE_LIKE = re.compile(
    r"(?:.*[-_.])?(?:build|builder|base|deps|dependencies|prod|production|dev|development|assets"
    r"|compile|compiler|install|packages?|stage|frontend|backend|client|server|test|release|app"
    r"|publish|vendor|source|src|runtime|final|venv|wheels?)(?:[-_.0-9].*|\d*)\Z",
    re.IGNORECASE,
)
_OTHER_CONTEXTS = ("additional_contexts", "build-contexts", "--build-context", "contexts =")


@rule("image/unknown-stage", Severity.HIGH, docs=__doc__ or "")
def unknown_stage(repository: Repository) -> Iterator[Hit | Unknown]:
    for built in dockerfiles(repository):
        for stage in built.stages:
            for each in stage.instructions:
                for flag in each.flags:
                    name = _named(flag)
                    if name and "$" not in name:
                        yield from _judge(repository, built, stage, flag, name)


def _named(flag: Flag) -> str:
    if flag.name == "from":
        return flag.value or ""
    match = _FROM.search(flag.value or "") if flag.name == "mount" else None
    return match[1] if match else ""


def _judge(
    repository: Repository, built: Built, stage: Stage, flag: Flag, name: str
) -> Iterator[Hit]:
    before = built.stages[: stage.index]
    if find(before, name) is not None or re.search(r"[/:.@]", name):
        return
    place = Place(built.path, flag.span)
    if name.isdecimal():
        yield Hit(f"there is no stage {name} before this one", at=(place,))
        return
    later = find(built.stages[stage.index :], name)
    if later is not None:
        here = Place(built.path, later.name_span or later.start.span)
        yield Hit(f"the stage {name} does not come before this one", at=(place, here))
        return
    known = [each.name for each in before if each.name]
    close = nearest(name.lower(), known)
    if (close or _STAGE_LIKE.match(name)) and not _elsewhere(repository, name):
        yield Hit(
            f"no stage is called {name}" + (f"; did you mean {close}?" if close else ""),
            at=(place,),
            fix=_fix(built, flag, name, close) if close else None,
            confidence=Confidence.HIGH if close else Confidence.MEDIUM,
        )


def _fix(built: Built, flag: Flag, name: str, close: str) -> Fix | None:
    written = built.text[flag.span.start : flag.span.end]
    if written.count(f"from={name}") != 1:
        return None
    text = written.replace(f"from={name}", f"from={close}")
    return Fix(f"use the stage {close}", (Edit(Place(built.path, flag.span), text),))


def _elsewhere(repository: Repository, name: str) -> bool:
    """Whether some file gives builds more contexts, or builds an image of that name."""
    tagged = re.compile(rf"(?:-t|--tag|tags:|image:)[ ='\"]*[^\s]{{0,80}}\b{re.escape(name)}\b")
    for path in repository.paths:
        if path.endswith((".hcl", ".yml", ".yaml", "Makefile", ".sh", ".json", "justfile")):
            text = repository.text(path) or ""
            if name not in text:
                continue
            if any(each in text for each in _OTHER_CONTEXTS) or tagged.search(text):
                return True
    return False
