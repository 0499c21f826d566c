"""Every stage leads somewhere.

Why: a stage that nothing copies from or builds on is skipped by BuildKit; what it was to check or
make does not happen.
Bad: `FROM node:22 AS assets`, and no `COPY --from=assets`
Good: a stage that is copied from, built on, or named as a target
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import Built, dockerfiles
from placid.core.audit.facts.projects import is_foreign
from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Hit, Place, Severity, Unknown, rule
from placid.formats.dockerfile import Stage, find

_FROM = re.compile(r"(?:^|,)from=([^,]+)")
_VARIABLE = re.compile(r"\$\{[^}]*\}|\$\w+")
_TARGETS = re.compile(
    r"(^|[-_])(test|tests|dev|develop|development|lint|debug|ci|export|artifacts?)"
)
_SCRIPTS = re.compile(
    r"(\.ya?ml|\.sh|\.hcl|\.json|\.toml|\.mk|\.md|\.py|\.bash|\.rst|\.txt|\.ps1|[Mm]akefile|[Jj]ustfile"
    r"|Jenkinsfile|Earthfile|Tiltfile)$"
)


@rule("image/unused-stage", Severity.LOW, docs=__doc__ or "")
def unused_stage(repository: Repository) -> Iterator[Hit | Unknown]:
    for built in dockerfiles(repository):
        if built.example or is_foreign(built.path) or not repository.whole:
            continue
        used = _used(built)
        for stage in built.stages[:-1]:
            if stage.index in used or not _does_something(stage) or _is_by_name(stage.name):
                continue
            if stage.name and _is_target(repository, stage.name):
                continue
            place = Place(built.path, stage.name_span or stage.start.span)
            name = f"the stage {stage.name}" if stage.name else "this stage"
            yield Hit(
                f"nothing copies from {name} or builds on it, so it is not built",
                at=(place,),
                confidence=Confidence.MEDIUM,
            )


def _does_something(stage: Stage) -> bool:
    """Whether it has more than labels; a list of images for an update bot has not."""
    return any(each.keyword not in {"LABEL", "ARG"} for each in stage.instructions)


def _is_by_name(name: str | None) -> bool:
    """Whether people build a stage of such a name by itself."""
    return bool(name and _TARGETS.search(name))


def _used(built: Built) -> set[int]:
    used: set[int] = set()
    for stage in built.stages:
        if stage.parent is not None:
            used.add(stage.parent)
        for each in (*stage.instructions, *(i.inner for i in stage.instructions if i.inner)):
            for flag in each.flags:
                match = _FROM.search(flag.value or "") if flag.name == "mount" else None
                name = flag.value if flag.name == "from" else match[1] if match else None
                other = find(built.stages[: stage.index], name) if name else None
                if "$" in (name or ""):
                    return set(range(len(built.stages)))
                used |= {other.index} if other else set()
        if stage.image is None:
            return set(range(len(built.stages)))
        used |= _chosen_by_argument(built, stage)
    return used


def _chosen_by_argument(built: Built, stage: Stage) -> set[int]:
    """The stages that `FROM build-${KIND}` may be built on, whatever the argument says."""
    written = stage.base.text.strip("\"'") if stage.base else ""
    if "$" not in written:
        return set()
    parts = _VARIABLE.split(written.lower())
    pattern = re.compile(".*".join(map(re.escape, parts)))
    return {each.index for each in built.stages if each.name and pattern.fullmatch(each.name)}


def _is_target(repository: Repository, name: str) -> bool:
    """Whether a file that may start builds says both the name and something of targets."""
    word = re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE)
    for path in repository.paths:
        if _SCRIPTS.search(path):
            text = repository.text(path) or ""
            if "target" in text and word.search(text):
                return True
    return False
