"""The tests that a repository has, told by how test runners find them."""

from __future__ import annotations

import re

from placid.core.audit.model import Repository, fact

_TESTS = re.compile(
    r"(?:^|/)(?:test_\w+\.py|\w+_test\.(?:py|go|exs|dart)|[\w.-]+\.(?:test|spec)\.[cm]?[jt]sx?"
    r"|\w+_spec\.rb|\w+_test\.rb|\w+Test\.(?:java|kt|php)|\w+Tests?\.cs|\w+Spec\.(?:scala|groovy))$"
)
_FOREIGN = re.compile(
    r"(?:^|/)(?:node_modules|vendor|third[-_]party|site-packages|testdata|fixtures|examples?)/"
)


@fact
def test_files(repository: Repository) -> tuple[str, ...]:
    """The files that hold tests, those of other people left out."""
    return tuple(
        path for path in repository.paths if _TESTS.search(path) and not _FOREIGN.search(path)
    )
