"""How GitHub protects a branch: classic protection and rulesets, read and written.

Reading rulesets needs no rights; classic protection and who may pass a ruleset by need those of an
administrator. Without them the answer is unknown, never "not protected".
"""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from placid.base.errors import Problem
from placid.core.audit.protection import UNKNOWN, Protection, ruleset, stricter
from placid.edge.github import GitHub, Refused

_PAGE = 100
_NAME = "placid"


class _Context(msgspec.Struct, frozen=True):
    context: str


class _Parameters(msgspec.Struct, frozen=True):
    required_approving_review_count: int = 0
    strict_required_status_checks_policy: bool = False
    required_status_checks: list[_Context] = []


class _Rule(msgspec.Struct, frozen=True):
    type: str
    ruleset_id: int = 0
    ruleset_source_type: str = "Repository"
    parameters: _Parameters = _Parameters()


class _Bypass(msgspec.Struct, frozen=True):
    actor_type: str = ""


class _Ruleset(msgspec.Struct, frozen=True):
    id: int
    name: str = ""
    bypass_actors: list[_Bypass] | None = None


class _Enabled(msgspec.Struct, frozen=True):
    enabled: bool = False


class _Reviews(msgspec.Struct, frozen=True):
    required_approving_review_count: int = 0


class _Checks(msgspec.Struct, frozen=True):
    strict: bool = False
    contexts: list[str] = []
    checks: list[_Context] = []


class _Classic(msgspec.Struct, frozen=True):
    required_status_checks: _Checks | None = None
    required_pull_request_reviews: _Reviews | None = None
    enforce_admins: _Enabled = _Enabled()
    allow_force_pushes: _Enabled = _Enabled()


async def protection(github: GitHub, branch: str) -> Protection:
    """How `branch` is protected, by both kinds together."""
    return stricter(await _classic(github, branch), await _rulesets(github, branch))


async def _classic(github: GitHub, branch: str) -> Protection:
    try:
        data = await github.call("GET", f"/branches/{quote(branch, safe='')}/protection")
    except Refused as refused:
        if refused.status == 404 and "branch not protected" in refused.what.lower():
            return Protection()
        if refused.status in {401, 403, 404}:
            return UNKNOWN
        raise
    found = msgspec.json.decode(data, type=_Classic)
    checks, reviews = found.required_status_checks, found.required_pull_request_reviews
    names = [*checks.contexts, *(each.context for each in checks.checks)] if checks else []
    return Protection(
        pull_request=reviews is not None,
        reviews=reviews.required_approving_review_count if reviews else 0,
        checks=frozenset(names),
        up_to_date=checks is not None and checks.strict,
        no_force_push=not found.allow_force_pushes.enabled,
        admins=found.enforce_admins.enabled,
    )


async def _rulesets(github: GitHub, branch: str) -> Protection:
    rules: list[_Rule] = []
    page = 1
    while page == 1 or len(rules) == _PAGE * (page - 1):
        query = {"per_page": str(_PAGE), "page": str(page)}
        path = f"/rules/branches/{quote(branch, safe='')}"
        data = await github.call("GET", path, query=query)
        rules += msgspec.json.decode(data, type=list[_Rule])
        page += 1
    kinds = {rule.type for rule in rules}
    contexts = [each.context for rule in rules for each in rule.parameters.required_status_checks]
    return Protection(
        pull_request="pull_request" in kinds,
        reviews=max((rule.parameters.required_approving_review_count for rule in rules), default=0),
        checks=frozenset(contexts),
        up_to_date=any(rule.parameters.strict_required_status_checks_policy for rule in rules),
        no_force_push="non_fast_forward" in kinds,
        admins=await _nobody_passes(github, rules),
    )


async def _nobody_passes(github: GitHub, rules: list[_Rule]) -> bool | None:
    """Whether no ruleset lets anyone by; None where that may not be read."""
    own = {rule.ruleset_id for rule in rules if rule.ruleset_source_type == "Repository"}
    if not rules:
        return False
    if len(own) < len({rule.ruleset_id for rule in rules}):
        return None
    for number in sorted(own):
        found = msgspec.json.decode(await github.call("GET", f"/rulesets/{number}"), type=_Ruleset)
        if found.bypass_actors is None:
            return None
        if found.bypass_actors:
            return False
    return True


async def protect(github: GitHub, branch: str, wanted: Protection) -> str:
    """Make, or bring up to date, the ruleset called "placid"; what was done, in words."""
    if not github.token:
        raise Problem(
            "branch rules cannot be changed without a token",
            fix="set GITHUB_TOKEN to one with the permission 'Administration: write'",
        )
    listed = await github.call("GET", "/rulesets", query={"per_page": str(_PAGE)})
    rulesets = msgspec.json.decode(listed, type=list[_Ruleset])
    known = next((each.id for each in rulesets if each.name == _NAME), 0)
    body = ruleset(branch, wanted)
    if known:
        await github.call("PUT", f"/rulesets/{known}", body=body)
        return f'brought the ruleset "{_NAME}" up to date'
    await github.call("POST", "/rulesets", body=body)
    return f'made the ruleset "{_NAME}"'
