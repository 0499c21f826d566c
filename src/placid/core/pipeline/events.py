"""The event that starts a run: its payload, and the ref and commit that it is about.

Made from the state of the repository; what the user gives (`--event-file`) lies over it, and
replaces it when it is a whole payload of its own, with a repository and a sender. The commit is
always the one that runs here: where GitHub would take another one (the merge commit of a pull
request, the tip of the default branch), `differs` says so.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from placid.base.errors import Problem
from placid.core.pipeline.payload_parts import Payload, at, over, text_at
from placid.core.pipeline.payloads import made
from placid.core.pipeline.pull_requests import pull_number
from placid.core.pipeline.repository import NO_COMMIT, NOWHERE, GitState, Remote, number, short
from placid.core.pipeline.spelling import nearest
from placid.formats.expressions import text_of
from placid.formats.workflows.events import EVENTS

_OF_REQUESTS = frozenset(
    ("pull_request", "pull_request_review", "pull_request_review_comment", "pull_request_target")
)
_OF_THE_REF = frozenset(
    ("create", "deployment", "deployment_status", "push", "workflow_call", "workflow_dispatch")
)
_BY_HAND = ("workflow_call", "workflow_dispatch")


class Event(msgspec.Struct, frozen=True):
    """What happened.

    payload   github.event
    ref       in full ("refs/heads/main", "refs/pull/1/merge"), "" for none
    base_ref, head_ref   the branches of a pull request, "" for other events
    inputs    of workflow_dispatch, with their types
    differs   what it would be otherwise at GitHub, one sentence each
    """

    name: str
    payload: Payload
    ref: str
    sha: str
    base_ref: str = ""
    head_ref: str = ""
    remote: Remote = NOWHERE
    actor: str = "nobody"
    inputs: Mapping[str, object] = msgspec.field(default_factory=dict[str, object])
    differs: tuple[str, ...] = ()

    @property
    def action(self) -> str:
        """The activity type, "" for none."""
        return text_at(self.payload, "action")

    @property
    def ref_name(self) -> str:
        return short(self.ref)

    @property
    def ref_type(self) -> str:
        return "tag" if self.ref.startswith("refs/tags/") else "branch" if self.ref else ""


def event(
    state: GitState,
    name: str,
    given: Mapping[str, object] | None = None,
    inputs: Mapping[str, object] | None = None,
    workflow: str = "",
) -> Event:
    """The event `name`; Problem for a name that GitHub does not know.

    given     a payload, or what should be in it
    inputs    those of workflow_dispatch, checked and typed (see `core.pipeline.inputs`)
    workflow  the path of the workflow, for the events that name it
    """
    if name not in EVENTS:
        raise Problem(f"there is no event '{name}'", fix=nearest(name, sorted(EVENTS)))
    given = given or {}
    known = _adjusted(state, name, given)
    whole = isinstance(given.get("repository"), Mapping) and "sender" in given
    payload = dict(given) if whole else over(made(known, name, given), given)
    if inputs is not None and name in _BY_HAND:
        payload["inputs"] = {key: text_of(value) for key, value in inputs.items()} or None
    if workflow and payload.get("workflow", 0) is None:
        payload["workflow"] = workflow
    found = Event(
        name,
        payload,
        _ref(known, name, payload),
        state.sha,
        remote=known.remote,
        actor=text_at(payload, "sender", "login") or state.actor.login,
        inputs=inputs or {},
    )
    if name in _OF_REQUESTS:
        base, head = text_at(payload, *_BASE), text_at(payload, *_HEAD)
        found = replace(found, base_ref=base, head_ref=head)
    return replace(found, differs=tuple(_differs(known, found)))


_BASE = ("pull_request", "base", "ref")
_HEAD = ("pull_request", "head", "ref")


def _adjusted(state: GitState, name: str, given: Mapping[str, object]) -> GitState:
    """The state, with what is given for the refs and the repository."""
    ref = text_at(given, "ref")
    if name in _OF_REQUESTS:
        ref = text_at(given, *_HEAD)
    elif name in ("create", "delete"):
        ref = ref and f"refs/{'tags' if given.get('ref_type') == 'tag' else 'heads'}/{short(ref)}"
    elif name not in _OF_THE_REF:
        ref = ""
    trunk = text_at(given, "repository", "default_branch") or state.trunk
    if name in _OF_REQUESTS:
        trunk = text_at(given, *_BASE) or trunk
    remote = state.remote
    slug = text_at(given, "repository", "full_name")
    if slug.count("/") == 1:
        remote = replace(remote, slug=slug)
    return replace(state, ref=_full(ref) or state.ref, trunk=trunk, remote=remote)


def _full(ref: str) -> str:
    return ref if ref.startswith("refs/") or not ref else f"refs/heads/{ref}"


def _ref(state: GitState, name: str, payload: Mapping[str, object]) -> str:
    base = _full(text_at(payload, *_BASE) or state.trunk)
    if name == "pull_request_target":
        return base
    if name in _OF_REQUESTS:
        merged = at(payload, "pull_request", "merged") is True
        return base if merged else f"refs/pull/{pull_number(payload)}/merge"
    if name == "release":
        return f"refs/tags/{text_at(payload, 'release', 'tag_name')}"
    if name == "merge_group":
        return _full(text_at(payload, "merge_group", "head_ref"))
    return state.ref if name in _OF_THE_REF else f"refs/heads/{state.trunk}"


def _differs(state: GitState, event: Event) -> list[str]:
    found: list[str] = []
    if event.name in _OF_REQUESTS and event.name != "pull_request_target":
        found.append(
            f"github.sha is the head of the pull request ({event.sha[:7]}); at GitHub it is the "
            "commit that merges it into its base"
        )
    trunk = f"refs/heads/{state.trunk}"
    elsewhere = state.trunk_tip not in ("", event.sha)
    if event.ref == trunk and elsewhere and event.name not in _OF_THE_REF:
        found.append(
            f"{event.name} runs the tip of {state.trunk} at GitHub ({state.trunk_tip[:7]}); "
            f"here it runs {event.sha[:7]}"
        )
    said = text_at(event.payload, "after") if event.name == "push" else ""
    if said not in ("", event.sha) and event.sha != NO_COMMIT:
        found.append(f"the event is about {said[:7]}, but what runs is {event.sha[:7]}")
    if event.name == "release" and event.ref == "refs/tags/v0.0.0" and not state.tags:
        found.append("no tag is at this commit, so that the release is called v0.0.0")
    return found


def repository_id(event: Event) -> str:
    """github.repository_id"""
    return _id(event, "id", number(event.remote.slug))


def owner_id(event: Event) -> str:
    """github.repository_owner_id"""
    known = at(event.payload, "repository", "owner", "id")
    return text_of(known) if known is not None else str(number(event.remote.owner))


def actor_id(event: Event) -> str:
    """github.actor_id"""
    known = at(event.payload, "sender", "id")
    return text_of(known) if known is not None else str(number(event.actor))


def _id(event: Event, key: str, otherwise: int) -> str:
    known = at(event.payload, "repository", key)
    return text_of(known) if known is not None else str(otherwise)
