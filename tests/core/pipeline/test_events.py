"""Events and the github context: GitHub's shapes, and what workflows read of them."""

from __future__ import annotations

import json
from collections.abc import Mapping

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from placid.base.errors import Problem
from placid.core.pipeline.events import Event, event
from placid.core.pipeline.github_context import VARIABLES, RunOf, github, variables
from placid.core.pipeline.payload_parts import at, over
from placid.core.pipeline.repository import (
    NO_COMMIT,
    GitState,
    Person,
    number,
    remote_of,
)
from placid.core.pipeline.triggers import message_skips, starts
from placid.formats.expressions import evaluate, known, parse, text_of
from placid.formats.expressions.values import is_array, is_object
from placid.formats.workflows import read_workflow
from placid.formats.workflows.events import EVENTS
from tests.core.pipeline.states import ADA, FIRST, SECOND, state
from tests.octokit import examples, package


def read(what: str, happened: Event) -> str:
    """What a workflow reads with `${{ github... }}`."""
    contexts = {"github": github(happened, RunOf(path=".github/workflows/ci.yml"))}
    tree = parse(what, known=known(frozenset(contexts), frozenset[str]()))
    return text_of(evaluate(tree, contexts))


PUSH = {
    "github.event_name": "push",
    "github.ref": "refs/heads/main",
    "github.ref_name": "main",
    "github.ref_type": "branch",
    "github.sha": "2" * 40,
    "github.actor": "ada",
    "github.actor_id": "7",
    "github.triggering_actor": "ada",
    "github.repository": "octo/hello",
    "github.repository_owner": "octo",
    "github.repositoryUrl": "git://github.com/octo/hello.git",
    "github.server_url": "https://github.com",
    "github.api_url": "https://api.github.com",
    "github.graphql_url": "https://api.github.com/graphql",
    "github.workflow": ".github/workflows/ci.yml",
    "github.workflow_ref": "octo/hello/.github/workflows/ci.yml@refs/heads/main",
    "github.head_ref": "",
    "github.base_ref": "",
    "github.ref_protected": "false",
    "github.run_attempt": "1",
    "github.event.before": "0f" * 20,
    "github.event.after": "2" * 40,
    "github.event.created": "false",
    "github.event.forced": "false",
    "github.event.compare": f"https://github.com/octo/hello/compare/{'0f' * 6}...{'2' * 12}",
    "github.event.head_commit.message": "Open it",
    "github.event.head_commit.author.email": ADA.email,
    "github.event.head_commit.url": f"https://github.com/octo/hello/commit/{'2' * 40}",
    "github.event.commits[0].message": "Add the shop\n\nWith a till.",
    "github.event.commits[0].added[0]": "shop.py",
    "github.event.commits[1].removed[0]": "old.py",
    "github.event.commits[0].timestamp": "2026-01-02T03:04:05+02:00",
    "github.event.pusher.name": "ada",
    "github.event.sender.login": "ada",
    "github.event.repository.default_branch": "main",
    "github.event.repository.name": "hello",
    "github.event.repository.clone_url": "https://github.com/octo/hello.git",
    "github.event.repository.owner.login": "octo",
    "github.event.repository.fork": "false",
    "github.event.number": "",
}


def test_what_a_push_says() -> None:
    happened = event(state(), "push")
    assert {what: read(what, happened) for what in PUSH} == PUSH


PULL = {
    "github.ref": "refs/pull/1/merge",
    "github.ref_name": "1/merge",
    "github.ref_type": "branch",
    "github.head_ref": "topic",
    "github.base_ref": "main",
    "github.event.action": "opened",
    "github.event.number": "1",
    "github.event.pull_request.number": "1",
    "github.event.pull_request.head.sha": "2" * 40,
    "github.event.pull_request.head.ref": "topic",
    "github.event.pull_request.head.label": "octo:topic",
    "github.event.pull_request.base.ref": "main",
    "github.event.pull_request.base.sha": "3" * 40,
    "github.event.pull_request.head.repo.full_name": "octo/hello",
    "github.event.pull_request.user.login": "ada",
    "github.event.pull_request.title": "Open it",
    "github.event.pull_request.draft": "false",
    "github.event.pull_request.merged": "false",
    "github.event.pull_request.commits": "2",
    "github.event.pull_request.html_url": "https://github.com/octo/hello/pull/1",
    "github.event.pull_request.labels.*.name": "Array",
}


