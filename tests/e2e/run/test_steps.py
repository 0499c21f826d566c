"""How the steps of a job follow each other on the host: conditions, outcomes, time, shells."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.run.harness import JOB, alive, here, jobs, steps

STATUS = [
    ("", "success failure skipped"),
    ("always()", "success failure success"),
    ("failure()", "success failure success"),
    ("success()", "success failure skipped"),
    ("cancelled()", "success failure skipped"),
    ("'failure()'", "success failure skipped"),
    ("${{ always() }}", "success failure success"),
    ("!cancelled()", "success failure success"),
    ("${{ !cancelled() }} ", "success failure success"),
    ("${{ failure() && steps.bad.outcome == 'failure' }}", "success failure success"),
    ("failure() && steps.bad.conclusion == 'success'", "success failure skipped"),
    ("true || failure()", "success failure success"),
    ("job.status == 'failure'", "success failure skipped"),
    ("job.status == 'failure' && always()", "success failure success"),
    ("steps.good.outputs.x == 'Y' && always()", "success failure success"),
    ("ALWAYS()", "success failure success"),
]


@pytest.mark.parametrize(("condition", "want"), STATUS)
def test_a_condition_after_a_failure(tmp_path: Path, condition: str, want: str) -> None:
    text = """
        - id: good
          run: echo x=y >> "$GITHUB_OUTPUT"
        - id: bad
          run: exit 1
        - run: 'true'
    """
    if condition:
        text += f"""      if: "{condition}"\n"""
    ran = steps(tmp_path, text)
    assert (ran.result, ran.steps()) == ("failure", want)


ODD = [
    ("${{ false }}", "skipped"),
    ("false", "skipped"),
    ("${{ 'false' }}", "skipped"),  # a literal alone is a text, which is read once more
    ("${{ format('false') }}", "success"),  # a text that is not empty
    ("''", "skipped"),
    ("0", "skipped"),
    ("github.event_name == 'PUSH'", "success"),
    ("env.A == 'b'", "skipped"),  # names of variables keep their case
    ("env.a == 'b'", "success"),
    ("env.own == '1'", "success"),  # its own env counts for its condition
    ("vars.none", "skipped"),
    ("runner.os == 'Linux'", "success"),
    ("${{ github.ref == 'refs/heads/x' }} || true", "success"),  # a text that is not empty
    ("contains(github.event.head_commit.message, 'no')", "skipped"),
    ("startsWith(github.ref, 'refs/heads/')", "success"),
]


@pytest.mark.parametrize(("condition", "want"), ODD)
def test_an_odd_condition(tmp_path: Path, condition: str, want: str) -> None:
    text = "\n".join(
        (
            f"{JOB}    env: {{a: b}}",
            "    steps:",
            f"      - if: {json.dumps(condition)}",
            "        env: {own: 1}",
            "        run: 'true'",
        )
    )
    assert here(tmp_path, text, git=True).run().steps() == want


def test_a_failure_that_is_tolerated(tmp_path: Path) -> None:
    ran = steps(
        tmp_path,
        """
        - id: bad
          run: exit 7
          continue-on-error: true
        - run: echo ${{ steps.bad.outcome }} ${{ steps.bad.conclusion }} ${{ job.status }}
        - if: failure()
          run: 'true'
        - run: exit 1
          continue-on-error: ${{ github.event_name == 'push' }}
        """,
    )
    assert ran.result == "success"
    assert ran.steps() == "failure/success success skipped failure/success"
    assert ran.out(1) == "failure success success\n"
    assert "##[error]Process completed with exit code 7." in ran.log(0)


def test_a_condition_that_cannot_be_evaluated_fails_its_step(tmp_path: Path) -> None:
    ran = steps(
        tmp_path,
        """
        - if: fromJSON('{')
          run: 'true'
        - if: always()
          run: 'true'
        - run: 'true'
        """,
    )
    assert (ran.result, ran.steps()) == ("failure", "failure success skipped")


def test_a_script_that_cannot_be_evaluated_fails_its_step(tmp_path: Path) -> None:
    ran = steps(
        tmp_path,
        """
        - run: echo ${{ fromJSON('x') }}
          continue-on-error: true
        - run: echo on
        """,
    )
    assert (ran.result, ran.steps()) == ("success", "failure/success success")
    assert "fromJson" in ran.step(0).why


def test_a_step_out_of_time(tmp_path: Path) -> None:
    ran = steps(
        tmp_path,
        """
        - id: slow
          name: Slow one
          timeout-minutes: 0.005
          run: sleep 60
        - if: failure()
          run: echo ${{ steps.slow.outcome }} ${{ job.status }}
        - if: cancelled()
          run: 'true'
        """,
    )
    assert (ran.result, ran.steps()) == ("failure", "failure success skipped")
    assert ran.step(0).why == "The action 'Slow one' has timed out after 0.005 minutes."
    assert ran.out(1) == "failure failure\n"


def test_a_tolerated_step_out_of_time(tmp_path: Path) -> None:
    ran = steps(
        tmp_path,
        """
        - {run: sleep 60, timeout-minutes: 0.005, continue-on-error: true}
        - run: 'true'
        """,
    )
    assert (ran.result, ran.steps()) == ("success", "failure/success success")


def test_a_job_out_of_time_is_cancelled(tmp_path: Path) -> None:
    """GitHub ends it as it ends a cancelled one: `cancelled()` holds, and `failure()` does not."""
    ran = jobs(
        tmp_path,
        """
        a:
          timeout-minutes: 0.01
          steps:
            - run: sleep 60
            - run: 'true'
            - if: failure()
              run: 'true'
            - if: cancelled()
              run: echo ${{ job.status }}
            - if: always()
              run: sleep 0.01
        b:
          needs: a
        c:
          needs: a
          if: always()
          steps:
            - run: echo ${{ needs.a.result }}
        d:
          needs: a
          if: failure()
        """,
    )
    assert ran.steps("a") == "cancelled skipped skipped success success"
    assert ran.jobs == {"a": "cancelled", "b": "skipped", "c": "success", "d": "skipped"}
    assert ran.out(0, "c") == "cancelled\n"
    assert ran.out(3, "a") == "cancelled\n"
    assert "exceeded the maximum execution time" in ran.job("a").why
    assert ran.result == "cancelled"


def test_bash_that_nobody_named_has_no_pipefail(tmp_path: Path) -> None:
    ran = steps(
        tmp_path,
        """
        - run: false | true
        - {shell: bash, run: false | true, continue-on-error: true}
        - {shell: sh, run: false | true}
        - {shell: bash, run: "false; echo on", continue-on-error: true}
        - {run: "false; echo on", continue-on-error: true}
        - {shell: sh, run: "false; echo on", continue-on-error: true}
        - {run: "set +e; false; echo on"}
        """,
    )
    bad = "failure/success"
    assert ran.steps() == f"success {bad} success {bad} {bad} {bad} success"


def test_shells(tmp_path: Path) -> None:
    ran = steps(
        tmp_path,
        """
        - {shell: python, run: "import os; print(os.environ['GITHUB_JOB'])"}
        - {shell: "bash -c 'echo own; cat {0}'", run: some text}
        - {shell: "cat {0}", run: "line 1\\nline 2"}
        - {shell: "perl {0}", run: 'print "perl\\n"'}
        - {shell: "nothing-such {0}", run: x, continue-on-error: true}
        - {shell: bash -e, run: x, continue-on-error: true}
        - {shell: "${{ 'sh' }}", run: "echo ${BASH_VERSION:-none}"}
        """,
    )
    assert ran.out(0) == "a\n"
    assert ran.out(1) == "own\nsome text\n"
    assert ran.out(2) == "line 1\nline 2\n"
    assert ran.out(3) == "perl\n"
    assert ran.steps().split()[4:6] == ["failure/success", "failure/success"]
    assert "nothing-such" in ran.step(4).why
    assert "Invalid shell option" in ran.step(5).why
    assert ran.out(6) == "none\n"


def test_where_steps_run(tmp_path: Path) -> None:
    text = """
    on: push
    defaults: {run: {working-directory: one, shell: sh}}
    jobs:
      a:
        runs-on: ubuntu-latest
        steps:
          - {working-directory: ., run: mkdir -p one two/three}
          - run: basename "$PWD"; echo "${BASH_VERSION:-sh}"
          - {working-directory: two/three, run: basename "$PWD"}
          - {working-directory: "${{ github.workspace }}/two", run: basename "$PWD"}
          - {working-directory: nowhere, run: 'true', continue-on-error: true}
      b:
        runs-on: ubuntu-latest
        defaults: {run: {working-directory: "${{ github.job }}x"}}
        steps:
          - {working-directory: /tmp, run: pwd}
          - {run: mkdir bx, working-directory: "${{ github.workspace }}"}
          - run: basename "$PWD"
    """
    ran = here(tmp_path, text).run()
    assert [ran.out(n, "a") for n in (1, 2, 3)] == ["one\nsh\n", "three\n", "two\n"]
    assert ran.step(4, "a").outcome == "failure"
    assert (ran.out(0, "b"), ran.out(2, "b")) == ("/tmp\n", "bx\n")


def test_names(tmp_path: Path) -> None:
    ran = steps(
        tmp_path,
        """
        - run: |

            echo one
            echo two
        - run: "  echo   spaced  "
        - {name: "Say ${{ github.job }}", run: 'true'}
        - {name: "${{ fromJSON('x') }}", run: 'true', continue-on-error: true}
        - {run: "echo ${{ github.job }}"}
        - {name: "", run: "true"}
        - {name: "ünï → 漢字 🎉", run: "true"}
        - {id: x, if: false, name: "not ${{ github.job }}", run: "true"}
        - {name: "of ${{ env.OWN }}", env: {OWN: its own}, run: "true"}
        """,
    )
    assert [step.name for step in ran.job().steps] == [
        "Run echo one",
        "Run echo   spaced",
        "Say a",
        "${{ fromJSON('x') }}",
        "Run echo a",
        "Run true",
        "ünï → 漢字 🎉",
        "not a",
        "of its own",
    ]


def test_what_steps_leave_is_gone_with_the_job(tmp_path: Path) -> None:
    ran = jobs(
        tmp_path,
        """
        a:
          steps:
            - run: echo x > file; sleep 300 & echo $! | tee pid
            - run: test -f file && kill -0 "$(cat pid)"
            - run: echo "$GITHUB_WORKSPACE"
        """,
    )
    assert ran.result == "success"
    assert not alive(int(ran.out(0)))
    assert not Path(ran.out(2).strip()).exists()


def test_scripts_of_any_shape(tmp_path: Path) -> None:
    crlf = "on: push\r\njobs:\r\n  a:\r\n    runs-on: x\r\n    steps:\r\n      - run: |\r\n"
    crlf += "          echo one\r\n          echo two\r\n"
    assert here(tmp_path / "crlf", crlf).run().out() == "one\ntwo\n"
    ran = steps(
        tmp_path / "odd",
        r"""
        - run: printf 'no end'
        - run: printf 'a\r\nb\rc\n\x00\xff\xfe\n\xc3\xa4\n'
        - run: "printf '\\n\\n\\n'"
        - run: head -c 300000 /dev/zero | tr '\0' x; echo
        - run: 'true'
        - run: |
            cat <<'END'
            ${HOME} $x `y` "z" \n
            END
        - run: echo one >&2; echo two
        - run: kill -9 $$
          continue-on-error: true
        - run: exit 300
          continue-on-error: true
        """,
    )
    assert ran.out(0) == "no end\n"
    assert "ä\n" in ran.out(1) and "a\n" in ran.out(1)
    assert ran.out(2) == "\n\n\n"
    assert len(ran.out(3)) == 300_001
    assert ran.out(4) == ""
    assert ran.out(5) == '${HOME} $x `y` "z" \\n\n'
    assert ran.out(6) == "one\ntwo\n"
    assert ran.step(7).why == "Process completed with exit code 137."
    assert ran.step(8).why == "Process completed with exit code 44."
