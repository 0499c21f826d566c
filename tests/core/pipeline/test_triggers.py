"""Which event starts which workflow, and the one sentence why not."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import indent

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from placid.base.errors import Problem
from placid.core.pipeline.events import event
from placid.core.pipeline.repository import Commit, GitState
from placid.core.pipeline.triggers import MOST_FILES, Changed, Start, message_skips, starts, suited
from placid.formats.workflows import Workflow, read_workflow
from tests.core.pipeline.states import SECOND, state

JOBS = "jobs: {a: {runs-on: x, steps: [{run: 'true'}]}}\n"


def workflow(on: str) -> Workflow:
    """A workflow with this `on:`: a value on its line, or a block."""
    head = f"on:\n{indent(on, '  ')}" if "\n" in on else f"on: {on}"
    found = read_workflow(f"{head}\n{JOBS}", ".github/workflows/ci.yml")
    assert found is not None
    return found


def these(*paths: str) -> Changed:
    return lambda: paths


def unasked() -> Sequence[str]:
    raise AssertionError("nobody needed the changed files")


def pushed(on: str, ref: str = "refs/heads/main", changed: Changed = unasked) -> Start:
    return starts(workflow(on), event(state(ref), "push"), changed)


TAG = "refs/tags/v1.2"
TOPIC = "refs/heads/topic/x"
BRANCHES = "push:\n  branches: [main, 'release/**']"
TAGS = "push:\n  tags: ['v*']"
BOTH = "push:\n  branches: [main]\n  tags: ['v*']"


@pytest.mark.parametrize(
    ("on", "ref", "why"),
    [
        ("push", "refs/heads/main", ""),
        ("push", TAG, ""),
        ("[push, pull_request]", "refs/heads/main", ""),
        ("pull_request", "refs/heads/main", "it starts on pull_request, not on push"),
        ("push:\n", TAG, ""),
        (BRANCHES, "refs/heads/main", ""),
        (BRANCHES, "refs/heads/release/1/x", ""),
        (BRANCHES, TOPIC, "topic/x is none of its branches: main, release/**"),
        (BRANCHES, TAG, "it starts on pushes of branches only, and v1.2 is a tag"),
        (TAGS, TAG, ""),
        (TAGS, "refs/tags/x", "x is none of its tags: v*"),
        (TAGS, "refs/heads/v1", "it starts on pushes of tags only, and v1 is a branch"),
        (BOTH, TAG, ""),
        (BOTH, "refs/heads/main", ""),
        (BOTH, TOPIC, "topic/x is none of its branches: main"),
        ("push:\n  branches-ignore: ['topic/*']", TOPIC, "is among its branches-ignore: topic/*"),
        ("push:\n  branches-ignore: ['topic/*']", "refs/heads/main", ""),
        ("push:\n  branches-ignore: [x]", TAG, "pushes of branches only"),
        ("push:\n  tags-ignore: ['v*']", TAG, "v1.2 is among its tags-ignore: v*"),
        ("push:\n  tags-ignore: ['x']", "refs/heads/main", "pushes of tags only"),
        ("push:\n  branches: ['**', '!topic/**']", TOPIC, "topic/x is none of its branches"),
        ("push:\n  branches: ['!topic/**']", "refs/heads/main", "none of its branches"),
        ("push:\n  branches: main", "refs/heads/main", ""),
        ("push:\n  paths: ['docs/**']", TAG, ""),
        ("schedule:\n  - cron: '0 4 * * *'", TAG, "it starts on schedule, not on push"),
    ],
)
def test_refs(on: str, ref: str, why: str) -> None:
    answer = pushed(on, ref)
    assert answer.yes == (why == "")
    assert why in answer.why


@pytest.mark.parametrize(
    ("on", "paths", "why"),
    [
        ("paths: ['**.js']", ("a.md", "src/a.js"), ""),
        ("paths: ['**.js']", ("a.md",), "a.md changed, none among its paths: **.js"),
        ("paths: ['**.js']", ("a.md", "b.md"), "2 files changed, none among its paths: **.js"),
        ("paths: ['sub/**', '!sub/docs/**']", ("sub/docs/a",), "none among its paths"),
        ("paths: ['sub/**', '!sub/docs/**']", ("sub/docs/a", "sub/b"), ""),
        ("paths-ignore: ['docs/**']", ("docs/a", "b"), ""),
        ("paths-ignore: ['docs/**']", ("docs/a", "docs/b"), "2 files changed, all among its"),
        ("paths-ignore: ['docs/**']", (), "no file is changed"),
        ("paths: ['**']", (), "no file is changed"),
    ],
)
def test_paths(on: str, paths: tuple[str, ...], why: str) -> None:
    answer = pushed(f"push:\n  {on}", changed=these(*paths))
    assert answer.yes == (why == "")
    assert why in answer.why
    request = f"pull_request:\n  {on}"
    happened = event(state(TOPIC), "pull_request")
    assert starts(workflow(request), happened, these(*paths)).yes == (why == "")


def test_branches_and_paths_must_both_hold_and_paths_are_asked_last() -> None:
    on = "push:\n  branches: [main]\n  paths: ['a/**']"
    assert pushed(on, changed=these("a/b")).yes
    assert not pushed(on, changed=these("b")).yes
    assert not pushed(on, TOPIC, changed=unasked).yes


def test_where_github_makes_no_diff_paths_hold() -> None:
    assert pushed("push:\n  paths: ['a']", changed=lambda: None).yes
    assert pushed("push:\n  paths-ignore: ['**']", changed=lambda: None).yes


def test_only_the_first_files_count() -> None:
    many = [f"a/{number:04}" for number in range(MOST_FILES)]
    on = "push:\n  paths: ['z']"
    assert pushed(on, changed=these(*many[1:], "z")).yes
    answer = pushed(on, changed=these(*many, "z"))
    assert answer.why == "the first 300 of 301 changed, none among its paths: z"
    assert not pushed("push:\n  paths-ignore: ['a/**']", changed=these(*many, "z")).yes


def requested(on: str, action: str, base: str = "main") -> Start:
    pull = {"base": {"ref": base}, "head": {"ref": "feat"}}
    happened = event(state(), "pull_request", {"action": action, "pull_request": pull})
    return starts(workflow(on), happened, unasked)


def test_the_types_of_pull_requests() -> None:
    for action in ("opened", "synchronize", "reopened"):
        assert requested("pull_request", action).yes
        assert requested("pull_request:\n  branches: [main]", action).yes
    closed = requested("pull_request", "closed")
    assert closed.why == (
        "pull_request is 'closed' here, and the types that start it are "
        "opened, synchronize, reopened"
    )
    assert requested("pull_request:\n  types: [closed]", "closed").yes
    assert not requested("pull_request:\n  types: [closed]", "opened").yes
    assert requested("pull_request:\n  types: closed", "closed").yes


def test_the_branches_of_pull_requests_are_their_bases() -> None:
    on = "pull_request:\n  branches: ['release/*']"
    assert requested(on, "opened", "release/1").yes
    assert requested(on, "opened").why == "main is none of its branches: release/*"
    assert not requested("pull_request:\n  branches-ignore: [main]", "opened").yes


def test_other_events_take_all_types_unless_they_are_listed() -> None:
    for action in ("opened", "labeled", "typed"):
        happened = event(state(), "issues", {"action": action})
        assert starts(workflow("issues"), happened, unasked).yes
    listed = workflow("issues:\n  types: [opened, edited]")
    assert not starts(listed, event(state(), "issues", {"action": "labeled"}), unasked).yes
    release = workflow("release:\n  types: [published]")
    assert starts(release, event(state(), "release"), unasked).yes
    assert not starts(release, event(state(), "release", {"action": "created"}), unasked).yes
    sent = workflow("repository_dispatch:\n  types: [deploy]")
    right = event(state(), "repository_dispatch", {"event_type": "deploy"})
    assert starts(sent, right, unasked).yes
    assert not starts(sent, event(state(), "repository_dispatch"), unasked).yes


def test_following_another_workflow() -> None:
    on = workflow("workflow_run:\n  workflows: [CI]\n  types: [completed]\n  branches: [main]")
    run = {"name": "CI", "head_branch": "main"}
    assert starts(on, event(state(), "workflow_run", {"workflow_run": run}), unasked).yes
    other = event(state(), "workflow_run", {"workflow_run": {**run, "name": "Docs"}})
    assert starts(on, other, unasked).why == "it follows the workflows CI, not 'Docs'"
    branch = event(state(), "workflow_run", {"workflow_run": {**run, "head_branch": "x"}})
    assert starts(on, branch, unasked).why == "x is none of its branches: main"


def test_schedules_and_hands() -> None:
    on = workflow("schedule:\n  - cron: '0 4 * * *'\n  - cron: '0 5 * * *'\nworkflow_dispatch:\n")
    assert starts(on, event(state(), "workflow_dispatch"), unasked).yes
    assert starts(on, event(state(), "schedule"), unasked).yes
    assert starts(on, event(state(), "schedule", {"schedule": "0 5 * * *"}), unasked).yes
    other = event(state(), "schedule", {"schedule": "1 1 * * *"})
    assert starts(on, other, unasked).why.endswith("not at '1 1 * * *'")
    assert not starts(workflow("push"), event(state(), "workflow_dispatch"), unasked).yes
    assert starts(workflow("workflow_call"), event(state(), "workflow_call"), unasked).yes


def test_merge_queues() -> None:
    happened = event(state(TOPIC), "merge_group")
    assert starts(workflow("merge_group:\n  branches: [main]"), happened, unasked).yes
    other = starts(workflow("merge_group:\n  branches: [dev]"), happened, unasked)
    assert other.why == "main is none of its branches: dev"


def test_a_branch_that_is_deleted_starts_nothing() -> None:
    gone = event(state(TOPIC), "push", {"deleted": True})
    answer = starts(workflow("push"), gone, unasked)
    assert answer.why == "the push deletes topic/x, and that starts nothing"


def test_a_pattern_that_cannot_be_read() -> None:
    with pytest.raises(Problem, match="no '\\]'"):
        pushed("push:\n  branches: ['a[b']")


def said(message: str, name: str = "push") -> str:
    head = replace(SECOND, message=message)
    pushed: GitState = replace(state(TOPIC), head=head)
    return message_skips(event(pushed, name))


@pytest.mark.parametrize("mark", ["[skip ci]", "[ci skip]", "[no ci]", "[Skip Actions]"])
def test_messages_that_skip(mark: str) -> None:
    assert mark.lower() in said(f"Fix\n\nand {mark} this")
    assert said(f"Fix {mark}", "pull_request")
    assert said(f"Fix {mark}", "workflow_dispatch") == ""
    assert said(f"Fix {mark[:-1]}") == ""


def test_trailers_that_skip() -> None:
    assert said("Fix\n\nbody\n\n\nskip-checks: true")
    assert said("Fix\n\n\nSigned-off-by: x\nskip-checks:true\n")
    assert said("Fix\n\nskip-checks: true") == ""


@given(st.lists(st.text(st.sampled_from("ab/"), min_size=1, max_size=4), min_size=1, max_size=5))
def test_ignoring_is_the_opposite_of_taking_for_one_file(paths: list[str]) -> None:
    for path in paths:
        taken = pushed("push:\n  paths: ['a*', '**/b']", changed=these(path)).yes
        ignored = pushed("push:\n  paths-ignore: ['a*', '**/b']", changed=these(path)).yes
        assert taken != ignored
    every = pushed("push:\n  paths: ['a*', '**/b']", changed=these(*paths)).yes
    assert every == any(
        pushed("push:\n  paths: ['a*', '**/b']", changed=these(path)).yes for path in paths
    )


@pytest.mark.parametrize(
    ("on", "name"),
    [
        ("issues:\n  types: [labeled, edited]", "issues"),
        ("issues", "issues"),
        ("pull_request:\n  types: [closed]", "pull_request"),
        ("pull_request", "pull_request"),
        ("release:\n  types: [created, published]", "release"),
        ("repository_dispatch:\n  types: [deploy]", "repository_dispatch"),
        ("schedule:\n  - cron: '0 4 * * *'", "schedule"),
        ("workflow_run:\n  workflows: [CI]", "workflow_run"),
        ("push:\n", "push"),
    ],
)
def test_what_is_left_open_suits_the_trigger(on: str, name: str) -> None:
    read = workflow(on)
    happened = event(state(), name, suited(read.trigger(name), {}))
    assert starts(read, happened, unasked).yes


def test_what_is_said_is_not_made_to_suit() -> None:
    read = workflow("pull_request:\n  types: [closed]\nschedule:\n  - cron: '0 4 * * *'")
    opened = suited(read.trigger("pull_request"), {"action": "opened"})
    assert opened == {"action": "opened"}
    assert suited(read.trigger("schedule"), {"schedule": "x"}) == {"schedule": "x"}
    release = workflow("release:\n  types: [created, published]").trigger("release")
    assert suited(release, {}) == {}
    assert suited(None, {"a": 1}) == {"a": 1}
    sent = workflow("repository_dispatch:\n  types: [deploy]").trigger("repository_dispatch")
    assert suited(sent, {"event_type": "x"}) == {"event_type": "x"}
    follows = workflow("workflow_run:\n  workflows: [CI]").trigger("workflow_run")
    said = suited(follows, {"workflow_run": {"name": "Docs", "id": 1}})
    assert said["workflow_run"] == {"name": "Docs", "id": 1}


def test_a_commit_alone() -> None:
    nothing = GitState(head=Commit("4" * 40))
    assert starts(workflow("push"), event(nothing, "push"), unasked).yes
