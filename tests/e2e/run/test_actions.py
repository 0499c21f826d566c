# ruff: noqa: E501  workflows stay as people write them
"""Actions of the repository: composite and JavaScript ones, what they see, and what they leave."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.e2e.run.harness import JOB, Ran, here

node = pytest.mark.skipif(shutil.which("node") is None, reason="apt-get install nodejs")
GREET = """
name: Greet
inputs:
  who: {default: "${{ github.event_name }}", description: x}
  Loud Voice: {default: 'no'}
outputs:
  said: {value: "${{ steps.say.outputs.said }}"}
  status: {value: "${{ steps.bad.outcome }}"}
runs:
  using: composite
  steps:
    - id: say
      shell: bash
      run: |
        echo "said=hi ${{ inputs.who }}" >> "$GITHUB_OUTPUT"
        echo "FROM_ACTION=1" >> "$GITHUB_ENV"
        echo "[$STEP_ENV] [${{ env.STEP_ENV }}] [$INPUT_WHO] ${{ inputs['loud voice'] }}"
        test "$GITHUB_ACTION_PATH" = "${{ github.action_path }}"
        cat "$GITHUB_ACTION_PATH/data.txt"
        pwd | xargs basename
    - id: bad
      shell: bash
      run: exit 1
      continue-on-error: true
    - if: failure()
      shell: bash
      run: echo never
    - if: success()
      shell: sh
      working-directory: greet
      run: echo "inside $(basename "$PWD") $FROM_ACTION [${{ steps.outer.outputs.x }}]"
"""


def used(folder: Path, steps: str, **files: str) -> Ran:
    body = "".join(f"      {line}\n" for line in steps.strip("\n").split("\n"))
    text = f"{JOB}    steps:\n      - uses: actions/checkout@v4\n{body}"
    return here(folder, text, {name.replace("__", "/"): each for name, each in files.items()}).run()


def test_a_composite_action(tmp_path: Path) -> None:
    ran = used(
        tmp_path,
        """
- {id: outer, run: 'echo x=1 >> "$GITHUB_OUTPUT"'}
- id: greet
  uses: ./greet
  env: {STEP_ENV: own}
- run: echo "${{ steps.greet.outputs.said }} ${{ steps.greet.outputs.status }} $FROM_ACTION [$STEP_ENV] [${{ steps.say.outputs.said }}]"
- uses: ./greet/
  with: {WHO: you, LOUD voice: 'yes', odd: 1}
- run: echo "[${{ github.action_path }}]"
""",
        **{"greet/action.yml": GREET, "greet/data.txt": "data\n"},
    )
    assert ran.result == "success", ran.logs()
    text = ran.log("greet")
    assert "[own] [own] [] no\n" in text
    assert "data\nr0\n" in text or "data\n" in text
    assert "inside greet 1 []\n" in text and "never" not in text.replace("echo never", "")
    assert ran.out(3) == "hi push failure 1 [] []\n"
    assert "] yes\n" in ran.log(4)
    assert any("Unexpected input(s) 'odd'" in each.message for each in ran.step(4).annotations)
    assert ran.out(5) == "[]\n"


def test_a_composite_action_that_fails(tmp_path: Path) -> None:
    ran = used(
        tmp_path,
        """
- id: a
  uses: ./fails
  continue-on-error: true
- run: echo "${{ steps.a.outcome }} ${{ steps.a.conclusion }} ${{ steps.a.outputs.o }} ${{ job.status }}"
- uses: ./fails
- if: failure()
  uses: ./fails
  continue-on-error: true
