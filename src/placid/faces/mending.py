"""`placid check --fix` and `--diff`: what the fixes of an audit change.

After fixes the audit is run again on what was written, so that what is shown is left.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.core.audit.fixing import applied, chosen
from placid.core.audit.masking import masked, secrets_of
from placid.core.audit.model import Repository
from placid.core.audit.report import Report
from placid.edge.tree import FolderTree
from placid.faces.checking import audit
from placid.faces.ground import Wanted

_ROUNDS = 5


def mend(wanted: Wanted, unsafe: bool) -> tuple[Report, int]:
    """Apply fixes until none is left to apply; what is left to find, and how many were applied."""
    count = 0
    report = audit(wanted)
    for _ in range(_ROUNDS):
        fixes = chosen(report.findings, unsafe)
        if not fixes:
            break
        for path, text in applied(report.repository, fixes).items():
            _write(report.repository, path, text)
        count += len(fixes)
        report = audit(wanted)
    return report, count


def _write(repository: Repository, path: str, text: str) -> None:
    tree = repository.tree
    assert isinstance(tree, FolderTree)
    tree.write(path, repository.encoded(path, text))


def difference(report: Report, unsafe: bool) -> str:
    """What the fixes would change, as a unified diff without secrets; "" for nothing."""
    texts = applied(report.repository, chosen(report.findings, unsafe))
    told = "".join(
        line
        for path, text in sorted(texts.items())
        for line in _diff(path, report.repository.text(path), text)
    )
    for secret in secrets_of(report.repository, report.everything):
        told = told.replace(secret, masked(secret, [Span(0, len(secret))]))
    return told


def _diff(path: str, before: str | None, after: str) -> Iterator[str]:
    old = (before or "").splitlines(keepends=True)
    start = f"a/{path}" if before is not None else "/dev/null"
    for line in difflib.unified_diff(old, after.splitlines(keepends=True), start, f"b/{path}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
