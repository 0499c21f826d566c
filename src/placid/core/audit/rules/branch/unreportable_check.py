"""Every check that `protect:` requires is reported by some workflow.

Why: GitHub waits for a required check until it is reported. A job that was renamed, has a matrix
now or does not run for pull requests leaves every pull request waiting for ever.
Bad: `protect: {checks: [test]}` where the job `test` has a matrix and reports `test (3.12)`
Good: `protect: {checks: [tests-passed]}` where a job of that name needs all of the matrix
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Scalar, Sequence
from placid.core.audit.facts.check_names import check_names
from placid.core.audit.facts.yamlfiles import documents
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule

_FILE = "placid.yaml"


@rule("branch/unreportable-check", Severity.HIGH, docs=__doc__ or "")
def unreportable_check(repository: Repository) -> Iterator[Hit | Unknown]:
    """The names under `protect.checks` that match no job."""
    if not repository.whole or not repository.has(_FILE):
        return
    known = check_names(repository)
    for name in _required(repository):
        sources = [each for each in known if each.reports(name.text)]
        place = Place(_FILE, name.span)
        if not sources:
            yield Hit(f'no workflow reports the required check "{name.text}"', (place,))
        elif all(each.filtered for each in sources):
            there = Place(sources[0].path, sources[0].job.id.span)
            yield Hit(
                f'the required check "{name.text}" stays away where the path filters of its '
                "workflow match nothing",
                (place, there),
                severity=Severity.MEDIUM,
            )


def _required(repository: Repository) -> Iterator[Scalar]:
    for document in documents(repository, _FILE)[:1]:
        listed = document.find(("protect", "checks"))
        if isinstance(listed, Sequence):
            yield from (item for item in listed.items if isinstance(item, Scalar))