""",
        **{
            "fails/action.yaml": """
            outputs: {o: {value: "${{ steps.last.outputs.o }}"}}
            runs:
              using: composite
              steps:
                - {run: "echo start ${{ job.status }}", shell: bash}
                - {run: exit 3, shell: bash}
                - {run: echo not this, shell: bash}
                - {id: last, if: "failure()", run: 'echo "o=late" >> "$GITHUB_OUTPUT"', shell: bash}
                - {if: always(), run: echo always this, shell: bash}
            """
        },
    )
    assert ran.steps() == "success failure/success success failure failure/success"
    assert ran.out(2) == "failure success late success\n"
    log = ran.log(1)
    assert "\nalways this\n" in log and "\nnot this\n" not in log
    assert "Process completed with exit code 3." in log
    assert "start failure\n" in ran.log(4)


def test_a_jobs_defaults_do_not_reach_into_actions(tmp_path: Path) -> None:
    """GitHub decided so when composite actions came (actions/runner#605)."""
    text = f"""{JOB}    defaults: {{run: {{working-directory: d, shell: sh}}}}
    steps:
      - {{uses: actions/checkout@v4}}
      - {{uses: ./d}}
"""
    action = "runs: {using: composite, steps: [{run: 'basename \"$PWD\"', shell: bash}]}\n"
    ran = here(tmp_path / "it", text, {"d/action.yml": action}).run()
    assert ran.log(1).endswith("\nit\n") or ran.log(1).endswith("\nrepository\n"), ran.log(1)


def test_composite_actions_in_composite_actions(tmp_path: Path) -> None:
    outer = """
    inputs: {n: {default: '2'}}
    outputs: {o: {value: "${{ steps.i.outputs.o }}+"}}
    runs:
      using: composite
      steps:
        - id: i
          uses: ./inner
          with: {x: "${{ inputs.n }}"}
          env: {DEEP: "d${{ inputs.n }}"}
        - {run: 'echo "back [${{ inputs.x }}] ${{ inputs.n }} $GITHUB_ACTION_PATH [$DEEP] $SET"', shell: bash}
    """
    inner = """
    inputs: {x: {required: true}}
    outputs: {o: {value: "${{ steps.s.outputs.o }}"}}
    runs:
      using: composite
      steps:
        - {id: s, run: 'echo "o=${{ inputs.x }}${{ inputs.n }}" >> "$GITHUB_OUTPUT"; echo "SET=set" >> "$GITHUB_ENV"; echo "deep $DEEP $GITHUB_ACTION_PATH"', shell: bash}
    """
    ran = used(
        tmp_path,
        """
- {id: o, uses: ./outer, with: {n: 7}}
- run: echo "${{ steps.o.outputs.o }} $SET [$DEEP]"
""",
        **{"outer/action.yml": outer, "inner/action.yml": inner},
    )
    assert ran.result == "success", ran.logs()
    log = ran.log(1)
    assert "deep d7 " in log and "/inner\n" in log
    assert "back [] 7 " in log and "/outer [] set\n" in log
    assert ran.out(2) == "7+ set []\n"


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, "Can't find 'action.yml', 'action.yaml' or 'Dockerfile' under"),
        ({"x/action.yml": "name: x\n"}, "runs"),
        ({"x/action.yml": "runs: {using: composite, steps: [{run: x}]}\n"}, "shell"),
    ],
)
def test_an_action_that_is_none(tmp_path: Path, files: dict[str, str], why: str) -> None:
    ran = used(tmp_path, "- uses: ./x\n- run: 'true'", **(files or {"y": ""}))
    assert ran.steps() == "success failure skipped"
    assert why in ran.step(1).why


def test_a_local_action_needs_a_checkout(tmp_path: Path) -> None:
    text = f"{JOB}    steps: [{{uses: ./x}}]\n"
    ran = here(tmp_path, text, {"x/action.yml": GREET}).run()
    assert ran.result == "failure"
    assert "Did you forget to run actions/checkout" in ran.step(0).why


JAVASCRIPT = """
inputs: {name: {default: d}, two words: {default: "x y"}}
outputs: {o: {}}
runs: {using: node20, main: main.js, post: post.js, pre: pre.js}
"""
MAIN = """
const fs = require('fs');
console.log(`main ${process.env['INPUT_NAME']} ${process.env['INPUT_TWO_WORDS']} ${process.cwd() === process.env.GITHUB_WORKSPACE}`);
fs.appendFileSync(process.env.GITHUB_STATE, 'pid=42\\n');
fs.appendFileSync(process.env.GITHUB_OUTPUT, `o=${process.env.INPUT_NAME}\\n`);
console.log('::save-state name=old::1');
if (process.env.INPUT_NAME === 'bad') process.exitCode = 5;
"""
POST = """
console.log(`post ${process.env.STATE_pid} ${process.env.STATE_old} ${process.env.INPUT_NAME} ${process.env.OWN}`);
require('fs').appendFileSync(process.env.GITHUB_ENV, 'AFTER=1\\n');
"""


@node
def test_javascript_actions(tmp_path: Path) -> None:
    ran = used(
        tmp_path,
        """
- {id: one, uses: ./js, with: {name: one}, env: {OWN: first}}
- {name: Second, uses: ./js, with: {name: two}}
- run: echo "${{ steps.one.outputs.o }} [$STATE_pid]"
- {uses: ./js, with: {name: bad}}
- run: 'true'
""",
        **{"js/action.yml": JAVASCRIPT, "js/main.js": MAIN, "js/post.js": POST, "js/pre.js": ""},
    )
    assert ran.steps() == "success success success success failure skipped"
    assert "main one x y true\n" in ran.log(1)
    assert ran.out(3) == "one []\n"
    assert "Process completed with exit code 5." in ran.log(4) or "exit code 5" in ran.step(4).why
    assert ran.around() == ["Post Run ./js", "Post Second", "Post Run ./js"]
    posts = [(ran.folder / each.log).read_text() for each in ran.job().around]
    said = [line for text in posts for line in text.splitlines() if line.startswith("post")]
    assert said == ["post 42 1 bad undefined", "post 42 1 two undefined", "post 42 1 one first"]
    assert any(
        "`pre` execution is not supported" in note.message for note in ran.step(1).annotations
    )


