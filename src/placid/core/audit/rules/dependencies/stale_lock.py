"""The lock file says the same as the manifest beside it.

Why: `npm ci`, `--frozen-lockfile`, `--locked` and the like stop when the two have come apart, so
the build that worked on a laptop fails in the pipeline; an install that does not stop takes
versions that nobody tried.
Bad: `"express": "^5.0.0"` in package.json, and express 4.18.2 in package-lock.json
Good: both changed in one commit, as `npm install express@5` does
Known limits: packages under overrides, resolutions, patches or hooks are not compared; of
poetry.lock and composer.lock the hash of the manifest is compared when all names are there.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.lock_steps import steps
from placid.core.audit.facts.projects import projects
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule

_MEND = {
    "npm": "npm install",
    "yarn": "yarn install",
    "pnpm": "pnpm install",
    "bun": "bun install",
    "uv": "uv lock",
    "poetry": "poetry lock",
    "pdm": "pdm lock",
    "pipenv": "pipenv lock",
    "cargo": "cargo update --workspace",
    "go": "go mod tidy",
    "bundler": "bundle lock",
    "composer": "composer update --lock",
    "mix": "mix deps.get",
}
_MOST = 5


@rule("dependencies/stale-lock", Severity.HIGH, docs=__doc__ or "")
def stale_lock(repository: Repository) -> Iterator[Hit | Unknown]:
    for project in projects(repository):
        for lock in project.locks:
            found = list(steps(repository, project, lock))
            if not found:
                continue
            refused = [each for each in found if each.refused] or found
            said = "; ".join(each.what for each in refused[:_MOST])
            more = f"; and {len(refused) - _MOST} more" if len(refused) > _MOST else ""
            at = Place(project.manifest, refused[0].span)
            yield Hit(
                f"{lock.path} is out of step with {project.manifest}: {said}{more}",
                at=(at, Place(lock.path)),
                action=f"run `{_MEND.get(lock.tool, lock.tool)}` and commit {lock.path}",
                severity=None if refused[0].refused else Severity.MEDIUM,
            )