def test_what_a_pull_request_says() -> None:
    happened = event(state("refs/heads/topic"), "pull_request")
    assert {what: read(what, happened) for what in PULL} == PULL
    assert "merges it into its base" in happened.differs[0]


def test_pull_requests_as_they_are_given() -> None:
    pull = {"number": 7, "head": {"ref": "feat"}, "base": {"ref": "release/1"}}
    happened = event(state(), "pull_request", {"action": "labeled", "pull_request": pull})
    assert (happened.head_ref, happened.base_ref) == ("feat", "release/1")
    assert (happened.ref, happened.action) == ("refs/pull/7/merge", "labeled")
    assert at(happened.payload, "pull_request", "head", "label") == "octo:feat"
    target = event(state(), "pull_request_target", {"pull_request": pull})
    assert (target.ref, target.head_ref) == ("refs/heads/release/1", "feat")
    merged = {"action": "closed", "pull_request": {**pull, "merged": True}}
    assert event(state(), "pull_request", merged).ref == "refs/heads/release/1"
    pushed = event(state("refs/heads/topic"), "pull_request", {"action": "synchronize"})
    assert (pushed.payload["before"], pushed.payload["after"]) == ("0f" * 20, SECOND.id)


def test_tags_and_releases() -> None:
    tagged = replace(state("refs/tags/v1.2"), before=NO_COMMIT, base="", commits=())
    push = event(tagged, "push")
    assert (push.ref_name, push.ref_type) == ("v1.2", "tag")
    assert push.payload["commits"] == []
    assert push.payload["compare"] == "https://github.com/octo/hello/compare/v1.2"
    assert at(push.payload, "head_commit", "id") == SECOND.id
    release = event(tagged, "release")
    assert (release.ref, release.action, release.differs) == ("refs/tags/v1.2", "published", ())
    assert read("github.event.release.tag_name", release) == "v1.2"
    named = event(state(), "release", {"release": {"tag_name": "v9"}})
    assert (named.ref, named.differs) == ("refs/tags/v9", ())
    assert event(replace(state(), tags=("v3",)), "release").ref == "refs/tags/v3"
    assert "no tag" in event(state(), "release").differs[0]


def test_new_branches() -> None:
    new = replace(state("refs/heads/x"), before=NO_COMMIT)
    html = "https://github.com/octo/hello"
    assert event(new, "push").payload["created"] is True
    several = event(new, "push").payload["compare"]
    assert several == f"{html}/compare/{'1' * 12}^...{'2' * 12}"
    one = replace(new, commits=(SECOND,))
    assert event(one, "push").payload["compare"] == f"{html}/commit/{'2' * 12}"
    none = replace(new, commits=(), trunk_tip=SECOND.id)
    assert event(none, "push").payload["compare"] == f"{html}/compare/x"
    assert event(none, "push").payload["base_ref"] == "refs/heads/main"


def test_other_events_are_about_the_default_branch() -> None:
    for name in ("schedule", "issues", "repository_dispatch", "workflow_run", "check_run"):
        happened = event(state("refs/heads/topic"), name)
        assert happened.ref == "refs/heads/main", name
        assert happened.sha == SECOND.id
        assert "runs the tip of main at GitHub (3333333)" in happened.differs[0]
        assert event(state(), name).differs == ()
    cron = event(state(), "schedule", {"schedule": "0 4 * * *"})
    assert read("github.event.schedule", cron) == "0 4 * * *"
    sent = {"event_type": "deploy", "client_payload": {"env": "x"}}
    dispatched = event(state(), "repository_dispatch", sent)
    assert read("github.event.action", dispatched) == "deploy"
    assert read("github.event.client_payload.env", dispatched) == "x"


def test_a_merge_group() -> None:
    happened = event(state("refs/heads/topic"), "merge_group")
    assert happened.ref == f"refs/heads/gh-readonly-queue/main/pr-1-{'3' * 40}"
    assert (happened.action, happened.ref_type) == ("checks_requested", "branch")
    assert read("github.event.merge_group.base_ref", happened) == "refs/heads/main"


def test_a_dispatch_has_its_inputs_as_text_and_typed() -> None:
    inputs = {"debug": True, "count": 3, "who": "ada"}
    happened = event(state(), "workflow_dispatch", None, inputs, ".github/workflows/ci.yml")
    assert happened.payload["inputs"] == {"debug": "true", "count": "3", "who": "ada"}
    assert happened.inputs == inputs
    assert happened.payload["workflow"] == ".github/workflows/ci.yml"
    assert event(state(), "workflow_dispatch", None, {}).payload["inputs"] is None
    assert event(state(), "workflow_dispatch", {"ref": "release"}).ref == "refs/heads/release"