@node
def test_when_what_comes_after_runs(tmp_path: Path) -> None:
    def action(when: str) -> str:
        return f"runs: {{using: node20, main: m.js, post: m.js, post-if: '{when}'}}"

    ran = used(
        tmp_path,
        """
- uses: ./on-success
- uses: ./on-failure
- uses: ./always
- if: false
  uses: ./always
- run: exit 1
- if: always()
  run: 'true'
""",
        **{
            f"{name}/{file}": text
            for name, when in (
                ("on-success", "success()"),
                ("on-failure", "failure()"),
                ("always", "always()"),
            )
            for file, text in (("action.yml", action(when)), ("m.js", ""))
        },
    )
    around = [(step.name, step.outcome) for step in ran.job().around]
    assert around == [
        ("Post Run ./always", "success"),
        ("Post Run ./on-failure", "success"),
        ("Post Run ./on-success", "skipped"),
    ]


@node
def test_a_javascript_action_inside_of_a_composite_one(tmp_path: Path) -> None:
    outer = """
    runs:
      using: composite
      steps:
        - {uses: ./js, with: {name: one}, env: {OWN: inner}}
        - {uses: ./js, with: {name: two}}
    """
    ran = used(
        tmp_path,
        "- uses: ./outer\n- run: 'true'",
        **{
            "outer/action.yml": outer,
            "js/action.yml": JAVASCRIPT,
            "js/main.js": MAIN,
            "js/post.js": POST,
        },
    )
    assert ran.result == "success", ran.logs()
    assert ran.around() == ["Post Run ./outer"]
    text = (ran.folder / ran.job().around[0].log).read_text()
    said = [line for line in text.splitlines() if line.startswith("post")]
    assert said == ["post 42 1 two undefined", "post 42 1 one inner"]


PRE = """
console.log(`pre ${process.env.INPUT_NAME} ${process.env.OWN}`);
require('fs').appendFileSync(process.env.GITHUB_STATE, `early=${process.env.INPUT_NAME}\\n`);
require('fs').appendFileSync(process.env.GITHUB_ENV, 'EARLY=1\\n');
if (process.env.INPUT_NAME === 'bad') process.exitCode = 1;
"""
WITH_PRE = """
inputs: {name: {default: d}}
runs: {using: node20, pre: pre.js, pre-if: "runner.os == 'Linux'", main: main.js, post: main.js}
"""


def remote(folder: Path, steps: str) -> Ran:
    """A job whose actions come from this very repository, by its name at the server."""
    body = "".join(f"      {line}\n" for line in steps.strip("\n").split("\n"))
    files = {
        "js/action.yml": WITH_PRE,
        "js/pre.js": PRE,
        "js/main.js": "console.log(`${process.env.STATE_early} ${process.env.EARLY}`)",
    }
    there = here(folder, f"{JOB}    steps:\n{body}", files)
    there.git("remote", "add", "origin", "https://example.com/me/it.git")
    return there.run()


@node
def test_what_remote_actions_do_before_all_steps(tmp_path: Path) -> None:
    ran = remote(
        tmp_path,
        """
- run: echo "first $EARLY"
- {uses: me/it/js@main, with: {name: one}, env: {OWN: own}}
- {name: Second, uses: me/it/js@main, with: {name: two}}
- {if: false, uses: me/it/js@main, with: {name: three}}
""",
    )
    assert ran.result == "success", ran.logs()
    assert ran.out(0) == "first 1\n"
    assert "one 1\n" in ran.log(1) and "two 1\n" in ran.log(2)
    assert ran.around() == [
        "Pre Run me/it/js@main",
        "Pre Second",
        "Pre Run me/it/js@main",
        "Post Second",
        "Post Run me/it/js@main",
    ]
    said = [(ran.folder / each.log).read_text() for each in ran.job().around]
    assert "pre one own\n" in said[0] and "pre three undefined\n" in said[2]
    assert "two 1\n" in said[3] and "one 1\n" in said[4]


@node
def test_what_fails_before_the_steps_skips_them(tmp_path: Path) -> None:
    ran = remote(
        tmp_path,
        """
- run: 'true'
- {uses: me/it/js@main, with: {name: bad}}
- if: always()
  run: 'true'
""",
    )
    assert (ran.result, ran.steps()) == ("failure", "skipped skipped success")
