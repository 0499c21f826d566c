"""The checks that the workflows of a repository can report on a pull request, by their names.

A job reports under its `name`, or its id; a matrix adds its values in brackets; a called workflow
puts the caller's name and " / " before its own. What an expression decides becomes a pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from placid.core.audit.facts.workflows import workflows
from placid.core.audit.model import Repository, fact
from placid.formats.workflows.model import Job, Workflow

_EXPRESSION = re.compile(r"\$\{\{.*?\}\}")
_EVENTS = frozenset(("pull_request", "pull_request_target", "push", "merge_group", "workflow_run"))
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class CheckName:
    """A name (a pattern that must match whole), the job behind it, and whether it may stay away.

    `filtered`: its workflow has path filters, so that for some pull requests it never reports.
    """

    pattern: str
    path: str
    job: Job
    filtered: bool = False

    def reports(self, name: str) -> bool:
        """Whether a check of this name can come from here."""
        return re.fullmatch(self.pattern, name) is not None


@fact
def check_names(repository: Repository) -> tuple[CheckName, ...]:
    """Every check that a push or a pull request can make the workflows report."""
    known = {workflow.path: workflow for workflow in workflows(repository)}
    found: list[CheckName] = []
    for workflow in known.values():
        triggers = [each for each in workflow.triggers if each.event.text in _EVENTS]
        if not triggers:
            continue
        filtered = all(
            any(kind in {"paths", "paths-ignore"} for kind, _ in trigger.filters)
            for trigger in triggers
        )
        for job in workflow.jobs:
            names = _names(job, known, _DEEPEST)
            found += (CheckName(name, workflow.path, job, filtered) for name in names)
    return tuple(found)


def _names(job: Job, known: dict[str, Workflow], depth: int) -> Iterator[str]:
    own = _pattern(job)
    if job.uses is None:
        yield own
        return
    called = known.get(job.uses.text.removeprefix("./"))
    if called is None or depth == 0:
        yield f"{own} / .*"
        return
    for inner in called.jobs:
        yield from (f"{own} / {name}" for name in _names(inner, known, depth - 1))


def _pattern(job: Job) -> str:
    if job.name is not None and job.name.text:
        parts = _EXPRESSION.split(job.name.text)
        named = ".*".join(re.escape(part) for part in parts)
        # GitHub adds the values of the matrix where the name does not tell them.
        several = job.strategy is not None and len(parts) == 1
        return rf"{named}(?: \(.*\))?" if several else named
    one = re.escape(job.id.text)
    return rf"{one} \(.*\)" if job.strategy is not None and job.strategy.matrix else one
