"""Fixes put into texts: all edits of a fix or none, never two over the same characters.

A fix that overlaps one already taken is left for the next run, which sees the new text.
"""

from __future__ import annotations

from collections.abc import Iterable

from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Finding


def chosen(findings: Iterable[Finding], unsafe: bool) -> list[Finding]:
    """The findings whose fixes can be applied together, in their order."""
    taken: list[Edit] = []
    kept: list[Finding] = []
    for finding in findings:
        fix = finding.fix
        if fix is None or not (fix.safe or unsafe):
            continue
        fresh = [edit for edit in fix.edits if edit not in taken]
        if any(_touch(edit, other) for edit in fresh for other in taken):
            continue
        taken += fresh
        kept.append(finding)
    return kept


def applied(repository: Repository, findings: Iterable[Finding]) -> dict[str, str]:
    """The new texts of the files that the fixes of these findings change."""
    edits = {edit for each in findings if each.fix for edit in each.fix.edits}
    texts: dict[str, str] = {}
    for edit in sorted(edits, key=lambda each: each.place.span, reverse=True):
        path, span = edit.place
        text = texts.get(path, repository.text(path) or "")
        texts[path] = text[: span.start] + edit.text + text[span.end :]
    return texts


def _touch(one: Edit, other: Edit) -> bool:
    """Whether two edits share a character, or write at the same point."""
    if one.place.path != other.place.path:
        return False
    (start, end), (other_start, other_end) = one.place.span, other.place.span
    if start == other_start:
        return True
    return start < other_end and other_start < end
