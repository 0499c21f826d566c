"""The `github` context, and the GITHUB_* variables that every step gets of it.

What changes from job to job or from step to step (job, action, the paths of command files, the
workspace) starts empty, and whoever runs the job lays it over; `action_path` and `action_status`
are there in composite actions only.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from placid.core.pipeline.events import Event, actor_id, owner_id, repository_id
from placid.core.pipeline.payload_parts import text_at
from placid.core.pipeline.webhook_objects import api_url, graphql_url
from placid.formats.expressions import text_of

_NAMES = """
    action action_path action_ref action_repository actor actor_id api_url base_ref env event_name
    event_path graphql_url head_ref job output path ref ref_name ref_protected ref_type repository
    repository_id repository_owner repository_owner_id retention_days run_attempt run_id run_number
    server_url sha state step_summary triggering_actor workflow workflow_ref workflow_sha workspace
"""
VARIABLES = frozenset(_NAMES.split())
"""The properties that are variables, too: GITHUB_ and the name in capitals."""
_LATER = "job action action_repository action_ref path env step_summary state output"


class RunOf(msgspec.Struct, frozen=True):
    """Which workflow runs, and how often it did.

    path    of the workflow in the repository; name: its `name`, "" when it has none
    actor   who asked for this attempt, "" for the one who caused the event
    token   for GitHub's API, "" for none; a secret
    """

    path: str = ""
    name: str = ""
    id: int = 1
    number: int = 1
    attempt: int = 1
    actor: str = ""
    token: str = ""
    workspace: str = ""
    event_path: str = ""
    retention_days: int = 90


def github(event: Event, run: RunOf | None = None) -> dict[str, object]:
    """The context. Numbers are text in it, as they are at GitHub; `ref_protected` is a boolean."""
    run = run or RunOf()
    remote = event.remote
    host = remote.server.partition("://")[2]
    path = run.path.removeprefix("./")
    return {
        "token": run.token,
        "ref": event.ref,
        "sha": event.sha,
        "repository": remote.slug,
        "repository_owner": remote.owner,
        "repository_owner_id": owner_id(event),
        "repositoryUrl": f"git://{host}/{remote.slug}.git",
        **_counted(run),
        "repository_visibility": text_at(event.payload, "repository", "visibility") or "private",
        "actor_id": actor_id(event),
        "actor": event.actor,
        "workflow": run.name or path,
        "head_ref": event.head_ref,
        "base_ref": event.base_ref,
        "event_name": event.name,
        "event": event.payload,
        "server_url": remote.server,
        "api_url": api_url(remote.server),
        "graphql_url": graphql_url(remote.server),
        "ref_name": event.ref_name,
        "ref_protected": False,
        "ref_type": event.ref_type,
        "secret_source": "Actions",
        "workflow_ref": f"{remote.slug}/{path}@{event.ref}",
        "workflow_sha": event.sha,
        "repository_id": repository_id(event),
        "triggering_actor": run.actor or event.actor,
        "workspace": run.workspace,
        "event_path": run.event_path,
        **dict.fromkeys(_LATER.split(), ""),
    }


def _counted(run: RunOf) -> dict[str, str]:
    return {
        "run_id": str(run.id),
        "run_number": str(run.number),
        "retention_days": str(run.retention_days),
        "run_attempt": str(run.attempt),
    }


def variables(github: Mapping[str, object]) -> dict[str, str]:
    """The variables of a github context, with CI and GITHUB_ACTIONS; RUNNER_* are not here."""
    found = {
        f"GITHUB_{name.upper()}": text_of(value)
        for name, value in github.items()
        if name in VARIABLES and value is not None
    }
    return {"CI": "true", "GITHUB_ACTIONS": "true", **found}
