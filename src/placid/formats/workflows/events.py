"""The events that start a workflow, with their activity types and filters.

From "Events that trigger workflows" of GitHub's documentation.
"""

from __future__ import annotations

from placid.formats.workflows.names import CALL_OUTPUT, RUN
from placid.formats.workflows.shapes import (
    FILLED,
    FILLED_LIST,
    NULL,
    TEXT,
    TRUTH,
    VALUE,
    Shape,
    dictionary,
    either,
    listing,
    one_or_more,
    table,
    words,
)

_PULL_REQUEST = (
    "assigned unassigned labeled unlabeled opened edited closed reopened synchronize "
    "converted_to_draft ready_for_review locked unlocked milestoned demilestoned enqueued "
    "dequeued review_requested review_request_removed auto_merge_enabled auto_merge_disabled "
    "stacked"
)
_BRANCHES = "branches branches-ignore"
_PATHS = "paths paths-ignore"

# event: (activity types, filters)
_FILTERED: dict[str, tuple[str, str]] = {
    "branch_protection_rule": ("created edited deleted", ""),
    "check_run": ("created completed rerequested requested_action", ""),
    "check_suite": ("completed", ""),
    "discussion": (
        "created edited deleted transferred pinned unpinned labeled unlabeled locked unlocked "
        "category_changed answered unanswered",
        "",
    ),
    "discussion_comment": ("created edited deleted", ""),
    "image_version": ("created ready deleted", "names versions"),
    "issue_comment": ("created edited deleted", ""),
    "issues": (
        "opened edited deleted transferred pinned unpinned closed reopened assigned unassigned "
        "labeled unlabeled locked unlocked milestoned demilestoned typed untyped field_added "
        "field_removed",
        "",
    ),
    "label": ("created edited deleted", ""),
    "merge_group": ("checks_requested", _BRANCHES),
    "milestone": ("created closed opened edited deleted", ""),
    "project": ("created closed reopened edited deleted", ""),
    "project_card": ("created moved converted edited deleted", ""),
    "project_column": ("created updated moved deleted", ""),
    "pull_request": (_PULL_REQUEST, f"{_BRANCHES} {_PATHS}"),
    "pull_request_comment": ("created edited deleted", ""),
    "pull_request_review": ("submitted edited dismissed", ""),
    "pull_request_review_comment": ("created edited deleted", ""),
    "pull_request_target": (_PULL_REQUEST, f"{_BRANCHES} {_PATHS}"),
    "push": ("", f"{_BRANCHES} tags tags-ignore {_PATHS}"),
    "registry_package": ("published updated", ""),
    "release": ("published unpublished created edited deleted prereleased released", ""),
    "watch": ("started", ""),
    "workflow_run": ("requested in_progress completed", f"{_BRANCHES} workflows"),
}
_PLAIN = "create delete deployment deployment_status fork gollum page_build public status"

_CALL_INPUT = table(
    {
        "description": TEXT,
        "type": words("string boolean number"),
        "required": TRUTH,
        "default": VALUE.within(RUN),
    },
    "type",
)
_CALL_SECRET = either(NULL, table({"description": TEXT, "required": TRUTH}))
_CALL_OUTPUT = table({"description": TEXT, "value": TEXT.within(CALL_OUTPUT)}, "value")
_CALL = table(
    {
        "inputs": dictionary(_CALL_INPUT),
        "secrets": dictionary(_CALL_SECRET),
        "outputs": dictionary(_CALL_OUTPUT),
    }
)
_DISPATCH_INPUT = table(
    {
        "description": TEXT,
        "type": words("string boolean number environment choice"),
        "required": TRUTH,
        "default": VALUE,
        "options": listing(TEXT),
    }
)
_CRON = table({"cron": FILLED, "timezone": FILLED}, "cron")


def _filtered(types: str, filters: str) -> Shape:
    keys = dict.fromkeys(filters.split(), FILLED_LIST)
    if types:
        keys["types"] = one_or_more(words(types))
    return either(NULL, table(keys))


EVENTS: dict[str, Shape] = {
    **{name: _filtered(*each) for name, each in _FILTERED.items()},
    **dict.fromkeys(_PLAIN.split(), NULL),
    "repository_dispatch": either(NULL, table({"types": listing(FILLED)})),
    "schedule": listing(_CRON),
    "workflow_call": either(NULL, _CALL),
    "workflow_dispatch": either(NULL, table({"inputs": dictionary(_DISPATCH_INPUT)})),
}

_EVENT = words(" ".join(EVENTS))
ON = either(_EVENT, listing(_EVENT), table(EVENTS))
