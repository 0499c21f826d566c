"""Jobs run on machines that GitHub still has.

Why: a job whose `runs-on` names a retired image never starts; it waits for a day and is cancelled.
The dates are those that GitHub announced; an image on its way out is said half a year ahead.

Bad: `runs-on: ubuntu-20.04`

Good: `runs-on: ubuntu-latest`

Known limits: never HIGH, since what the calendar alone decides should turn nothing red over night,
and GitHub takes the file. Labels that come from an input or a variable are not followed; jobs on
machines of one's own (`self-hosted`, a runner group) are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from placid.base.yamltext import Mapping, Node, Scalar, Sequence
from placid.core.audit.facts.workflows import workflows
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, rule
from placid.formats.workflows import Job

_GONE = {
    "ubuntu-16.04": date(2021, 9, 20),
    "ubuntu-18.04": date(2023, 4, 3),
    "ubuntu-20.04": date(2025, 4, 15),
    "ubuntu-22.04": date(2027, 4, 17),
    "windows-2016": date(2022, 3, 15),
    "windows-2019": date(2025, 6, 30),
    "macos-10.13": date(2019, 10, 31),
    "macos-10.14": date(2019, 12, 31),
    "macos-10.15": date(2022, 8, 30),
    "macos-11": date(2024, 6, 28),
    "macos-11.0": date(2024, 6, 28),
    "macos-12": date(2024, 12, 3),
    "macos-13": date(2025, 12, 4),
    "macos-14": date(2026, 11, 2),
}
_NOTICE = timedelta(days=180)
_SIZE = re.compile(r"-(?:xl|xlarge|large|arm64|arm)$")
_MATRIX = re.compile(r"\$\{\{\s*matrix\.([\w-]+)\s*\}\}")
_QUOTED = "'\""


@rule("pipeline/retired-runner", Severity.MEDIUM, docs=__doc__ or "")
def retired_runner(repository: Repository) -> Iterator[Hit | Unknown]:
    """Hold the labels of every job against the dates."""
    for workflow in workflows(repository):
        for job in workflow.jobs:
            own = any(label.text.lower() == "self-hosted" for label in job.labels)
            if own or (isinstance(job.runs_on, Mapping) and job.runs_on.get("group")):
                continue
            for label in _labels(job):
                yield from _look(repository, workflow.path, label)


def _labels(job: Job) -> Iterator[Scalar]:
    """The labels written in the job, those of its matrix too."""
    for label in job.labels:
        found = _MATRIX.fullmatch(label.text)
        if found is None:
            yield label
        elif job.strategy is not None and isinstance(job.strategy.matrix, Mapping):
            yield from _values(job.strategy.matrix, found[1])


def _values(matrix: Mapping, key: str) -> Iterator[Scalar]:
    values: list[Node] = []
    own, include = matrix.get(key), matrix.get("include")
    if own is not None and isinstance(own.value, Sequence):
        values += own.value.items
    if include is not None and isinstance(include.value, Sequence):
        more = [item.get(key) for item in include.value.items if isinstance(item, Mapping)]
        values += [entry.value for entry in more if entry is not None]
    for value in values:
        if isinstance(value, Scalar):
            yield value
        elif isinstance(value, Sequence):
            yield from (item for item in value.items if isinstance(item, Scalar))


def _look(repository: Repository, path: str, label: Scalar) -> Iterator[Hit]:
    name = label.text.lower()
    gone = _GONE.get(_SIZE.sub("", name))
    if gone is None or gone - _NOTICE > repository.today:
        return
    latest = name.partition("-")[0] + "-latest"
    old = gone <= repository.today
    said = "was retired" if old else "will be retired"
    text = repository.text(path) or ""
    written = text[label.span.start : label.span.end]
    quote = written[:1] if written[:1] in _QUOTED else ""
    fix = Fix(f"use {latest}", (Edit(Place(path, label.span), quote + latest + quote),))
    yield Hit(
        f"{label.text} {said} on {gone.isoformat()}" + ("; this job never starts" if old else ""),
        (Place(path, label.span),),
        fix=fix if written == quote + label.text + quote and not _SIZE.search(name) else None,
        action="move jobs off retired runner images",
        severity=None if old else Severity.LOW,
    )
