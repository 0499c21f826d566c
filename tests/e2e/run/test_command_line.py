# ruff: noqa: E501  workflows stay as people write them
"""`placid run` as a process: exit codes, what it prints, reports, events, refusals."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.e2e.run.harness import JOB, WORKFLOW, here, whole


def test_a_green_and_a_red_run(tmp_path: Path) -> None:
    text = whole(
        """
        good:
          steps: [{run: "echo out; echo '::warning::careful'"}]
        bad:
          if: vars.BAD
          needs: good
          steps: [{run: "echo broken; exit 3"}]
        """
    )
    there = here(tmp_path / "r", text, git=True)
    summary, junit = tmp_path / "s.md", tmp_path / "j.xml"
    green = there.placid("--summary", str(summary), "--junit", str(junit))
    assert (green.code, green.ran.result) == (0, "success")
    assert "out\n" in green.out and "careful" in green.out
    assert green.ran.jobs == {"good": "success", "bad": "skipped"}
    assert "good" in summary.read_text()
    assert ElementTree.parse(junit).getroot().tag == "testsuites"
    red = there.placid("--var", "BAD=1", "--json")
    assert (red.code, red.ran.result) == (1, "failure")
    facts = [json.loads(line) for line in red.out.splitlines()]
    assert facts[0]["kind"] == "run_started" and facts[-1]["kind"] == "run_ended"
    assert red.ran.log(0, "bad").endswith("broken\n##[error]Process completed with exit code 3.\n")


REFUSED = [
    ("on: push\njobs:\n  a:\n    runs-on: x\n    step: []\n", ["Unexpected value 'step'"]),
    (
        "on: push\njobs: {a: {runs-on: x, needs: b, steps: [{run: x}]}}\n",
        ["depends on unknown job 'b'"],
    ),
    ("on: pusch\njobs: {a: {runs-on: x, steps: [{run: x}]}}\n", ["Unexpected value 'pusch'"]),
    (
        f"{JOB}    steps:\n      - run: ${{{{ nope.x }}}}\n      - uses: x\n      - run: a\n        if: github.\n",
        ["Unrecognized named-value: 'nope'", "github."],
    ),
    ("on: push\njobs: [\n", [WORKFLOW]),
    ("", [WORKFLOW]),
]


@pytest.mark.parametrize(("text", "said"), REFUSED)
def test_a_workflow_that_github_refuses(tmp_path: Path, text: str, said: list[str]) -> None:
    shown = here(tmp_path, text, {"x": ""}).placid(WORKFLOW)
    assert shown.code == 2, shown.out + shown.err
    assert not shown.out
    for each in said:
        assert each in shown.err
    assert "Traceback" not in shown.err


def test_the_others_run_beside_a_workflow_that_github_refuses(tmp_path: Path) -> None:
    broken = {".github/workflows/broken.yml": REFUSED[2][0]}
    shown = here(tmp_path, whole("a:"), broken).placid()
    assert shown.code == 1
    assert "Unexpected value 'pusch'" in shown.err
    assert shown.ran.jobs == {"a": "success"}


def test_events_and_their_filters(tmp_path: Path) -> None:
    there = here(
        tmp_path,
        whole("a:", "on: {push: {branches: [main], paths: ['src/**']}}"),
        {
            ".github/workflows/tag.yml": whole("t:", "on: {push: {tags: ['v*']}}"),
            ".github/workflows/hand.yml": whole(
                "h:\n  steps: [{run: 'echo ${{ inputs.x }}'}]",
                "on:\n  workflow_dispatch:\n    inputs: {x: {required: true}}",
            ),
            "src/a": "1",
        },
    )
    assert there.run().jobs == {"a": "success"}
    there.write("other", "1")
    there.commit("other")
    listed = there.placid("--list")
    assert listed.code == 0 and "hand.yml" in listed.out, listed.err
    shown = there.placid()
    assert shown.code == 2 and "no workflow starts" in shown.err
    assert there.run(workflows=(WORKFLOW,)).jobs == {"a": "success"}
    dispatched = there.placid("hand.yml", "-i", "x=said")
    assert dispatched.ran.out() == "said\n"
    missing = there.placid("hand.yml")
    assert missing.code == 2 and "x" in missing.err


def test_a_commit_that_asks_for_no_run(tmp_path: Path) -> None:
    there = here(tmp_path, whole("a:"), git=True)
    there.commit("docs only [skip ci]")
    assert there.run().jobs == {}
    assert there.run(workflows=(WORKFLOW,)).jobs == {"a": "success"}


def test_an_event_of_somebody(tmp_path: Path) -> None:
    there = here(
        tmp_path,
        whole(
            "a:\n  steps: [{run: 'echo ${{ github.event.issue.title }} ${{ github.event.action }}'}]",
            "on: {issues: {types: [opened]}}",
        ),
        {"event.json": '{"action": "opened", "issue": {"title": "Bad"}}'},
    )
    ran = there.run(event="issues", event_file=there.folder / "event.json")
    assert ran.out() == "Bad opened\n"
    there.write("event.json", '{"action": "closed", "issue": {"title": "Bad"}}')
    assert there.run(event="issues", event_file=there.folder / "event.json").jobs == {}


def test_what_lies_in_the_tree_and_what_is_committed(tmp_path: Path) -> None:
    there = here(
        tmp_path,
        f"{JOB}    steps: [{{uses: actions/checkout@v4}}, {{run: cat file}}]\n",
        {"file": "committed\n"},
    )
    there.write("file", "dirty\n")
    assert there.run().out(1) == "committed\n"
    assert there.run(dirty=True).out(1) == "dirty\n"


def test_environments_wait_for_somebody(tmp_path: Path) -> None:
    text = whole("a:\n  environment: production\nb:\n  needs: a")
    there = here(
        tmp_path, text, {"placid.yaml": "app: x\nenvironments: {production: {approve: true}}\n"}
    )
    opened = there.placid("--approve", "production")
    assert opened.ran.jobs == {"a": "success", "b": "success"}


@pytest.mark.parametrize("size", [20_000_000])
def test_a_great_deal_of_output(tmp_path: Path, size: int) -> None:
    text = f"{JOB}    steps:\n      - run: yes 0123456789012345678 | head -c {size}\n      - run: echo ok\n"
    shown = here(tmp_path, text).placid("--log", "none")
    assert shown.code == 0
    assert (shown.home / "runs/1" / shown.ran.step(0).log).stat().st_size > size
    assert shown.ran.out(1) == "ok\n"


def test_paths_of_any_letters(tmp_path: Path) -> None:
    text = whole(
        """
        jöb-not: &x
          name: "Jöb 漢字 / ${{ matrix['ä'] }}"
          strategy: {matrix: {ä: ["ü/ö", "a b"]}}
          steps: [{name: "→ ${{ matrix['ä'] }}", run: 'echo "→ ${{ matrix[''ä''] }}" > "ü ö"; cat *'}]
        """.replace("jöb-not: &x", "job:")
    )
    ran = here(tmp_path / "ünï köde dir", text, git=True).placid().ran
    assert ran.jobs == {"Jöb 漢字 / ü/ö": "success", "Jöb 漢字 / a b": "success"}
    assert ran.out(0, "Jöb 漢字 / ü/ö") == "→ ü/ö\n"
