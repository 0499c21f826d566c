"""What a job waits for before it starts, and when it starts at all.

A job waits for all jobs that it needs, and those that they need. A condition with `always()` starts
it all the same, and a needed job with `continue-on-error` stops nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from placid.base.yamltext import Scalar
from placid.core.audit.facts.deeds import Kind
from placid.core.audit.facts.deploys import Deed, Work, every_work
from placid.core.audit.model import Repository, fact
from placid.formats.workflows import Job, Workflow

_REGARDLESS = re.compile(r"\balways\(\)|!\s*cancelled\(\)|!\s*failure\(\)")
_ASKS = re.compile(r"\bsuccess\(\)|\.result\b|\.conclusion\b|\.outcome\b|needs\.")
_PRODUCTION = re.compile(r"(?<![a-z0-9])(?:prod|production|prd|live)(?![a-z0-9])")
_OTHER = re.compile(
    r"(?<![a-z0-9])(?:stag(?:e|ing)|stg|dev|devel|develop|development|preview|test|testing|qa|uat"
    r"|sandbox|nightly|e2e|demo|integration|pr)(?![a-z0-9])"
)
_SETTING = re.compile(r"\w*_env=\S+|--(?:production|omit)\S*")
_REVIEW = frozenset(("pull_request", "pull_request_target", "merge_group"))
_BY_OTHERS = frozenset(("workflow_run", "workflow_call", "release", "deployment", "check_suite"))


@fact
def by_workflow(repository: Repository) -> dict[str, tuple[Work, ...]]:
    """The jobs of each workflow, by its path."""
    found: dict[str, list[Work]] = {}
    for work in every_work(repository):
        found.setdefault(work.workflow.path, []).append(work)
    return {path: tuple(works) for path, works in found.items()}


def upstream(work: Work, all_of_it: Sequence[Work]) -> list[Work]:
    """The jobs that this one waits for, in the end."""
    known = {each.id: each for each in all_of_it}
    found: dict[str, Work] = {}
    waiting = [need.text.lower() for need in work.job.needs]
    while waiting:
        name = waiting.pop()
        if name in known and name not in found:
            found[name] = known[name]
            waiting += (need.text.lower() for need in known[name].job.needs)
    return list(found.values())


def tested_before(work: Work, deed: Deed) -> bool:
    """Whether the job itself tests before it comes to this deed."""
    before = work.deeds[: work.deeds.index(deed)]
    return any(each.kind is Kind.TEST and not is_on(each.step.continue_on_error) for each in before)


def regardless(job: Job) -> bool:
    """Whether the job starts also when what it needs has failed."""
    condition = job.condition.text if job.condition else ""
    return bool(_REGARDLESS.search(condition)) and not _ASKS.search(condition)


def is_on(given: Scalar | None) -> bool:
    """Whether a setting says `true`."""
    return given is not None and given.text.strip().lower() == "true"


def only_reviews(workflow: Workflow) -> bool:
    """Whether nothing but pull requests starts it."""
    return bool(workflow.triggers) and all(each.event.text in _REVIEW for each in workflow.triggers)


def gated_outside(workflow: Workflow) -> bool:
    """Whether something else decides when it starts: another workflow, a release, a person."""
    events = {each.event.text for each in workflow.triggers}
    return bool(events & _BY_OTHERS) or "push" not in events


def only_reviewed(work: Work) -> bool:
    """Whether the job runs for pull requests alone: a preview."""
    if only_reviews(work.workflow):
        return True
    condition = work.job.condition.text if work.job.condition else ""
    return bool(re.search(r"event_name\s*==\s*'pull_request|event\.pull_request", condition))


def environment_name(work: Work) -> str:
    """The name of the job's environment; "" for none, or one that only the run knows."""
    environment = work.job.environment
    name = environment.name.text if environment and environment.name else ""
    return "" if "${{" in name else name


def production(work: Work, deed: Deed) -> str:
    """Why this deploys to production; "" when nothing says so."""
    text = _SETTING.sub(" ", f"{deed.text} {environment_name(work)}".lower())
    if _OTHER.search(text):
        return ""
    found = _PRODUCTION.search(text)
    if found:
        return f"names {found[0]}"
    condition = work.job.condition.text if work.job.condition else ""
    branch = re.search(r"refs/heads/(main|master|production|prod)\b", condition)
    return f"runs for {branch[1]}" if branch else _by_trigger(work.workflow)


def _by_trigger(workflow: Workflow) -> str:
    push = workflow.trigger("push")
    branches = push.patterns("branches") if push else None
    names = [each.text for each in branches or ()]
    if names and all(name in {"main", "master", "production", "prod", "release"} for name in names):
        return f"runs for {names[0]}"
    return "runs for a release" if workflow.trigger("release") else ""


def may_differ(work: Work) -> bool:
    """Whether a condition of the job or around it picks the branches that it runs for."""
    conditions = [work.job.condition, *(deed.step.condition for deed in work.deeds)]
    return any(condition is not None for condition in conditions)
