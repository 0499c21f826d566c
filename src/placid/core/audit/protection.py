"""How a branch is protected, against how a team wants it: three-valued, for what may be unknown.

Classic protection and rulesets come together as GitHub applies them: the stricter of the two. What
could not be read is None, which is neither kept nor broken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from placid.core.audit.facts.check_names import CheckName


@dataclass(frozen=True, slots=True)
class Protection:
    """What must hold before a commit gets onto a branch; None is unknown."""

    pull_request: bool | None = False
    reviews: int | None = 0
    checks: frozenset[str] | None = frozenset()
    up_to_date: bool | None = False
    no_force_push: bool | None = False
    admins: bool | None = False


UNKNOWN = Protection(None, None, None, None, None, None)


@dataclass(frozen=True, slots=True)
class Line:
    """One wish: kept (True), broken (False) or unknown (None), with both sides in words."""

    wish: str
    kept: bool | None
    wanted: str
    actual: str


def stricter(one: Protection, other: Protection) -> Protection:
    """Both at once; unknown stays unknown unless the other side is enough alone."""
    return Protection(
        _either(one.pull_request, other.pull_request),
        _most(one.reviews, other.reviews),
        None if one.checks is None or other.checks is None else one.checks | other.checks,
        _either(one.up_to_date, other.up_to_date),
        _either(one.no_force_push, other.no_force_push),
        _either(one.admins, other.admins),
    )


def _either(one: bool | None, other: bool | None) -> bool | None:
    if one or other:
        return True
    return None if one is None or other is None else False


def _most(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else max(one, other)


def compare(wanted: Protection, actual: Protection) -> Iterator[Line]:
    """Each wish beside what is. What is stricter than wanted is kept."""
    yield _line("pull request", wanted.pull_request, actual.pull_request)
    reviews = None if actual.reviews is None else actual.reviews >= (wanted.reviews or 0)
    yield Line("approving reviews", reviews, str(wanted.reviews or 0), _words(actual.reviews))
    for name in sorted(wanted.checks or ()):
        there = None if actual.checks is None else name in actual.checks
        yield _line(f'check "{name}"', True, there)
    yield _line("up to date before merging", wanted.up_to_date, actual.up_to_date)
    yield _line("no force push", wanted.no_force_push, actual.no_force_push)
    yield _line("admins included", wanted.admins, actual.admins)


def _line(wish: str, wanted: bool | None, actual: bool | None) -> Line:
    kept = None if wanted and actual is None else bool(actual) or not wanted
    return Line(wish, kept, "yes" if wanted else "any", _words(actual))


def _words(value: bool | int | None) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def unreportable(required: Iterable[str], known: tuple[CheckName, ...]) -> list[str]:
    """The required checks that no workflow can report: pull requests wait for them for ever."""
    return [name for name in sorted(required) if not any(each.reports(name) for each in known)]


def pending(required: Iterable[str], known: tuple[CheckName, ...]) -> list[tuple[str, CheckName]]:
    """The required checks that stay away where a path filter matches nothing, and who has them."""
    found: list[tuple[str, CheckName]] = []
    for name in sorted(required):
        sources = [each for each in known if each.reports(name)]
        if sources and all(each.filtered for each in sources):
            found.append((name, sources[0]))
    return found


def ruleset(branch: str, wanted: Protection) -> dict[str, object]:
    """The body of GitHub's `POST /repos/{owner}/{repo}/rulesets` that makes a wish come true."""
    rules: list[dict[str, object]] = []
    if wanted.pull_request or wanted.reviews:
        parameters: dict[str, object] = {
            "required_approving_review_count": wanted.reviews or 0,
            "dismiss_stale_reviews_on_push": True,
            "require_code_owner_review": False,
            "require_last_push_approval": False,
            "required_review_thread_resolution": False,
        }
        rules.append({"type": "pull_request", "parameters": parameters})
    if wanted.checks:
        contexts = [{"context": name} for name in sorted(wanted.checks)]
        parameters = {
            "strict_required_status_checks_policy": bool(wanted.up_to_date),
            "required_status_checks": contexts,
        }
        rules.append({"type": "required_status_checks", "parameters": parameters})
    if wanted.no_force_push:
        rules.append({"type": "non_fast_forward"})
        rules.append({"type": "deletion"})
    return {
        "name": "placid",
        "target": "branch",
        "enforcement": "active",
        "bypass_actors": [] if wanted.admins else [_ADMINS],
        "conditions": {"ref_name": {"include": [f"refs/heads/{branch}"], "exclude": []}},
        "rules": rules,
    }


_ADMINS = {"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}
