"""Something looks for secrets before they are merged.

Why: a secret in the history of git is out, also after it was removed: it must be replaced
everywhere. A scan of each change finds it while that is still cheap.

Bad: workflows without gitleaks, TruffleHog, `placid check` or the like

Good: a step with `placid check`, or a hook with gitleaks

Known limits: GitHub's own push protection is a setting, not a file.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.ci_presence import (
    everything_done,
    scans_in_hooks,
    sees_everything,
    works_on_changes,
)
from placid.core.audit.facts.deeds import Kind
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule


@rule("pipeline/no-secret-scan", Severity.NOTE, docs=__doc__ or "")
def no_secret_scan(repository: Repository) -> Iterator[Hit | Unknown]:
    """Tell a repository that deploys or publishes, and never looks for secrets."""
    at, done = works_on_changes(repository), everything_done(repository)
    if not at or Kind.SECRETS in done or not done & {Kind.DEPLOY, Kind.PUBLISH}:
        return
    if sees_everything(repository) and not scans_in_hooks(repository):
        yield Hit(
            "no workflow and no hook looks for secrets",
            (Place(at),),
            action="scan every change for secrets",
        )
