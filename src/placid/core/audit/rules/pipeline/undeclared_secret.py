"""Every secret that a workflow reads is written down where people look.

Why: a secret lives in GitHub's settings only. Who sets up a fork, a second environment or the next
service learns of a missing one from a deploy that fails. A repository that has a place for this (an
example of the environment, or documentation that names its other secrets) should name them all.

Bad: `${{ secrets.DEPLOY_KEY }}`, while docs/deploy.md names every other secret

Good: `DEPLOY_KEY` in docs/deploy.md

Known limits: quiet where fewer than two of the secrets in use are written down anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.core.audit.facts.workflows import is_workflow, workflows
from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Hit, Place, Severity, Unknown, rule
from placid.formats.workflows.accesses import workflow_accesses

_PLACE = re.compile(
    r"(?:.*/)?(?:\.env[.\w-]*|[\w-]*\.env[.\w-]*|(?:README|CONTRIBUTING|DEVELOP|DEPLOY|RELEAS)[^/]*"
    r"|docs?/.*\.(?:md|rst|txt|adoc)|\.github/[^/]*\.md)",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Z][A-Z0-9_]{3,}")
_ENOUGH = 2


@rule("pipeline/undeclared-secret", Severity.LOW, docs=__doc__ or "")
def undeclared_secret(repository: Repository) -> Iterator[Hit | Unknown]:
    """Name the secrets in use that are the only ones not written down."""
    if not repository.whole:
        return
    used: dict[str, Place] = {}
    for workflow in workflows(repository):
        declared = {
            secret.id.text.upper() for trigger in workflow.triggers for secret in trigger.secrets
        }
        for reading in workflow_accesses(repository.text(workflow.path) or "", workflow):
            context, *keys = reading.path
            name = keys[0].upper() if keys else "*"
            if context == "secrets" and name not in {"*", "GITHUB_TOKEN"} | declared:
                used.setdefault(name, Place(workflow.path, reading.span))
    if len(used) <= _ENOUGH:
        return
    named = _written(repository, frozenset(used))
    if len(named) < max(_ENOUGH, len(used) / 2):
        return
    for name in sorted(set(used) - set(named)):
        other = next(iter(named.values()))
        yield Hit(
            f"secret {name} is written down nowhere; {other.path} has others",
            (used[name], other),
            action="write down every secret the workflows need",
            confidence=Confidence.MEDIUM,
        )


def _written(repository: Repository, names: frozenset[str]) -> dict[str, Place]:
    """Where each of these names is written down."""
    found: dict[str, Place] = {}
    for path in repository.paths:
        if _PLACE.fullmatch(path) and not is_workflow(path):
            for word in _NAME.finditer(repository.text(path) or ""):
                if word[0] in names:
                    found.setdefault(word[0], Place(path))
    return found
