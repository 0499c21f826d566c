"""A repository that deploys says how a deploy is taken back.

Why: the plan is needed in the minutes in which nobody has time to make one.

Bad: a workflow with `kubectl apply` alone

Good: `helm upgrade --atomic`, a workflow with an input for the version, or a page on going back

Known limits: any page or file that speaks of a rollback counts, and so does a placid.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.core.audit.facts.ci_presence import everything_done
from placid.core.audit.facts.deeds import Kind
from placid.core.audit.facts.deploys import every_work
from placid.core.audit.facts.gates import only_reviewed
from placid.core.audit.model import Repository, fact
from placid.core.audit.rule import Hit, Severity, Unknown, rule

_PLAN = re.compile(
    r"roll(?:s|ed|ing)?[ -]?back|going back|revert(?:ing)? (?:a|the) (?:deploy|release)", re.I
)
_NAMED = re.compile(r"roll-?back|revert", re.I)
_DOCS = re.compile(r"\.(?:md|rst|adoc|txt)$", re.I)
_ITSELF = re.compile(r"--atomic\b|--rollback-on-failure\b|--cleanup-on-fail\b|argo rollouts|canary")
_VERSION = re.compile(r"version|tag|ref|sha|commit|image|release|revision", re.I)
_MOST_TEXTS = 200


@rule("pipeline/no-rollback-plan", Severity.LOW, docs=__doc__ or "")
def no_rollback_plan(repository: Repository) -> Iterator[Hit | Unknown]:
    """Tell a repository that deploys and never says how to go back."""
    if not repository.whole or Kind.ROLLBACK in everything_done(repository):
        return
    for work in every_work(repository):
        deed = work.does(Kind.DEPLOY)
        if deed is None or only_reviewed(work):
            continue
        if not _takes_itself_back(repository) and not _documented(repository):
            yield Hit(
                f"job {work.job.id.text} deploys ({deed.what}), and nothing says how to go back: "
                "no step, no workflow that takes a version, no page",
                (deed.at,),
                action="write down or automate how a deploy is taken back",
            )
        return


def _takes_itself_back(repository: Repository) -> bool:
    for work in every_work(repository):
        if any(_ITSELF.search(deed.text) for deed in work.deeds if deed.kind is Kind.DEPLOY):
            return True
        asked = work.workflow.trigger("workflow_dispatch")
        if asked and any(_VERSION.search(each.id.text) for each in asked.inputs):
            return True
    return False


@fact
def _documented(repository: Repository) -> bool:
    if any(path.rpartition("/")[2] in {"placid.yaml", "placid.yml"} for path in repository.paths):
        return True
    if any(_NAMED.search(path.rpartition("/")[2]) for path in repository.paths):
        return True
    pages = [path for path in repository.paths if _DOCS.search(path)]
    pages.sort(key=lambda path: (path.count("/"), path))
    return any(_PLAN.search(repository.text(path) or "") for path in pages[:_MOST_TEXTS])
