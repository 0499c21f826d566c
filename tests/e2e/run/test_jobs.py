# ruff: noqa: E501  workflows stay as people write them
"""Jobs of a run: order, conditions, matrices, outputs, and how the whole run ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from placid.core.pipeline.facts import LegEnded
from tests.e2e.run.harness import here, jobs, whole


def test_jobs_start_when_their_needs_are_done_and_not_in_stages(tmp_path: Path) -> None:
    """A barrier between levels would let `quick2` wait for `slow`."""
    there = tmp_path / "mark"
    ran = jobs(
        tmp_path,
        f"""
        slow:
          steps: [{{run: "for i in $(seq 1000); do test -e {there} && exit 0; sleep 0.02; done; exit 1"}}]
        quick1:
        quick2:
          needs: quick1
          steps: [{{run: touch {there}}}]
        last:
          needs: [slow, quick2]
        """,
        parallel=4,
    )
    assert ran.result == "success"
    found = ran.heard.order()
    assert found.index("+quick2") > found.index("-quick1")
    assert found.index("+quick2") < found.index("-slow")
    assert found[-2:] == ["+last", "-last"]


NEEDS = [
    ("", {"b": "skipped", "c": "skipped"}),
    ("always()", {"b": "success", "c": "skipped"}),
    ("failure()", {"b": "success", "c": "skipped"}),
    ("success()", {"b": "skipped", "c": "skipped"}),
    ("cancelled()", {"b": "skipped", "c": "skipped"}),
    ("!cancelled()", {"b": "success", "c": "skipped"}),
    ("!success()", {"b": "success", "c": "skipped"}),
    ("needs.a.result == 'failure'", {"b": "skipped", "c": "skipped"}),
    ("always() && needs.a.result == 'failure'", {"b": "success", "c": "skipped"}),
    ("${{ always() && needs.a.result == 'success' }}", {"b": "skipped", "c": "skipped"}),
    ("${{ github.event_name == 'push' && failure() }}", {"b": "success", "c": "skipped"}),
]


@pytest.mark.parametrize(("condition", "want"), NEEDS)
def test_a_job_after_a_failed_one(tmp_path: Path, condition: str, want: dict[str, str]) -> None:
    """`c` needs `b` alone; its success() looks at `a`, too."""
    said = f'if: "{condition}"' if condition else "if:"
    text = f"""
    a:
      steps: [{{run: exit 1}}]
    b:
      needs: a
      {said}
    c:
      needs: [b]
    d:
      needs: [b]
      if: failure()
    """.replace("      if:\n", "")
    ran = jobs(tmp_path, text)
    assert ran.result == "failure"
    assert ran.jobs == {"a": "failure", **want, "d": "success"}


def test_a_skipped_job_skips_what_needs_it(tmp_path: Path) -> None:
    ran = jobs(
        tmp_path,
        """
        a:
          if: github.event_name == 'pull_request'
        b:
          needs: a
        c:
          needs: b
          if: always()
          steps: [{run: "echo ${{ needs.b.result }} ${{ toJSON(needs.a) }}"}]
        d:
          needs: c
        e:
          needs: a
          if: "!failure()"
        f:
          needs: a
          if: failure()
        """,
    )
    assert ran.result == "success"
    assert ran.jobs == {
        "a": "skipped",
        "b": "skipped",
        "c": "success",
        "d": "skipped",
        "e": "success",
        "f": "skipped",
    }
    assert ran.out(0, "c") == "skipped null\n"


def test_a_failure_that_a_job_tolerates(tmp_path: Path) -> None:
    """The job is red, and what needs it goes on as if it were not."""
    ran = jobs(
        tmp_path,
        """
        a:
          continue-on-error: true
          outputs: {x: "${{ steps.s.outputs.x }}"}
          steps:
            - {id: s, run: echo x=1 >> "$GITHUB_OUTPUT"}
            - run: exit 1
        b:
          needs: a
          steps: [{run: "echo ${{ needs.a.result }} ${{ needs.a.outputs.x }}"}]
        """,
    )
    assert ran.jobs == {"a": "failure", "b": "success"}
    assert ran.out(0, "b") == "success 1\n"
    assert ran.result == "success"


def test_outputs(tmp_path: Path) -> None:
    ran = jobs(
        tmp_path,
        """
        a:
          outputs:
            one: ${{ steps.s.outputs.one }}
            many: ${{ steps.s.outputs.many }}
            none: ${{ steps.s.outputs.none }}
            fixed: plain
            joined: ${{ steps.s.outputs.one }}-${{ github.job }}
            Status: ${{ job.status }}
          steps:
            - id: s
              run: |
                echo "one=1" >> "$GITHUB_OUTPUT"
                printf 'many<<E\\na\\n"b" ünï\\nE\\n' >> "$GITHUB_OUTPUT"
        b:
          needs: [a]
          steps:
            - run: echo '${{ needs.a.outputs.many }}' '${{ needs.a.outputs.joined }}' '${{ needs.A.outputs.STATUS }}'
            - run: echo '${{ toJSON(needs) }}'
        """,
    )
    assert ran.outputs("a") == {
        "one": "1",
        "many": 'a\n"b" ünï',
        "none": "",
        "fixed": "plain",
        "joined": "1-a",
        "Status": "success",
    }
    assert ran.out(0, "b") == 'a\n"b" ünï 1-a success\n'
    assert '"result": "success"' in ran.out(1, "b")


MATRICES = [
    ("{a: [1, 2], b: [x, y]}", ["t (1, x)", "t (1, y)", "t (2, x)", "t (2, y)"]),
    ("{a: [1, 2], exclude: [{a: 1}]}", ["t (2)"]),
    ("{a: [1, 2], b: [x, y], exclude: [{a: 1, b: x}, {b: y}]}", ["t (2, x)"]),
    ("{a: [1], include: [{b: 2}]}", ["t (1, 2)"]),
    ("{a: [1], include: [{a: 2}]}", ["t (1)", "t (2)"]),
    ("{a: [1, 2], include: [{a: 2, c: z}]}", ["t (1)", "t (2, z)"]),
    ("{include: [{a: 1}, {a: 2, b: 3}]}", ["t (1)", "t (2, 3)"]),
    ("{a: [3.10, 3.9, '3.10']}", ["t (3.1)", "t (3.9)", "t (3.10)"]),
    ("{a: [true, null, '']}", ["t (true)", "t", "t"]),
    ("{a: [{v: 1, w: two}, {v: 2}]}", ["t (1, two)", "t (2)"]),
    ("{a: '${{ fromJSON(vars.LIST) }}'}", ["t (u)", "t (v)"]),
    ("'${{ fromJSON(vars.WHOLE) }}'", ["t (1)", "t (2)"]),
    ("{a: [1], include: '${{ fromJSON(vars.INCLUDE) }}'}", ["t (1)", "t (9)"]),
    (
        "{fruit: [apple, pear], animal: [cat, dog], include: [{color: green}, {color: pink, animal: cat},"
        " {fruit: apple, shape: circle}, {fruit: banana}, {fruit: banana, animal: cat}]}",
        [
            "t (apple, cat, pink, circle)",
            "t (apple, dog, green, circle)",
            "t (pear, cat, pink)",
            "t (pear, dog, green)",
            "t (banana)",
            "t (banana, cat)",
        ],
    ),
]


@pytest.mark.parametrize(("matrix", "names"), MATRICES)
def test_matrices(tmp_path: Path, matrix: str, names: list[str]) -> None:
    ran = jobs(
        tmp_path,
        f"""
        t:
          strategy: {{matrix: {matrix}}}
          steps: [{{run: "true"}}]
        """,
        variables={"LIST": '["u", "v"]', "WHOLE": '{"a": [1, 2]}', "INCLUDE": '[{"a": 9}]'},
    )
    assert [job.name for job in ran.whole.jobs] == names
    assert ran.result == "success"


def test_a_matrix_from_an_output_and_its_outputs(tmp_path: Path) -> None:
    """Of the outputs of a matrix the last that is not empty counts."""
    ran = jobs(
        tmp_path,
        """
        plan:
          outputs: {list: "${{ steps.s.outputs.list }}"}
          steps: [{id: s, run: 'echo list=[\\"p\\",\\"q\\"] >> "$GITHUB_OUTPUT"'}]
        t:
          needs: plan
          name: Test ${{ matrix.x }} of ${{ strategy.job-total }}
          outputs: {only-p: "${{ steps.s.outputs.p }}", x: "${{ matrix.x }}"}
          strategy: {max-parallel: 1, matrix: {x: "${{ fromJSON(needs.plan.outputs.list) }}"}}
          steps: [{id: s, run: 'echo ${{ matrix.x }}=1 >> "$GITHUB_OUTPUT"'}]
        after:
          needs: t
          steps: [{run: "echo [${{ needs.t.outputs.only-p }}] [${{ needs.t.outputs.x }}]"}]
        """,
    )
    assert list(ran.jobs) == ["plan", "Test p of 2", "Test q of 2", "after"]
    assert ran.out(0, "after") == "[1] [q]\n"


EMPTY = [
    ("{a: []}", "Matrix vector 'a' does not contain any values"),
    ("{a: '${{ fromJSON(vars.NONE) }}'}", "Matrix vector 'a' does not contain any values"),
    ("{a: [1], exclude: [{a: 1}]}", "Matrix must define at least one vector"),
]


@pytest.mark.parametrize(("matrix", "why"), EMPTY)
def test_an_empty_matrix_fails_its_job(tmp_path: Path, matrix: str, why: str) -> None:
    text = f"t:\n  strategy: {{matrix: {matrix}}}\nu:\n  needs: t\n"
    ran = here(tmp_path, whole(text)).run(variables={"NONE": "[]"})
    assert ran.jobs == {"t": "failure", "u": "skipped"}
    assert why in ran.job("t").why
    assert ran.result == "failure"


def test_fail_fast(tmp_path: Path) -> None:
    text = """
    fast:
      strategy: {matrix: {n: [1, 2]}}
      steps:
        - run: if test ${{ matrix.n }} = 1; then exit 1; else sleep 60; fi
        - if: always()
          run: 'true'
    all:
      strategy: {fail-fast: false, matrix: {n: [1, 2]}}
      steps: [{run: "test ${{ matrix.n }} = 2"}]
    tolerant:
      strategy: {matrix: {n: [1, 2]}}
      continue-on-error: ${{ matrix.n == 1 }}
      steps: [{run: "test ${{ matrix.n }} = 2"}]
    """
    ran = jobs(tmp_path, text, parallel=6)
    assert ran.jobs == {
        "fast (1)": "failure",
        "fast (2)": "cancelled",
        "all (1)": "failure",
        "all (2)": "success",
        "tolerant (1)": "failure",
        "tolerant (2)": "success",
    }
    assert ran.steps("fast (2)") == "cancelled success"


def test_fail_fast_ends_those_that_wait(tmp_path: Path) -> None:
    ran = jobs(
        tmp_path,
        """
        t:
          strategy: {max-parallel: 1, matrix: {n: [1, 2, 3]}}
          steps: [{run: "test ${{ matrix.n }} != 2"}]
        """,
    )
    assert list(ran.jobs.values()) == ["success", "failure", "cancelled"]


def test_max_parallel(tmp_path: Path) -> None:
    ran = jobs(
        tmp_path,
        """
        t:
          strategy: {max-parallel: 2, matrix: {n: [1, 2, 3, 4, 5]}}
        """,
        parallel=8,
    )
    most = now = 0
    for mark in ran.heard.order():
        now += 1 if mark[0] == "+" else -1
        most = max(most, now)
    assert (ran.result, most) == ("success", 2)


def test_names_of_jobs(tmp_path: Path) -> None:
    ran = jobs(
        tmp_path,
        """
        a:
          name: Plain
        b:
          name: Plain too
          strategy: {matrix: {x: [1]}}
        c:
          name: Of ${{ github.event_name }} ${{ matrix.x || 'none' }}
          strategy: {matrix: {x: [one]}}
        d:
          name: Skipped ${{ github.event_name }}
          if: false
        e:
          strategy: {matrix: {x: [aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]}}
        f:
          if: false
          strategy: {matrix: {x: [1, 2]}}
        g:
          name: ünï 漢字 🎉
        """,
    )
    names = list(ran.jobs)
    assert names[:4] == ["Plain", "Plain too (1)", "Of push one", "Skipped push"]
    assert names[4] == "e (" + "a" * 94 + "..."
    assert names[5:] == ["f", "ünï 漢字 🎉"]


def test_jobs_that_are_asked_for(tmp_path: Path) -> None:
    there = here(
        tmp_path,
        whole(
            """
            a:
            b:
              needs: a
            c:
              needs: b
            D:
            """
        ),
    )
    assert there.run(jobs=("b",)).jobs == {"a": "success", "b": "success"}
    assert there.run(jobs=("D",)).jobs == {"D": "success"}


def test_from_a_step(tmp_path: Path) -> None:
    text = """
    a:
      steps:
        - run: exit 1
        - {id: two, run: echo two}
        - {name: Three, run: echo three}
    """
    there = here(tmp_path, whole(text))
    assert there.run(jobs=("a",), from_step="two").steps() == "skipped success success"
    assert there.run(jobs=("a",), from_step="Three").steps() == "skipped skipped success"


def test_only_what_failed(tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    text = f"""
    a:
      outputs: {{n: "${{{{ steps.s.outputs.n }}}}"}}
      steps: [{{id: s, run: 'echo n=$GITHUB_RUN_NUMBER >> "$GITHUB_OUTPUT"'}}]
    b:
      needs: a
      steps: [{{run: "test -e {flag}"}}, {{run: "echo ${{{{ needs.a.outputs.n }}}}"}}]
    c:
      needs: b
    """
    there = here(tmp_path / "r", whole(text))
    first = there.run()
    assert first.jobs == {"a": "success", "b": "failure", "c": "skipped"}
    flag.touch()
    second = there.run(failed=True)
    assert second.jobs == {"a": "success", "b": "success", "c": "success"}
    assert second.job("a").reused == first.whole.run
    assert second.out(1, "b") == first.outputs("a")["n"] + "\n"


def test_a_pure_job_is_done_once(tmp_path: Path) -> None:
    text = """
    a:
      x-placid: {inputs: ['src/**']}
      outputs: {x: "${{ steps.s.outputs.x }}"}
      steps:
        - uses: actions/checkout@v4
        - {id: s, run: 'echo x=$(cat src/one) >> "$GITHUB_OUTPUT"'}
    b:
      needs: a
      steps: [{run: "echo ${{ needs.a.outputs.x }}"}]
    """
    there = here(tmp_path, whole(text), {"src/one": "1", "other": "x"})
    first = there.run()
    assert first.job("a").reused == 0
    second = there.run()
    assert second.job("a").reused == first.whole.run and second.out(0, "b") == "1\n"
    there.write("other", "y")
    there.commit("other")
    assert there.run().job("a").reused == first.whole.run
    there.write("src/one", "2")
    there.commit("src")
    changed = there.run()
    assert changed.job("a").reused == 0 and changed.outputs("a") == {"x": "2"}


def test_inputs_of_a_dispatch(tmp_path: Path) -> None:
    text = whole(
        """
        a:
          steps:
            - run: echo '${{ toJSON(inputs) }}' '${{ toJSON(github.event.inputs) }}' | tr -d ' \\n'
            - if: inputs.flag
              run: 'true'
            - if: inputs.flag == false
              run: 'true'
        """,
        head="""
        on:
          workflow_dispatch:
            inputs:
              word: {type: string, default: w}
              flag: {type: boolean}
              many: {type: number, default: 3}
              pick: {type: choice, options: [one, two]}
        """,
    )
    ran = here(tmp_path, text, git=True).run(
        event="workflow_dispatch", inputs={"flag": "true", "pick": "two"}
    )
    assert ran.result == "success"
    assert '"flag":true' in ran.out(0) and '"word":"w"' in ran.out(0)
    assert '"flag":"true"' in ran.out(0) and '"pick":"two"' in ran.out(0)
    assert ran.steps() == "success success skipped"


def test_an_environment_that_somebody_must_open(tmp_path: Path) -> None:
    text = whole(
        """
        a:
          environment: {name: "${{ github.event_name == 'push' && 'production' }}", url: "https://x/${{ github.job }}"}
        """
    )
    config = "app: shop\nenvironments: {production: {approve: true}}\n"
    there = here(tmp_path, text, {"placid.yaml": config})
    ran = there.run(approve=("production",))
    assert ran.jobs == {"a": "success"}
    assert any(isinstance(each, LegEnded) and each.url == "https://x/a" for each in ran.heard.facts)
