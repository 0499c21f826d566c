# ruff: noqa: E501  workflows stay as people write them
"""Reusable workflows: inputs, secrets, outputs, names, nesting."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.run.harness import Ran, here, whole

CALLED = """
on:
  workflow_call:
    inputs:
      word: {type: string, required: true}
      flag: {type: boolean, default: true}
      many: {type: number}
    secrets:
      key: {required: false}
      OTHER: {}
    outputs:
      said: {value: "${{ jobs.inner.outputs.said }}!"}
env: {TOP: called}
jobs:
  inner:
    runs-on: ubuntu-latest
    outputs: {said: "${{ steps.s.outputs.said }}"}
    steps:
      - id: s
        run: |
          echo "said=${{ inputs.word }}" >> "$GITHUB_OUTPUT"
          echo "${{ inputs.word }} ${{ inputs.flag }} ${{ inputs.flag == true }} ${{ inputs.many }} $TOP [$CALLER]"
          echo "${{ github.workflow }} ${{ github.event_name }} ${{ github.job }}"
          echo "${{ secrets.key != '' }} ${{ secrets.OTHER != '' }} ${{ secrets.NOT_PASSED != '' }}"
  second:
    needs: inner
    name: Second ${{ inputs.word }}
    runs-on: ubuntu-latest
    steps: [{run: "echo '${{ needs.inner.outputs.said }}'"}]
"""
PATH = ".github/workflows/called.yml"


def called(folder: Path, jobs: str, inner: str = CALLED, **files: str) -> Ran:
    head = "on: push\nname: Caller\nenv: {CALLER: x}"
    there = here(folder, whole(jobs, head), {PATH: inner, **files})
    return there.run(
        secrets={"KEY": "k3y-value", "OTHER": "0ther-value", "NOT_PASSED": "n0pe-value"}
    )


def test_a_call(tmp_path: Path) -> None:
    ran = called(
        tmp_path,
        """
        call:
          uses: ./.github/workflows/called.yml
          with: {word: hi, many: 3}
          secrets: {key: "${{ secrets.KEY }}"}
        after:
          needs: call
          steps: [{run: "echo ${{ needs.call.outputs.said }} ${{ needs.call.result }}"}]
        """,
    )
    assert ran.jobs == {
        "call / inner": "success",
        "call / Second hi": "success",
        "after": "success",
    }
    lines = ran.out(0, "call / inner").splitlines()
    assert lines == ["hi true true 3 called []", "Caller push inner", "true false false"]
    assert ran.out(0, "after") == "hi! success\n"


def test_secrets_that_are_inherited(tmp_path: Path) -> None:
    ran = called(
        tmp_path,
        """
        call:
          uses: ./.github/workflows/called.yml
          with: {word: "${{ github.event_name }}", flag: false}
          secrets: inherit
        """,
    )
    lines = ran.out(0, "call / inner").splitlines()
    assert lines[0].startswith("push false false 0 called") and lines[2] == "true true true"


def test_a_matrix_of_calls(tmp_path: Path) -> None:
    ran = called(
        tmp_path,
        """
        call:
          name: Deploy
          strategy: {matrix: {word: [a, b]}}
          uses: ./.github/workflows/called.yml
          with: {word: "${{ matrix.word }}"}
        last:
          needs: call
          steps: [{run: "echo ${{ needs.call.outputs.said }}"}]
        """,
    )
    assert ran.jobs == {
        "Deploy (a) / inner": "success",
        "Deploy (a) / Second a": "success",
        "Deploy (b) / inner": "success",
        "Deploy (b) / Second b": "success",
        "last": "success",
    }
    assert ran.out(0, "last") in ("a!\n", "b!\n")


WRONG = [
    ("with: {}", "Input word is required, but not provided while calling."),
    ("with: {word: x, many: abc}", "Unexpected value 'abc'"),
]


@pytest.mark.parametrize(("given", "why"), WRONG)
def test_a_call_that_cannot_be_made(tmp_path: Path, given: str, why: str) -> None:
    """GitHub refuses both before anything runs; so may we."""
    from placid.base.errors import Problem, Problems

    text = f"call:\n  uses: ./{PATH}\n  {given}\n"
    try:
        ran = called(tmp_path, text)
    except (Problem, Problems) as wrong:
        assert "word" in str(wrong) or why in str(wrong)
        return
    assert ran.result == "failure" and why in repr(ran.whole)


def test_a_failure_below_a_call(tmp_path: Path) -> None:
    inner = whole(
        """
        bad:
          steps: [{run: exit 1}]
        next:
          needs: bad
        """,
        "on: workflow_call",
    )
    ran = called(
        tmp_path,
        """
        call:
          uses: ./.github/workflows/called.yml
        after:
          needs: call
        sorry:
          needs: call
          if: failure()
          steps: [{run: "echo ${{ needs.call.result }}"}]
        skipped:
          if: false
          uses: ./.github/workflows/called.yml
        """,
        inner,
    )
    assert ran.jobs == {
        "skipped": "skipped",
        "call / bad": "failure",
        "call / next": "skipped",
        "after": "skipped",
        "sorry": "success",
    }
    assert ran.out(0, "sorry") == "failure\n"


def test_calls_in_calls(tmp_path: Path) -> None:
    middle = """
    on:
      workflow_call:
        inputs: {w: {type: string}}
        outputs: {deep: {value: "${{ jobs.m.outputs.said }}"}}
    jobs:
      m:
        uses: ./.github/workflows/deep.yml
        with: {word: "(${{ inputs.w }})"}
        secrets: inherit
    """
    ran = called(
        tmp_path,
        """
        call:
          uses: ./.github/workflows/called.yml
          with: {w: x}
          secrets: {KEY: "${{ secrets.KEY }}"}
        after:
          needs: call
          steps: [{run: "echo '${{ needs.call.outputs.deep }}'"}]
        """,
        middle,
        **{".github/workflows/deep.yml": CALLED},
    )
    assert list(ran.jobs) == ["call / m / inner", "call / m / Second (x)", "after"]
    lines = ran.out(0, "call / m / inner").splitlines()
    assert lines[2] == "true false false"
    assert ran.out(0, "after") == "(x)!\n"


def test_a_workflow_that_is_not_there(tmp_path: Path) -> None:
    ran = called(
        tmp_path,
        """
        call:
          uses: ./.github/workflows/none.yml
        other:
        """,
    )
    assert ran.jobs == {"call": "failure", "other": "success"}


def test_a_called_workflow_that_github_refuses(tmp_path: Path) -> None:
    """GitHub does not start the run at all; here the job that calls it fails, or all is refused."""
    inner = "on: workflow_call\njobs: {i: {runs-on: x, stepps: [{run: x}]}}\n"
    text = whole(f"call:\n  uses: ./{PATH}\nother:")
    shown = here(tmp_path, text, {PATH: inner}).placid()
    assert shown.code in (1, 2)
    assert "stepps" in shown.err + shown.out
