"""Something looks for known vulnerabilities in the dependencies.

Why: a dependency becomes vulnerable without any change in the repository; only a job that asks (on
a schedule, or on every change) tells.

Bad: a `package-lock.json`, and no `npm audit`, `osv-scanner`, Trivy or the like in any workflow

Good: a step `npm audit --omit=dev`, or a job with `google/osv-scanner-action`

Known limits: Dependabot's alerts are a setting, not a file; where its or Renovate's configuration
is there, the rule is quiet.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.ci_presence import everything_done, sees_everything, works_on_changes
from placid.core.audit.facts.deeds import Kind
from placid.core.audit.facts.projects import projects
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule

_BOTS = (
    ".github/dependabot.yml",
    ".github/dependabot.yaml",
    "renovate.json",
    "renovate.json5",
    ".renovaterc",
    ".renovaterc.json",
    ".github/renovate.json",
    ".github/renovate.json5",
    ".pyup.yml",
    ".snyk",
)


@rule("pipeline/no-dependency-audit", Severity.LOW, docs=__doc__ or "")
def no_dependency_audit(repository: Repository) -> Iterator[Hit | Unknown]:
    """Tell a repository with locked dependencies that nothing ever audits."""
    at = works_on_changes(repository)
    locked = next((each for each in projects(repository) if each.locks), None)
    if not at or locked is None or any(map(repository.has, _BOTS)):
        return
    if Kind.AUDIT not in everything_done(repository) and sees_everything(repository):
        yield Hit(
            f"no workflow asks whether the dependencies in {locked.locks[0].path} are vulnerable",
            (Place(at), Place(locked.locks[0].path)),
            action="audit the dependencies in a workflow",
        )
