"""GitHub's own actions are new enough for GitHub.

Why: old versions of the artifact and cache actions speak to services that were switched off, so the
step fails. Others were written for a Node.js that runners no longer have; they are started on a
newer one, with a warning in every run, until they no longer work there.

Bad: `uses: actions/upload-artifact@v3`

Good: `uses: actions/upload-artifact@v6`

Known limits: actions/* by their version tags; a commit does not tell its version.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from placid.base.yamltext import Scalar, Span
from placid.core.audit.facts.workflows import actions, workflows
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, rule
from placid.formats.workflows.reference import reference


class _Majors(NamedTuple):
    """The last major version for each Node.js; the next one runs on 24. `off`: fails since."""

    node12: int
    node16: int
    node20: int
    off: int = 0
    since: date = date.max


_ARTIFACTS = date(2025, 1, 30)
_NODE20_GONE = date(2026, 9, 23)
_KNOWN = {
    "cache": _Majors(2, 3, 4, off=2, since=date(2025, 3, 1)),
    "checkout": _Majors(2, 3, 4),
    "download-artifact": _Majors(2, 3, 6, off=3, since=_ARTIFACTS),
    "github-script": _Majors(5, 6, 7),
    "labeler": _Majors(3, 4, 5),
    "setup-dotnet": _Majors(1, 3, 4),
    "setup-go": _Majors(2, 4, 5),
    "setup-java": _Majors(2, 3, 4),
    "setup-node": _Majors(2, 3, 4),
    "setup-python": _Majors(2, 4, 5),
    "stale": _Majors(4, 8, 9),
    "upload-artifact": _Majors(2, 3, 5, off=3, since=_ARTIFACTS),
}


@rule("pipeline/old-action-runtime", Severity.LOW, docs=__doc__ or "")
def old_action_runtime(repository: Repository) -> Iterator[Hit | Unknown]:
    """Hold the versions of every `uses` against the table."""
    for workflow in workflows(repository):
        for job in workflow.jobs:
            for step in job.every_step():
                yield from _look(repository, workflow.path, step.uses)
    for action in actions(repository):
        for step in action.runs.steps if action.runs is not None else ():
            yield from _look(repository, action.path, step.uses)


def _look(repository: Repository, path: str, uses: Scalar | None) -> Iterator[Hit]:
    named = reference(uses.text) if uses is not None else None
    if uses is None or named is None or named.major is None:
        return
    owner, _, name = named.repository.lower().partition("/")
    known = _KNOWN.get(name) if owner == "actions" else None
    if known is None or named.major > known.node20:
        return
    old = next(
        node for node, last in zip((12, 16, 20), known[:3], strict=True) if named.major <= last
    )
    off = named.major <= known.off and known.since <= repository.today
    if old == 20 and repository.today < _NODE20_GONE:
        return
    said = (
        f"fails since {known.since.isoformat()}: the service it uses was switched off"
        if off
        else f"is written for Node.js {old}, which runners no longer have"
    )
    yield Hit(
        f"{uses.text} {said}",
        (Place(path, uses.span),),
        fix=_fix(repository, path, uses, named.ref, f"v{known.node20 + 1}"),
        action="use versions of GitHub's actions that still work" if off else "update old actions",
        severity=Severity.MEDIUM if off else None,
    )


def _fix(repository: Repository, path: str, uses: Scalar, ref: str, new: str) -> Fix | None:
    text = (repository.text(path) or "")[uses.span.start : uses.span.end]
    at = text.rfind("@" + ref)
    if at < 0:
        return None
    start = uses.span.start + at + 1
    return Fix(f"use {new}", (Edit(Place(path, Span(start, start + len(ref))), new),))