def test_what_is_given_lies_over_what_is_made_and_a_whole_payload_replaces_it() -> None:
    part = {"ref": "refs/tags/v1", "repository": {"private": False, "full_name": "a/b"}, "x": [1]}
    happened = event(state(), "push", part)
    assert (happened.ref, happened.ref_type, happened.remote.slug) == ("refs/tags/v1", "tag", "a/b")
    assert at(happened.payload, "repository", "private") is False
    assert at(happened.payload, "repository", "html_url") == "https://github.com/a/b"
    assert happened.payload["x"] == [1]
    whole = {"ref": "refs/heads/y", "repository": {"full_name": "c/d"}, "sender": {"login": "eve"}}
    alone = event(state(), "push", whole)
    assert alone.payload == whole
    assert (alone.actor, alone.ref, alone.sha) == ("eve", "refs/heads/y", SECOND.id)
    other = event(state(), "push", {"after": "9" * 40})
    assert other.differs == ("the event is about 9999999, but what runs is 2222222",)


def test_an_event_that_github_does_not_know() -> None:
    with pytest.raises(Problem, match="no event 'pull-request'") as raised:
        event(state(), "pull-request")
    assert str(raised.value.fix).startswith("did you mean 'pull_request'?")


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_every_event_can_be_made(name: str) -> None:
    for repository in (state(), state("refs/tags/v1"), GitState()):
        happened = event(repository, name)
        assert happened.name == name
        assert json.loads(json.dumps(github(happened)))["event"]["repository"]["full_name"]
        assert happened.ref.startswith("refs/")


def test_the_variables() -> None:
    run = RunOf(".github/workflows/ci.yml", "CI", 12, 3, 2, token="t0ken", workspace="/w/w")
    context = github(event(state(), "push"), run)
    found = variables({**context, "job": "test"})
    assert (found["CI"], found["GITHUB_ACTIONS"], found["GITHUB_JOB"]) == ("true", "true", "test")
    assert (found["GITHUB_RUN_ID"], found["GITHUB_RUN_ATTEMPT"]) == ("12", "2")
    assert (found["GITHUB_REF_PROTECTED"], found["GITHUB_HEAD_REF"]) == ("false", "")
    assert (found["GITHUB_WORKFLOW"], found["GITHUB_WORKSPACE"]) == ("CI", "/w/w")
    assert "t0ken" not in found.values()
    assert not {"GITHUB_EVENT", "GITHUB_TOKEN", "GITHUB_REPOSITORYURL"} & set(found)
    in_composites = {"GITHUB_ACTION_PATH"}
    assert set(found) == {"CI", "GITHUB_ACTIONS", *documented()} - in_composites
    assert variables({"action_path": "/x"})["GITHUB_ACTION_PATH"] == "/x"


def documented() -> set[str]:
    return {f"GITHUB_{name.upper()}" for name in VARIABLES}


def test_a_server_of_its_own() -> None:
    own = replace(state(), remote=remote_of("https://u:p@git.corp:8443/o/n.git", ""))
    context = github(event(own, "push"))
    assert context["server_url"] == "https://git.corp:8443"
    assert context["api_url"] == "https://git.corp:8443/api/v3"
    assert context["graphql_url"] == "https://git.corp:8443/api/graphql"


@pytest.mark.parametrize(
    ("url", "slug", "shown"),
    [
        ("https://github.com/o/n.git", "o/n", "https://github.com/o/n.git"),
        ("https://x:s3cret@github.com/o/n", "o/n", "https://github.com/o/n"),
        ("https://x:s3@cret@github.com/o/n", "o/n", "https://github.com/o/n"),
        ("git@github.com:o/n.git", "o/n", "git@github.com:o/n.git"),
        ("ssh://git:s3cret@h:22/o/n/", "o/n", "ssh://git@h:22/o/n/"),
        ("https://gitlab.com/a/b/c.git", "b/c", "https://gitlab.com/a/b/c.git"),
        ("/srv/git/shop.git", "local/shop", "/srv/git/shop.git"),
        ("../shop", "local/shop", "../shop"),
        ("file:///srv/shop", "local/shop", "file:///srv/shop"),
        ("", "local/here", ""),
    ],
)
def test_remotes(url: str, slug: str, shown: str) -> None:
    remote = remote_of(url, "here")
    assert (remote.slug, remote.url) == (slug, shown)


