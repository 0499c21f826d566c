"""A job that deploys to production names its environment.

Why: `environment:` is where GitHub keeps the secrets of production, asks for an approval, holds a
deploy back by branch, and writes down what runs where. Without it every workflow of the repository
can use the same secrets.

Bad: a job with `kubectl apply -n production` and no `environment`

Good: `environment: production` in that job
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.deeds import Kind
from placid.core.audit.facts.deploys import every_work
from placid.core.audit.facts.gates import only_reviewed, production
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, Unknown, rule


@rule("pipeline/deploy-without-environment", Severity.LOW, docs=__doc__ or "")
def deploy_without_environment(repository: Repository) -> Iterator[Hit | Unknown]:
    """Name the jobs that deploy to production outside of any environment."""
    for work in every_work(repository):
        deed = work.does(Kind.DEPLOY)
        if deed is None or work.job.environment or work.job.uses or only_reviewed(work):
            continue
        why = production(work, deed)
        if why:
            yield Hit(
                f"job {work.job.id.text} deploys to production ({deed.what}, it {why}) without an "
                "environment",
                (work.place, deed.at),
                action="give every job that deploys to production its environment",
                severity=Severity.MEDIUM if why.startswith("names") else None,
            )
