"""Workflows and actions: what is read, what is refused and where, and garbage."""

from __future__ import annotations

import pickle
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placid.base.yamltext import Mapping, Scalar
from placid.formats.workflows import (
    Workflow,
    read_action,
    read_workflow,
    validate,
)
from placid.formats.workflows.accesses import workflow_accesses
from placid.formats.workflows.cron import is_cron
from placid.formats.workflows.reference import reference

from .workflows_made import mutated

SAMPLES = Path(__file__).parent / "workflows"
EVERYTHING = (SAMPLES / "everything.yml").read_text()
JOBS = "jobs:\n  a:\n    runs-on: x\n    steps:\n"
CALL = "on: push\njobs:\n  a:\n    uses: ./.github/workflows/b.yml\n"


def everything() -> Workflow:
    read = read_workflow(EVERYTHING, ".github/workflows/everything.yml")
    assert read is not None
    return read


def said(text: str) -> list[tuple[str, str]]:
    """The faults with what they underline."""
    return [(each.message, text[each.span.start : each.span.end]) for each in validate(text)]


def messages(text: str, files: dict[str, str] | None = None) -> list[str]:
    return [each.message for each in validate(text, "workflow", files)]


def test_reads_what_a_workflow_says() -> None:
    read = everything()
    assert [job.id.text for job in read.jobs][:3] == ["build", "test", "group"]
    assert [each.event.text for each in read.triggers][:3] == ["push", "pull_request", "schedule"]
    push = read.trigger("push")
    assert push is not None
    assert [each.text for each in push.patterns("tags-ignore") or ()] == ["v0.*"]
    schedule = read.trigger("schedule")
    assert schedule is not None
    assert schedule.schedules[1].timezone is not None
    called = read.trigger("workflow_call")
    assert called is not None
    assert [(each.id.text, each.needed) for each in called.secrets] == [
        ("token", True),
        ("other", False),
    ]


def test_reads_what_a_job_says() -> None:
    build = everything().job("BUILD")
    assert build is not None
    assert build.strategy is not None
    assert isinstance(build.strategy.matrix, Mapping)
    assert [each.id.text for each in build.services if each.id] == ["redis", "plain"]
    assert build.steps[1].id is not None
    assert build.steps[0].input("Fetch-Depth") == Scalar(
        span=build.steps[0].given[0].value.span, text="0", value=0
    )
    test = everything().job("test")
    assert test is not None
    assert test.environment is not None
    assert test.permissions is not None
    assert test.permissions.every is not None
    assert [label.text for label in test.labels] == ["self-hosted", "linux"]
    assert len(test.every_step()) == len(test.steps) + 2


def test_reads_what_an_action_says() -> None:
    read = read_action((SAMPLES / "composite.action.yml").read_text(), "tools/go/action.yml")
    assert read is not None
    assert read.runs is not None
    assert read.folder == "tools/go"
    assert [each.id.text for each in read.inputs] == ["x", "y"]
    assert len(read.runs.steps) == 2


def test_survives_a_trip_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(everything())) == everything()  # our own bytes


@pytest.mark.parametrize(
    ("uses", "kind", "path", "repository", "major"),
    [
        ("actions/checkout@v6", "remote", "", "actions/checkout", 6),
        ("a/b/c/d@v1.2.3", "remote", "c/d", "a/b", 1),
        ("a/b@main", "remote", "", "a/b", None),
        ("./x/../y/", "local", "y", "", None),
        ("$/.github/workflows/x.yml", "local", ".github/workflows/x.yml", "", None),
        ("docker://alpine:3", "image", "alpine:3", "", None),
    ],
)
def test_knows_what_uses_names(
    uses: str, kind: str, path: str, repository: str, major: int | None
) -> None:
    found = reference(uses)
    assert found is not None
    assert (found.kind, found.path, found.repository, found.major) == (
        kind,
        path,
        repository,
        major,
    )


@pytest.mark.parametrize("uses", ["checkout", "a/b", "a@v1", "docker://", "a/b@", "/b@v1"])
def test_knows_what_uses_cannot_name(uses: str) -> None:
    assert reference(uses) is None


@pytest.mark.parametrize("cron", ["0 0 * * *", "*/5 1-3,7 1 JAN-mar sun", "59 23 31 12 6"])
def test_takes_cron_lines(cron: str) -> None:
    assert is_cron(cron)


