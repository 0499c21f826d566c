"""The tests of a repository run on every push.

Why: tests that only run on somebody's machine do not hold a deploy back.

Bad: `tests/test_shop.py`, and a workflow that only builds an image

Good: a job that runs `pytest`

Known limits: a repository with steps that cannot be seen from here (an action of others, another
CI system) gets no finding.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.ci_presence import everything_done, sees_everything, works_on_changes
from placid.core.audit.facts.deeds import Kind
from placid.core.audit.facts.test_files import test_files
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule


@rule("pipeline/no-tests-in-ci", Severity.MEDIUM, docs=__doc__ or "")
def no_tests_in_ci(repository: Repository) -> Iterator[Hit | Unknown]:
    """Tell a repository whose tests no workflow runs."""
    at, tests = works_on_changes(repository), test_files(repository)
    if not at or not tests or Kind.TEST in everything_done(repository):
        return
    if sees_everything(repository):
        yield Hit(
            f"no workflow runs the tests ({len(tests)} files of tests, {tests[0]} among them)",
            (Place(at), Place(tests[0])),
            action="run the tests in a workflow",
        )
