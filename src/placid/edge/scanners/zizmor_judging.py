"""How bad, how sure and in which words: zizmor's judgement, with what the file tells besides.

HIGH is for holes that a stranger can use: at most the table's severity, and only where zizmor is
sure. A risky trigger is raised to HIGH when the file also checks out what the stranger sent; an
expression in a script stays HIGH only when strangers write its text. A checkout whose job pushes
needs its token: there the finding is a guess, and no fix is given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Place, Severity
from placid.edge.scanners.zizmor_audits import known
from placid.edge.scanners.zizmor_report import Reported

_SEVERITIES = {
    "Informational": Severity.NOTE,
    "Low": Severity.LOW,
    "Medium": Severity.MEDIUM,
    "High": Severity.HIGH,
}
_CONFIDENCES = {"Low": Confidence.LOW, "Medium": Confidence.MEDIUM, "High": Confidence.HIGH}
_STRANGERS = re.compile(
    r"github\.head_ref"
    r"|github\.event\.(?:issue|discussion|pull_request|comment|review|review_comment|pages|commits"
    r"|head_commit|workflow_run)\b[\w.\[\]*'-]*"
    r"(?:title|body|message|email|name|label|ref|head_branch|default_branch|page_name)\b"
)
_SENT = re.compile(
    r"github\.event\.pull_request\.head\.(?:sha|ref)|github\.head_ref|refs/pull/"
    r"|github\.event\.workflow_run\.head_(?:sha|branch)"
)
_PUSHES = re.compile(
    r"\bgit\s+push\b|create-pull-request@|git-auto-commit-action@|github-push-action@"
    r"|github-pages-deploy-action@|actions-gh-pages@|semantic-release|changesets/action@"
    r"|\bmike deploy\b|gh-deploy|add-and-commit@",
    re.IGNORECASE,
)
_JOB = re.compile(r"^ {1,8}[\w-]+:[ \t]*(?:#.*)?$", re.MULTILINE)
_SHOWN = 80
_HOLD_SECRETS = frozenset(("hardcoded-container-credentials",))
_WORDS = {
    "unpinned-uses": "not pinned to a commit",
    "artipacked": "the checkout leaves its token in .git/config",
    "self-repository": "an action of this repository, named by its path",
}
"""What is said often, in fewer words than zizmor's."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What we say of a finding.

    pushes  its job needs what the finding would take away
    hidden  its place holds a secret
    """

    message: str
    action: str
    severity: Severity
    confidence: Confidence
    pushes: bool = False
    hidden: bool = False


def judged(repository: Repository, reported: Reported, at: tuple[Place, ...]) -> Judged:
    """The words and the weight of a finding at these places."""
    audit = known(reported.ident, reported.desc)
    text = repository.text(at[0].path) or ""
    severity = _severity(reported, text, at[0])
    confidence = _CONFIDENCES.get(reported.determinations.confidence, Confidence.MEDIUM)
    pushes = reported.ident == "artipacked" and _PUSHES.search(_job(text, at[0])) is not None
    return Judged(
        _message(reported, text, at[0]),
        audit.action,
        severity,
        Confidence.LOW if pushes else confidence,
        pushes,
        reported.ident in _HOLD_SECRETS,
    )


def _severity(reported: Reported, text: str, at: Place) -> Severity:
    theirs = _SEVERITIES.get(reported.determinations.severity, Severity.MEDIUM)
    severity = min(theirs, known(reported.ident).most)
    if reported.ident == "dangerous-triggers":
        checks_out = "actions/checkout" in text and _SENT.search(text)
        return Severity.HIGH if checks_out else Severity.MEDIUM
    if reported.ident == "template-injection":
        written = text[at.span.start : at.span.end]
        return severity if _STRANGERS.search(written) else min(severity, Severity.MEDIUM)
    sure = reported.determinations.confidence == "High"
    return severity if sure else min(severity, Severity.MEDIUM)


def _message(reported: Reported, text: str, at: Place) -> str:
    """What zizmor calls it, its note on the place, and the place itself where it is short."""
    primary = reported.primary
    note = primary.symbolic.annotation if primary else ""
    here = text[at.span.start : at.span.end]
    short = 0 < len(here) <= _SHOWN and "\n" not in here and reported.ident not in _HOLD_SECRETS
    shown = f"`{here}`: " if short else ""
    if reported.ident in _WORDS:
        return shown + _WORDS[reported.ident]
    bare = note in {"", "this command", "this step", "this job", "this workflow", "here"}
    return f"{shown}{reported.desc}" if bare else f"{shown}{reported.desc}: {note}"


def _job(text: str, at: Place) -> str:
    """The text of the job around a place: from a shallow key before it to the next of its depth."""
    best = None
    for found in _JOB.finditer(text, text.find("jobs:"), at.span.start):
        indent = len(found[0]) - len(found[0].lstrip())
        if best is None or indent <= best[0]:
            best = (indent, found.start())
    if best is None:
        return text
    after = re.compile(rf"^ {{{best[0]}}}\S", re.MULTILINE)
    end = after.search(text, at.span.end)
    return text[best[1] : end.start() if end else len(text)]
