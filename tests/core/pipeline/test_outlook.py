"""What would run, foretold: three values, and the reason for two of them."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placid.core.pipeline.foresight import Foresight
from placid.core.pipeline.outlook import JobOutlook, outlook
from placid.formats.expressions import Function, condition, evaluate, truthy
from placid.formats.workflows import Workflow, read_workflow

STEPS = "steps: [{run: 'true'}]"
GITHUB: dict[str, object] = {"event_name": "push", "ref": "refs/heads/main"}
CONTEXTS: dict[str, object] = {"github": GITHUB, "inputs": {}, "vars": {"ON": "yes"}}


def workflow(jobs: str) -> Workflow:
    text = f"on: push\njobs:\n{textwrap.indent(textwrap.dedent(jobs), '  ')}"
    found = read_workflow(text.replace("STEPS", STEPS), ".github/workflows/ci.yml")
    assert found is not None
    return found


def seen(jobs: str, **more: object) -> dict[str, JobOutlook]:
    return {job.id: job for job in outlook(workflow(jobs), {**CONTEXTS, **more}).jobs}


@pytest.mark.parametrize(
    ("condition", "runs", "why"),
    [
        ("github.ref == 'refs/heads/main'", "yes", ""),
        ("${{ github.event_name == 'push' && vars.ON }}", "yes", ""),
        ("always()", "yes", ""),
        ("!cancelled()", "yes", ""),
        ("false", "no", "its condition is false"),
        ("vars.OFF", "no", "vars.OFF is false: vars.OFF is empty"),
        (
            "github.ref == 'x' || github.event_name == 'y'",
            "no",
            "github.ref == 'x' is false: github.ref is 'refs/heads/main'; "
            "github.event_name == 'y' is false: github.event_name is 'push'",
        ),
        ("cancelled()", "no", "only when the run is cancelled"),
        ("failure()", "depends", "only when a fails"),
        ("success() || failure()", "yes", ""),
        (
            "needs.a.outputs.go == '1'",
            "depends",
            "needs.a.outputs.go == '1', known when a is done",
        ),
        ("needs.a.outputs.go && false", "no", "its condition is false"),
        ("needs.a.result != 'skipped' || always()", "yes", ""),
        ("needs.nobody.result == ''", "yes", ""),
        ("case(github.ref == 'x', false, true)", "yes", ""),
        ("case(needs.a.outputs.b == '1', true, true)", "yes", ""),
        (
            "needs.*.result == 'x'",
            "depends",
            "needs.*.result == 'x', known when what it needs is done",
        ),
    ],
)
def test_one_condition(condition: str, runs: str, why: str) -> None:
    job = seen(f"""\
        a: {{runs-on: x, STEPS}}
        b: {{needs: a, runs-on: x, if: "{condition}", STEPS}}
        """)["b"]
    assert (job.runs, job.why) == (runs, why)


def test_what_needs_a_job_that_does_not_run_does_not_run_either() -> None:
    jobs = seen("""\
        off: {runs-on: x, if: github.ref == 'x', STEPS}
        next: {needs: [off], runs-on: x, STEPS}
        far: {needs: [next], runs-on: x, STEPS}
        still: {needs: [off], if: "always() && needs.off.result == 'skipped'", runs-on: x, STEPS}
        after: {needs: [still], runs-on: x, STEPS}
        """)
    assert [jobs[name].runs for name in ("next", "far", "still", "after")] == [
        "no",
        "no",
        "yes",
        "no",  # a job far behind that was skipped counts, as at GitHub
    ]
    assert jobs["far"].why == "it needs next, which does not run"


def test_what_needs_a_job_that_may_run_may_run() -> None:
    jobs = seen("""\
        a: {runs-on: x, STEPS}
        b: {needs: a, runs-on: x, if: needs.a.outputs.go, STEPS}
        c: {needs: b, runs-on: x, STEPS}
        """)
    assert (jobs["c"].runs, jobs["c"].why) == ("depends", "it needs b, which may not run")


def test_legs_have_the_names_that_github_shows() -> None:
    jobs = seen("""\
        a: {strategy: {matrix: {py: ['3.11', '3.12'], os: [linux]}}, runs-on: x, STEPS}
        b: {name: "Py ${{ matrix.py }}", strategy: {matrix: {py: [1, 2]}}, runs-on: x, STEPS}
        c: {needs: a, strategy: {matrix: "${{ fromJSON(needs.a.outputs.m) }}"}, runs-on: x, STEPS}
        d: {name: "On ${{ github.ref }}", runs-on: x, STEPS}
        """)
    assert jobs["a"].legs == ("a (3.11, linux)", "a (3.12, linux)")
    assert jobs["b"].legs == ("Py 1", "Py 2")
    assert (jobs["c"].legs, jobs["c"].open_matrix) == ((), True)
    assert jobs["d"].name == "On refs/heads/main"


def test_a_called_workflow_is_looked_into() -> None:
    called = read_workflow(
        textwrap.dedent("""\
            on:
              workflow_call:
                inputs: {env: {type: string}, tag: {type: string}, dry: {type: boolean, default: true}}
            jobs:
              prod: {if: inputs.env == 'prod', runs-on: x, steps: [{run: a}]}
              dry: {if: inputs.dry, runs-on: x, steps: [{run: a}]}
              tag: {if: inputs.tag == 'x', runs-on: x, steps: [{run: a}]}
            """)  # noqa: E501
    )
    assert called is not None
    uses = "./.github/workflows/deploy.yml"
    flow = workflow(f"""\
        a: {{runs-on: x, STEPS}}
        go: {{needs: a, uses: {uses}, with: {{env: test, tag: "${{{{ needs.a.outputs.t }}}}"}}}}
        """)
    go = outlook(flow, CONTEXTS, called={uses: called}).jobs[1]
    assert [(job.name, job.runs) for job in go.inner] == [
        ("go / prod", "no"),
        ("go / dry", "yes"),
        ("go / tag", "depends"),
    ]


def test_only_what_was_asked_for_and_what_it_needs() -> None:
    flow = workflow("""\
        a: {runs-on: x, STEPS}
        b: {needs: a, runs-on: x, STEPS}
        c: {runs-on: x, STEPS}
        """)
    jobs = outlook(flow, CONTEXTS, asked=["B"]).jobs
    assert [(job.runs, job.why) for job in jobs] == [
        ("yes", ""),
        ("yes", ""),
        ("no", "nobody asked for it (--job)"),
    ]


def test_a_circle_and_a_broken_condition_are_told() -> None:
    jobs = seen("""\
        a: {needs: b, runs-on: x, STEPS}
        b: {needs: a, runs-on: x, STEPS}
        c: {if: "foo(", runs-on: x, STEPS}
        """)
    assert {job.runs for job in jobs.values()} == {"no"}
    assert "cannot be evaluated" in jobs["c"].why


ATOMS = st.sampled_from(
    ["k.t", "k.f", "u.x", "u.y", "true", "false", "k.t == 'yes'", "u.x == 'yes'", "success()"]
)
TREES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        inner.map("!({})".format),
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(
            lambda t: "({} {} {})".format(*t)
        ),
        st.tuples(inner, inner, inner).map(lambda t: "case(!({}), {}, {})".format(*t)),
    ),
    max_leaves=8,
)
KNOWN: dict[str, object] = {"t": "yes", "f": ""}


def saying(truth: bool) -> Function:
    return lambda _: truth


@settings(max_examples=60, deadline=None)
@given(TREES)
def test_what_is_foretold_is_true_whatever_comes(text: str) -> None:
    tree = condition(f"{text} || always() && false")
    status: dict[str, bool | None] = {"success": None, "failure": None, "always": True}
    foretold = Foresight({"k": KNOWN}, {**status, "cancelled": False}).judge(tree).truth
    for x in ("yes", ""):
        for y in ("1", ""):
            for fine in (True, False):
                contexts: dict[str, object] = {"k": KNOWN, "u": {"x": x, "y": y}}
                functions = {"success": saying(fine), "always": saying(True)}
                came = truthy(evaluate(tree, contexts, functions))
                assert foretold in (None, came)
