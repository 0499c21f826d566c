# ruff: noqa: E501  workflows stay as people write them
"""What steps tell the runner: command files, workflow commands, annotations, masks, variables."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.run.harness import Ran, here, jobs, steps


def test_variables_and_outputs_go_from_step_to_step(tmp_path: Path) -> None:
    ran = steps(
        tmp_path,
        r"""
        - id: give
          run: |
            echo "one=1=2" >> "$GITHUB_OUTPUT"
            {
              echo 'many<<END'
              echo 'line 1'
              echo 'END no'
              echo
              echo 'ünï 🎉'
              echo 'END'
            } >> "$GITHUB_OUTPUT"
            printf 'empty=\n' >> "$GITHUB_OUTPUT"
            printf '\xef\xbb\xbfBOM=b\n' > "$GITHUB_ENV"
            echo "A=a" >> "$GITHUB_ENV"
            test -z "$A"
        - run: |
            echo "[$A] [${{ env.A }}] [${{ steps.give.outputs.one }}]"
            cat <<'E'
            ${{ steps.give.outputs.many }}
            E
            echo "${{ steps.give.outputs.empty == '' }} ${{ steps.give.outputs.none }}"
        - run: echo "::set-output name=old::was%0Athis"; echo "::save-state name=x::y"
          id: old
        - run: echo '${{ toJSON(steps.old.outputs) }}'
        - run: echo "A=b" >> "$GITHUB_ENV"
          env: {A: own}
        - run: echo "$A ${{ env.A }}"
          env: {A: own}
        - run: echo "$A ${{ env.A }}"
        """,
    )
    assert ran.result == "success"
    assert ran.out(1).startswith("[a] [a] [1=2]\n")
    assert "line 1\nEND no\n\nünï 🎉\n" in ran.out(1)
    assert "true \n" in ran.out(1)
    assert "was\\nthis" in ran.out(3)
    assert ran.out(5) == "own own\n"
    assert ran.out(6) == "b b\n"


def test_the_search_path(tmp_path: Path) -> None:
    ran = steps(
        tmp_path,
        """
        - run: |
            mkdir one two
            printf '#!/bin/sh\\necho one' > one/tool; printf '#!/bin/sh\\necho two' > two/tool
            chmod +x */tool
            echo "$PWD/one" >> "$GITHUB_PATH"
            ! command -v tool
        - run: tool; echo "$PWD/two" >> "$GITHUB_PATH"
        - run: tool
        - run: echo "$PWD/one" >> "$GITHUB_PATH"
        - run: tool; echo "$PATH" | tr ':' '\\n' | grep -c one
        - run: echo "::add-path::/x"
        """,
    )
    assert [ran.out(n) for n in (1, 2, 4)] == ["one\n", "two\n", "one\n1\n"]
    assert ran.step(5).outcome == "failure"


BAD_FILES = [
    ("ENV", "no equals sign", "Invalid format 'no equals sign'"),
    ("ENV", "A<<E\nx\n", "Invalid value. Matching delimiter not found 'E'"),
    ("ENV", "A<<E\nx", "Invalid value. EOF marker missing new line."),
    ("OUTPUT", "<<E\nx\nE", "Invalid format '<<E'. Name must not be empty"),
    ("OUTPUT", "=x", "Invalid format '=x'. Name must not be empty"),
]


@pytest.mark.parametrize(("file", "text", "why"), BAD_FILES)
def test_a_command_file_with_a_mistake(tmp_path: Path, file: str, text: str, why: str) -> None:
    (tmp_path / "text").write_text(text)
    ran = steps(
        tmp_path,
        f"""
        - run: cat {tmp_path}/text >> "$GITHUB_{file}"
        - run: 'true'
        """,
    )
    assert (ran.result, ran.steps()) == ("failure", "failure skipped")
    assert ran.step(0).why.startswith(why)
    assert "Unable to process file command" in ran.log(0)


def test_node_options_are_refused(tmp_path: Path) -> None:
    ran = steps(tmp_path, """- run: echo NODE_OPTIONS=x >> "$GITHUB_ENV" """)
    assert "Can't store NODE_OPTIONS output parameter" in ran.log(0)


def test_old_commands_need_a_word(tmp_path: Path) -> None:
    ran = steps(
        tmp_path,
        """
        - run: echo "::set-env name=A::b"
          continue-on-error: true
        - run: echo "[$A]"
        - run: |
            echo "::set-env name=A::b"
            echo "::add-path::/odd/path"
          env: {ACTIONS_ALLOW_UNSECURE_COMMANDS: true}
        - run: echo "[$A] $PATH"
        - run: echo "ACTIONS_ALLOW_UNSECURE_COMMANDS=true" >> "$GITHUB_ENV"
        - run: echo "::set-env name=B::c"
        - run: echo "[$B]"
        """,
    )
    assert ran.result == "success"
    assert ran.step(0).outcome == "failure"
    assert ran.out(1) == "[]\n"
    assert ran.out(3).startswith("[b] /odd/path:")
    assert ran.out(6) == "[c]\n"


def test_annotations(tmp_path: Path) -> None:
    ran = steps(
        tmp_path,
        r"""
        - run: |
            echo "::error file=a.py,line=3,endLine=4,col=2,endColumn=5,title=Bad%2C thing::over%0Aline"
            echo "  ::warning::indented"
            echo "::NOTICE title=t::n"
            echo "text ::error::not at the start"
            echo "##[error]old style"
            echo "::debug::hidden"
            for i in $(seq 15); do echo "::warning::$i"; done
        """,
    )
    notes = ran.step(0).annotations
    first = notes[0]
    assert (first.level, first.message, first.title) == ("error", "over\nline", "Bad, thing")
    assert (first.file, first.line, first.end_line) == ("a.py", 3, 4)
    assert sum(each.level == "warning" for each in notes) == 10
    assert [each.message for each in notes if each.level == "notice"] == ["n"]
    assert "hidden" not in ran.out(0)
    assert ran.out(0).count("##[warning]") == 16
    assert "text ::error::not at the start\n" in ran.out(0)


def test_debugging_shows_debug_lines(tmp_path: Path) -> None:
    ran = steps(tmp_path, "- run: 'echo ::debug::seen'", variables={"ACTIONS_STEP_DEBUG": "true"})
    assert "##[debug]seen\n" in ran.out(0)
    ran = steps(
        tmp_path / "b",
        "- run: 'echo ::debug::${RUNNER_DEBUG}'",
        secrets={"ACTIONS_STEP_DEBUG": "true"},
    )
    assert "##[debug]1\n" in ran.out(0)


def test_stopped_commands(tmp_path: Path) -> None:
    ran = steps(
        tmp_path,
        """
        - run: |
            echo "::stop-commands::pause-here"
            echo "::error::plain"
            echo "::set-output name=x::1"
            echo "::pause-here::"
            echo "::error::counts"
          id: a
        - run: echo "[${{ steps.a.outputs.x }}]"
        """,
    )
    assert [each.message for each in ran.step(0).annotations] == ["counts"]
    assert ran.out(1) == "[]\n"


def test_problem_matchers(tmp_path: Path) -> None:
    ran = steps(
        tmp_path,
        r"""
        - run: |
            cat > m.json <<'E'
            {"problemMatcher": [{"owner": "x", "pattern": [
              {"regexp": "^(\\S+):(\\d+): (warn|error): (.*)$", "file": 1, "line": 2, "severity": 3,
               "message": 4}]}]}
            E
            sed -i s/warn/warning/ m.json
            touch there.c
            echo "there.c:9: error: too early"
            echo "::add-matcher::m.json"
            echo "there.c:3: error: bad"
        - run: |
            printf '\033[31mthere.c:4: warning: coloured\033[0m\n'
            echo "nowhere.c:1: error: no file"
        - run: |
            echo "::remove-matcher owner=x::"
            echo "there.c:5: error: gone"
        """,
    )
    first, second, third = (ran.step(n).annotations for n in range(3))
    assert [(each.file, each.line, each.message) for each in first] == [("there.c", 3, "bad")]
    assert [(each.level, each.message) for each in second] == [
        ("warning", "coloured"),
        ("error", "no file"),
    ]
    assert not third
    assert ran.result == "success"


def test_summaries(tmp_path: Path) -> None:
    ran = steps(
        tmp_path,
        """
        - run: echo "# Title ${{ secrets.KEY }}" >> "$GITHUB_STEP_SUMMARY"
        - run: head -c 1100000 /dev/zero | tr '\\0' x >> "$GITHUB_STEP_SUMMARY"
        - shell: "/bin/sh {0}"
          run: echo quiet >> "$GITHUB_STEP_SUMMARY"
        """,
        secrets={"KEY": "s3cr3t"},
    )
    texts = [_summary(ran, n) for n in range(3)]
    assert texts[0] == "# Title ***\n"
    assert texts[1] == ""
    assert texts[2] == "quiet\n"
    assert any("1024k" in each.message for each in ran.step(1).annotations)


def _summary(ran: Ran, n: int) -> str:
    path = ran.folder / Path(ran.step(n).log).with_suffix(".md")
    return path.read_text() if ran.step(n).log and path.exists() else ""


def test_masks(tmp_path: Path) -> None:
    ran = jobs(
        tmp_path,
        """
        a:
          outputs:
            open: ${{ steps.x.outputs.open }}
            shut: ${{ steps.x.outputs.shut }}
            added: ${{ steps.x.outputs.added }}
          steps:
            - id: x
              name: with ${{ secrets.KEY }} in it
              run: |
                echo "got $KEY"
                echo "${{ secrets.key }}" | base64
                echo "::add-mask::more hidden"
                echo "now more hidden"
                echo "open=x" >> "$GITHUB_OUTPUT"
                echo "shut=a-$KEY-b" >> "$GITHUB_OUTPUT"
                echo "added=more hidden" >> "$GITHUB_OUTPUT"
                echo "::error::$KEY"
                echo "[${{ secrets.NONE }}]"
              env: {KEY: "${{ secrets.KEY }}"}
            - run: echo later more hidden
        b:
          needs: a
          steps:
            - run: echo "[${{ needs.a.outputs.open }}] [${{ needs.a.outputs.shut }}] [${{ needs.a.outputs.added }}] more hidden"
        """,
        secrets={"KEY": "s3cr3t-value"},
    )
    assert ran.result == "success"
    assert ran.out(0, "a").splitlines()[0] == "got ***"
    assert "s3cr3t" not in ran.logs() + repr(ran.whole)
    assert "czNjcjN0" not in ran.logs()
    assert "now ***\n" in ran.out(0, "a") and ran.out(1, "a") == "later ***\n"
    assert ran.outputs("a") == {"open": "x"}
    assert ran.out(0, "b") == "[x] [] [] more hidden\n"
    assert ran.step(0, "a").name == "with *** in it"
    assert "[]\n" in ran.out(0, "a")


def test_the_order_of_environments(tmp_path: Path) -> None:
    text = """
    on: push
    env: {A: workflow, B: workflow, C: workflow, D: "${{ github.event_name }}"}
    jobs:
      a:
        runs-on: ubuntu-latest
        env: {B: job, C: job, E: "${{ vars.A || 'none' }}", GITHUB_SHA: mine}
        steps:
          - run: echo "$A $B $C $D $E ${GITHUB_SHA:0:4}"
            env: {C: step, F: "${{ env.C }}"}
          - run: echo "${{ env.A }} ${{ env.B }} ${{ env.C }} $F"
            env: {C: step, F: "${{ env.C }}"}
          - run: echo "A=file" >> "$GITHUB_ENV"; echo "GITHUB_SHA=no" >> "$GITHUB_ENV"; echo "RUNNER_OS=no" >> "$GITHUB_ENV"; echo "CI=no" >> "$GITHUB_ENV"
          - run: echo "$A ${{ env.A }} ${GITHUB_SHA:0:4} $RUNNER_OS $CI"
          - run: echo "${{ env.GITHUB_SHA }} [${{ env.HOME }}] [${{ env.GITHUB_JOB }}]"
          - run: echo "[$EMPTY] ${EMPTY+set} $NUMBER $YES $FLOAT"
            env: {EMPTY: "", NUMBER: 010, YES: true, FLOAT: 3.10}
    """
    ran = here(tmp_path, text, git=True).run()
    sha = ran.whole.commit[:4]
    assert ran.out(0) == f"workflow job step push none {sha}\n"
    assert ran.out(1) == "workflow job step job\n"
    assert ran.out(3) == f"file file {sha} Linux no\n"
    assert ran.out(5) == "[] set 10 true 3.1\n"


def test_contexts(tmp_path: Path) -> None:
    text = """
    on: push
    name: Name
    jobs:
      one-job:
        runs-on: ubuntu-latest
        strategy: {matrix: {n: [1]}}
        steps:
          - id: my-step
            run: |
              echo "${{ github.job }} ${{ github.workflow }} ${{ github.event_name }} ${{ github.ref }}"
              echo "${{ github.action }} $GITHUB_ACTION $GITHUB_JOB $GITHUB_WORKFLOW $GITHUB_REF_NAME"
              echo "${{ github.ref_name }} ${{ github.ref_type }} ${{ github.run_attempt }}"
              echo '${{ toJSON(strategy) }}' | tr -d '\\n'; echo
              echo "${{ matrix.n }} ${{ strategy.job-total }} ${{ job.status }}"
              test "$GITHUB_WORKSPACE" = "$PWD" && test "$PWD" = "${{ github.workspace }}"
              test -f "$GITHUB_EVENT_PATH" && test "$GITHUB_EVENT_PATH" = "${{ github.event_path }}"
              test -d "$RUNNER_TEMP" && test "$RUNNER_TEMP" = "${{ runner.temp }}"
              test "$RUNNER_OS/$RUNNER_ARCH" = "${{ runner.os }}/${{ runner.arch }}"
              test "$CI$GITHUB_ACTIONS" = truetrue
              test -n "$GITHUB_RUN_ID" -a -n "$GITHUB_RUN_NUMBER" -a -n "$GITHUB_SHA"
              test "$GITHUB_SHA" = "${{ github.sha }}"
              grep -q "$GITHUB_SHA" "$GITHUB_EVENT_PATH"
          - run: echo "${{ github.action }}"
          - run: echo "${{ github.action }} ${{ github['event'].ref }} ${{ GITHUB.Event_Name }}"
    """
    ran = here(tmp_path, text, git=True).run()
    assert ran.result == "success", ran.log()
    lines = ran.out(0).splitlines()
    assert lines[0] == "one-job Name push refs/heads/main"
    assert lines[1] == "my-step my-step one-job Name main"
    assert lines[2] == "main branch 1"
    assert '"job-total": 1' in lines[3]
    assert lines[4] == "1 1 success"
    assert ran.out(1) == "__run\n"
    assert ran.out(2) == "__run_2 refs/heads/main push\n"


def test_hash_files(tmp_path: Path) -> None:
    ran = steps(
        tmp_path,
        """
        - run: mkdir d; echo a > d/one.txt; echo b > two.txt
        - run: echo "${{ hashFiles('**/*.txt') }} [${{ hashFiles('*.none') }}]"
        - if: hashFiles('two.txt') != ''
          run: 'true'
        - if: hashFiles('three.txt') != ''
          run: 'true'
        - run: echo c > three.txt
        - if: hashFiles('three.txt') != ''
          run: 'true'
        """,
    )
    value, empty = ran.out(1).split()
    assert len(value) == 64 and empty == "[]"
    assert ran.steps() == "success success success skipped success success"


def test_nothing_of_the_user_leaks_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_OWN_TOKEN", "l3ak")
    ran = steps(tmp_path, "- run: env; echo ${{ toJSON(env) }}")
    assert "l3ak" not in ran.out()