@pytest.mark.parametrize(
    "cron",
    ["@daily", "0 0 * *", "60 * * * *", "* * * * 7", "*/0 * * * *", "5-1 * * * *", "L * * * *"],
)
def test_refuses_other_cron_lines(cron: str) -> None:
    assert not is_cron(cron)


def test_points_into_block_and_quoted_texts() -> None:
    block = f"on: push\n{JOBS}    - run: |\n        echo\n        echo ${{{{ foo.a }}}}\n"
    assert said(block)[0][1] == "foo"
    quoted = f'on: push\n{JOBS}    - run: "a\\n ${{{{ foo.a }}}}"\n'
    assert said(quoted)[0][1] == "foo"
    condition = f"on: push\n{JOBS}    - run: a\n      if: github.ref == secrets.x\n"
    assert said(condition)[0][1] == "secrets"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Unexpected value ''"),
        ("[]", "A sequence was not expected"),
        ("on: push", "Required property is missing: jobs"),
        (f"on: pushed\n{JOBS}    - run: a\n", "Unexpected value 'pushed'"),
        (f"on: []\n{JOBS}    - run: a\n", "No event triggers defined in `on`"),
        (f"on: push\non: fork\n{JOBS}    - run: a\n", 'key "on" is given twice'),
        (f"on: push\nON: fork\n{JOBS}    - run: a\n", "'ON' is already defined"),
        (f"on: push\nenv:\n  <<: {{a: b}}\n{JOBS}    - run: a\n", "A mapping was not expected"),
        (f"on: push\n{JOBS}    - run: a\n      uses: b\n", "Unexpected value 'uses'"),
        ("on: push\njobs: {a: {}}", "There's not enough info to determine what you meant"),
    ],
)
def test_says_what_github_says(text: str, message: str) -> None:
    assert any(each.startswith(message) for each in messages(text)), messages(text)


def test_names_a_circle_and_only_it() -> None:
    job = "{runs-on: x, needs: [%s]}"
    jobs = {"a": "c", "b": "a", "c": "b", "d": "c", "e": ""}
    text = "on: push\njobs:\n" + "".join(f"  {k}: {job % v}\n" for k, v in jobs.items())
    found = [each for each in messages(text) if "cycle" in each]
    assert len(found) == 3
    assert not any("'d'" in each for each in found)


def test_holds_calls_against_what_they_call() -> None:
    called = "on: {workflow_call: {inputs: {x: {type: number, required: true}}}}\n" + JOBS
    files = {".github/workflows/b.yml": called + "    - run: a\n"}
    assert messages(CALL, files) == ["Input x is required, but not provided while calling."]
    assert messages(CALL + "    with: {X: 3}\n", files) == []
    assert messages(CALL, {}) == ["workflow was not found: .github/workflows/b.yml"]
    assert messages(CALL) == []


def test_finds_what_expressions_read() -> None:
    found = {each.path: each for each in workflow_accesses(EVERYTHING, everything())}
    reading = found[("steps", "v", "outputs", "version")]
    assert EVERYTHING[reading.span.start : reading.span.end] == "steps.v.outputs.version"
    assert reading.key == "outputs"
    assert ("github", "event_name") in found


@pytest.mark.parametrize("sample", sorted(SAMPLES.iterdir()), ids=lambda path: path.name)
def test_takes_samples_that_github_takes(sample: Path) -> None:
    text = sample.read_text()
    assert (validate(text, "action") if "action" in sample.name else validate(text)) == []


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("onjbsra:-[]{}&*!|>'\"$ \n\t#,.()<"), max_size=120))
def test_garbage_is_refused_not_crashed_on(text: str) -> None:
    for kind in ("workflow", "action"):
        for fault in validate(text, kind):
            assert 0 <= fault.span.start <= fault.span.end <= max(len(text), 1)


def test_changed_files_never_crash() -> None:
    random = Random(7)
    for _ in range(150):
        text = EVERYTHING
        for _ in range(random.randint(1, 6)):
            text = mutated(text, random)
        validate(text)
        read = read_workflow(text)
        if read is not None:
            list(workflow_accesses(text, read))


def test_a_bomb_of_aliases_is_one_fault() -> None:
    levels = "".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]\n" for n in range(1, 6))
    assert len(validate("x0: &x0 [a]\n" + levels)) == 1
