"""What happens anywhere in a repository's automation: workflows, hooks, and other systems' files.

For rules about what is nowhere: an answer is only certain when all that runs can be seen.
"""

from __future__ import annotations

import re

from placid.core.audit.facts.deeds import Kind
from placid.core.audit.facts.deploys import every_work
from placid.core.audit.model import Repository, fact

_OTHERS = re.compile(
    r"(?:^|/)(?:\.gitlab-ci\.ya?ml|\.travis\.yml|azure-pipelines[\w.-]*\.ya?ml|Jenkinsfile[\w.-]*"
    r"|\.drone\.ya?ml|appveyor\.yml|\.appveyor\.yml|\.cirrus\.(?:ya?ml|star)|bitbucket-pipelines\.yml"
    r"|cloudbuild[\w.-]*\.ya?ml|buildspec[\w.-]*\.ya?ml|\.semaphore/.*|\.buildkite/.*|\.circleci/.*"
    r"|\.woodpecker(?:\.ya?ml|/.*)|\.tekton/.*|\.zuul\.(?:ya?ml|d/.*)|\.prow\.ya?ml|codefresh\.yml"
    r"|wercker\.yml|\.teamcity/.*|\.concourse/.*|tekton/.*|\.builds/.*|zuul\.d/.*)$"
)
_HOOKS = (".pre-commit-config.yaml", ".pre-commit-config.yml", "lefthook.yml", ".husky/pre-commit")
_SCANNERS = re.compile(
    r"gitleaks|trufflehog|detect-secrets|kingfisher|ggshield|git-secrets|talisman|secretlint"
    r"|detect-aws-credentials|detect-private-key|placid"
)


@fact
def everything_done(repository: Repository) -> frozenset[Kind]:
    """All kinds of deeds of all workflows."""
    return frozenset(deed.kind for work in every_work(repository) for deed in work.deeds)


@fact
def sees_everything(repository: Repository) -> bool:
    """Whether all that runs automatically can be seen: GitHub's alone, and no unknown parts."""
    opaque = any(work.opaque for work in every_work(repository))
    return repository.whole and not opaque and not other_systems(repository)


@fact
def other_systems(repository: Repository) -> tuple[str, ...]:
    """The files of CI systems other than GitHub's."""
    return tuple(path for path in repository.paths if _OTHERS.search(path))


@fact
def scans_in_hooks(repository: Repository) -> bool:
    """Whether a hook before each commit looks for secrets."""
    return any(_SCANNERS.search(repository.text(path) or "") for path in _HOOKS)


@fact
def works_on_changes(repository: Repository) -> str:
    """The first workflow that a push or a pull request starts; "" for none."""
    for work in every_work(repository):
        if work.workflow.trigger("push") or work.workflow.trigger("pull_request"):
            return work.workflow.path
    return ""
