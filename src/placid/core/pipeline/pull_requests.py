"""The pull request of a payload, in the shape of GitHub's schema."""

from __future__ import annotations

from collections.abc import Mapping

from placid.core.pipeline.payload_parts import Payload, at
from placid.core.pipeline.repository import NO_COMMIT, GitState, number, short
from placid.core.pipeline.webhook_objects import api_url, moment, owner, person, repository

_UNSEEN: Mapping[str, object] = {
    "closed_at": None,
    "merged_at": None,
    "assignee": None,
    "assignees": [],
    "requested_reviewers": [],
    "requested_teams": [],
    "labels": [],
    "milestone": None,
}
_OPEN: Mapping[str, object] = {
    "auto_merge": None,
    "active_lock_reason": None,
    "draft": False,
    "merged": False,
    "mergeable": None,
    "rebaseable": None,
    "mergeable_state": "unknown",
    "merged_by": None,
    "comments": 0,
    "review_comments": 0,
    "maintainer_can_modify": False,
}


def pull_number(given: Mapping[str, object]) -> int:
    """The number of a pull request: as given, else 1."""
    for found in (given.get("number"), at(given, "pull_request", "number")):
        if isinstance(found, int) and not isinstance(found, bool):
            return found
    return 1


def pull_request(state: GitState, count: int) -> Payload:
    """An open pull request of the head into the default branch."""
    remote, head = state.remote, state.head
    url = f"{api_url(remote.server)}/repos/{remote.slug}"
    html = f"{remote.server}/{remote.slug}/pull/{count}"
    now = moment(state)
    id = number(f"{remote.slug}#{count}")
    changed = {path for each in state.commits for path in each.added + each.removed + each.modified}
    return {
        "url": f"{url}/pulls/{count}",
        "id": id,
        "node_id": f"PR_{id}",
        "html_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "issue_url": f"{url}/issues/{count}",
        "number": count,
        "state": "open",
        "locked": False,
        "title": head.subject if head is not None else "",
        "user": person(state.actor, remote.server),
        "body": (head.body or None) if head is not None else None,
        "created_at": now,
        "updated_at": now,
        **_UNSEEN,
        "merge_commit_sha": state.sha,
        **_pull_urls(url, count, state.sha),
        "head": _side(state, short(state.ref), state.sha),
        "base": _side(state, state.trunk, state.trunk_tip or state.base or NO_COMMIT),
        "_links": _links(url, html, count, state.sha),
        "author_association": "OWNER",
        **_OPEN,
        "commits": len(state.commits),
        "additions": 0,
        "deletions": 0,
        "changed_files": len(changed),
    }


def _pull_urls(url: str, count: int, sha: str) -> dict[str, str]:
    return {
        "commits_url": f"{url}/pulls/{count}/commits",
        "review_comments_url": f"{url}/pulls/{count}/comments",
        "review_comment_url": f"{url}/pulls/comments{{/number}}",
        "comments_url": f"{url}/issues/{count}/comments",
        "statuses_url": f"{url}/statuses/{sha}",
    }


def _links(url: str, html: str, count: int, sha: str) -> Payload:
    found = {
        "self": f"{url}/pulls/{count}",
        "html": html,
        "issue": f"{url}/issues/{count}",
        **{key.removesuffix("_url"): to for key, to in _pull_urls(url, count, sha).items()},
    }
    return {key: {"href": to} for key, to in found.items()}


def _side(state: GitState, ref: str, sha: str) -> Payload:
    account = owner(state.remote)
    label = f"{state.remote.owner}:{ref}"
    repo = repository(state)
    return {"label": label, "ref": ref, "sha": sha, "user": account, "repo": repo}
