"""The payload of each event, as GitHub would send it for the state of a repository.

`PAYLOADS` has the events that say more than "this happened in that repository"; `made` gives the
whole payload, action, repository and sender included.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from placid.core.pipeline.payload_parts import Payload, text_at
from placid.core.pipeline.pull_requests import pull_number, pull_request
from placid.core.pipeline.repository import NO_COMMIT, GitState, number, short
from placid.core.pipeline.webhook_objects import (
    api_url,
    commit,
    moment,
    person,
    pushed_repository,
    repository,
    short_commit,
)

ACTIONS = {
    "branch_protection_rule": "created",
    "check_run": "created",
    "check_suite": "completed",
    "discussion": "created",
    "discussion_comment": "created",
    "image_version": "ready",
    "issue_comment": "created",
    "issues": "opened",
    "label": "created",
    "merge_group": "checks_requested",
    "milestone": "created",
    "project": "created",
    "project_card": "created",
    "project_column": "created",
    "pull_request": "opened",
    "pull_request_review": "submitted",
    "pull_request_review_comment": "created",
    "pull_request_target": "opened",
    "registry_package": "published",
    "release": "published",
    "watch": "started",
    "workflow_run": "completed",
}
"""What happened, for an event of which nobody says it."""

COMPARED = 12
_NO_TAG = "v0.0.0"


def made(state: GitState, name: str, given: Mapping[str, object]) -> Payload:
    """The payload of an event; what is given is looked at (an action, a number), not merged."""
    action = given.get("action", ACTIONS.get(name))
    said: Payload = {} if action is None else {"action": action}
    build = PAYLOADS.get(name)
    own = build(state, given) if build is not None else {}
    around = {"repository": repository(state), "sender": person(state.actor, state.remote.server)}
    return {**said, **around, **own}


def _push(state: GitState, given: Mapping[str, object]) -> Payload:
    remote = state.remote
    commits = [] if state.ref.startswith("refs/tags/") else list(state.commits)
    head = state.head
    return {
        "ref": state.ref,
        "before": state.before,
        "after": state.sha,
        "repository": pushed_repository(state),
        "pusher": {"name": state.actor.login, "email": state.actor.email},
        "created": state.before == NO_COMMIT,
        "deleted": False,
        "forced": state.forced,
        "base_ref": _base_ref(state),
        "compare": _compare(state),
        "commits": [commit(each, remote) for each in commits],
        "head_commit": commit(head, remote) if head is not None else None,
    }


def _base_ref(state: GitState) -> str | None:
    """The branch that a new tag or branch was made of, when it is the default one's tip."""
    same = state.before == NO_COMMIT and state.trunk_tip == state.sha
    trunk = f"refs/heads/{state.trunk}"
    return trunk if same and state.ref != trunk else None


def _compare(state: GitState) -> str:
    html = f"{state.remote.server}/{state.remote.slug}"
    new = state.before == NO_COMMIT
    tag = state.ref.startswith("refs/tags/")
    if not new:
        return f"{html}/compare/{state.before[:COMPARED]}...{state.sha[:COMPARED]}"
    if tag or not state.commits:
        return f"{html}/compare/{short(state.ref)}"
    if len(state.commits) == 1:
        return f"{html}/commit/{state.sha[:COMPARED]}"
    return f"{html}/compare/{state.commits[0].id[:COMPARED]}^...{state.sha[:COMPARED]}"


def _pull_request(state: GitState, given: Mapping[str, object]) -> Payload:
    found: Payload = {"number": pull_number(given), **_review(state, given)}
    if given.get("action") == "synchronize":
        found |= {"before": state.before, "after": state.sha}
    return found


def _review(state: GitState, given: Mapping[str, object]) -> Payload:
    return {"pull_request": pull_request(state, pull_number(given))}


def _release(state: GitState, given: Mapping[str, object]) -> Payload:
    remote = state.remote
    tag = release_tag(state, given)
    url = f"{api_url(remote.server)}/repos/{remote.slug}"
    id = number(f"{remote.slug}@{tag}")
    at = moment(state)
    release: Payload = {
        "url": f"{url}/releases/{id}",
        "assets_url": f"{url}/releases/{id}/assets",
        "upload_url": f"{url.replace('//api.', '//uploads.')}/releases/{id}/assets{{?name,label}}",
        "html_url": f"{remote.server}/{remote.slug}/releases/tag/{tag}",
        "id": id,
        "author": person(state.actor, remote.server),
        "node_id": f"RE_{id}",
        "tag_name": tag,
        "target_commitish": state.trunk,
        "name": tag,
        "draft": False,
        "prerelease": False,
        "created_at": at,
        "published_at": at,
        "assets": [],
        "tarball_url": f"{url}/tarball/{tag}",
        "zipball_url": f"{url}/zipball/{tag}",
        "body": "",
    }
    return {"release": release}


def release_tag(state: GitState, given: Mapping[str, object]) -> str:
    """The tag of a release: as given, the one that was pushed, one at the head, or one made up."""
    given_tag = text_at(given, "release", "tag_name")
    if given_tag:
        return given_tag
    if state.ref.startswith("refs/tags/"):
        return short(state.ref)
    return state.tags[0] if state.tags else _NO_TAG


def _dispatch(state: GitState, given: Mapping[str, object]) -> Payload:
    return {"inputs": None, "ref": state.ref, "workflow": None}


def _repository_dispatch(state: GitState, given: Mapping[str, object]) -> Payload:
    action = given.get("action", given.get("event_type", ""))
    return {"action": action, "branch": state.trunk, "client_payload": {}}


def _merge_group(state: GitState, given: Mapping[str, object]) -> Payload:
    base = state.trunk_tip or state.base or NO_COMMIT
    queue = f"refs/heads/gh-readonly-queue/{state.trunk}/pr-{pull_number(given)}-{base}"
    group: Payload = {
        "head_sha": state.sha,
        "head_ref": queue,
        "base_sha": base,
        "base_ref": f"refs/heads/{state.trunk}",
        "head_commit": short_commit(state.head) if state.head is not None else None,
    }
    return {"merge_group": group}


def _workflow_run(state: GitState, given: Mapping[str, object]) -> Payload:
    run: Payload = {
        "id": number(state.sha),
        "name": "",
        "head_branch": short(state.ref),
        "head_sha": state.sha,
        "run_number": 1,
        "run_attempt": 1,
        "event": "push",
        "status": "completed",
        "conclusion": "success",
        "pull_requests": [],
        "head_commit": short_commit(state.head) if state.head is not None else None,
    }
    return {"workflow": {"name": ""}, "workflow_run": run}


def _ref_made(state: GitState, given: Mapping[str, object]) -> Payload:
    return {
        "ref": short(state.ref),
        "ref_type": "tag" if state.ref.startswith("refs/tags/") else "branch",
        "master_branch": state.trunk,
        "description": None,
        "pusher_type": "user",
    }


PAYLOADS: Mapping[str, Callable[[GitState, Mapping[str, object]], Payload]] = {
    "create": _ref_made,
    "delete": _ref_made,
    "merge_group": _merge_group,
    "pull_request": _pull_request,
    "pull_request_review": _review,
    "pull_request_review_comment": _review,
    "pull_request_target": _pull_request,
    "push": _push,
    "release": _release,
    "repository_dispatch": _repository_dispatch,
    "schedule": lambda state, given: {"schedule": "", "workflow": None},
    "workflow_dispatch": _dispatch,
    "workflow_run": _workflow_run,
}