def test_people() -> None:
    assert (ADA.login, ADA.id) == ("ada", 7)
    assert Person("Grace Hopper", "g@x").login == "Grace-Hopper"
    assert Person("", "grace@x").login == "grace"
    assert Person("Ж", "").login == "nobody"
    assert Person("x", "old@users.noreply.github.com").login == "old"
    assert number("Octo") == number("octo")


# --- GitHub's own shapes


def schema(name: str) -> jsonschema_rs.Draft7Validator:
    whole = package("@octokit/webhooks-schemas", "7.6.1", "schema.json")
    definitions = whole["definitions"]
    root = {"definitions": definitions, "$ref": f"#/definitions/{name}"}
    return jsonschema_rs.Draft7Validator(root)


SHAPES: list[tuple[str, dict[str, object], str]] = [
    ("push", {}, "push$event"),
    ("pull_request", {}, "pull_request$opened"),
    ("pull_request", {"action": "synchronize"}, "pull_request$synchronize"),
    ("workflow_dispatch", {}, "workflow_dispatch$event"),
    ("release", {}, "release$published"),
    ("merge_group", {}, "merge_group$checks_requested"),
    ("create", {}, "create$event"),
]


@pytest.mark.parametrize(("name", "said", "shape"), SHAPES)
def test_payloads_have_the_shape_of_githubs_schema(
    name: str, said: Mapping[str, object], shape: str
) -> None:
    for ref in ("refs/heads/main", "refs/heads/topic", "refs/tags/v1"):
        payload = event(state(ref), name, said, {}, ".github/workflows/ci.yml").payload
        wrong = [
            (list(each.instance_path), each.message[:200])
            for each in schema(shape).iter_errors(json.loads(json.dumps(payload)))
        ]
        assert wrong == []


def keys(value: object, route: str = "") -> set[str]:
    """Every way to a value in a payload; what is in a list counts once."""
    found: set[str] = set()
    if is_object(value):
        for key, inner in value.items():
            found |= {f"{route}.{key}"} | keys(inner, f"{route}.{key}")
    elif is_array(value) and value:
        found |= keys(value[0], f"{route}[]")
    return found


@pytest.mark.parametrize("name", ["push", "pull_request", "release", "workflow_dispatch"])
def test_a_payload_has_every_key_that_real_ones_all_have(name: str) -> None:
    actions = {"pull_request": "opened", "release": "published"}
    real = [each for each in examples(name) if each.get("action") == actions.get(name)]
    assert real
    always = set[str].intersection(*map(keys, real))
    ours = keys(json.loads(json.dumps(event(state(), name).payload)))
    # People whom GitHub asks to look at something, and organisations, which nobody knows here.
    beyond = ("assignee", "requested", "labels", "milestone", ".organization", ".installation")
    lacking = {each for each in always - ours if not any(part in each for part in beyond)}
    assert lacking == set()


@given(
    st.recursive(
        st.dictionaries(st.sampled_from("abc"), st.integers(), max_size=3),
        lambda inner: st.dictionaries(st.sampled_from("abc"), inner | st.integers(), max_size=3),
    )
)
def test_laying_over(value: dict[str, object]) -> None:
    assert over({}, value) == value
    assert over(value, {}) == value
    assert over(value, value) == value
    assert over(over(value, {"a": 1}), {"a": {"b": 2}})["a"] == {"b": 2}


KEYS = st.sampled_from(
    [
        "ref",
        "action",
        "number",
        "pull_request",
        "head",
        "base",
        "sender",
        "repository",
        "owner",
        "id",
        "login",
        "full_name",
        "release",
        "tag_name",
        "inputs",
        "merged",
        "after",
        "deleted",
        "default_branch",
        "merge_group",
        "head_ref",
        "ref_type",
    ]
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["", "main", "refs/tags/v1", "a/b"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(st.sampled_from(sorted(EVENTS)), st.dictionaries(KEYS, JSON, max_size=6))
def test_any_payload_can_be_given(name: str, said: dict[str, object]) -> None:
    happened = event(state(), name, said)
    found = variables(github(happened))
    assert found["GITHUB_EVENT_NAME"] == name
    assert json.loads(json.dumps(happened.payload)) == happened.payload
    read = read_workflow(f"on: {name}\njobs: {{a: {{runs-on: x, steps: []}}}}\n", "w.yml")
    assert read is not None
    starts(read, happened, list[str])
    message_skips(happened)


def test_commits_know_their_subject_and_body() -> None:
    assert (FIRST.subject, FIRST.body) == ("Add the shop", "With a till.")
