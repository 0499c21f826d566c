"""The machine of a run: what starts when, what is skipped and why, and how the whole ends."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placid.core.pipeline.facts import Approved, LegEnded, LegWaits, Result
from tests.core.pipeline.running import NOW, Told

STEPS = "runs-on: ubuntu-latest\n    steps: [{run: 'true'}]"


def job(name: str, **keys: object) -> str:
    said = "".join(
        f"    {key.replace('_', '-')}: {json.dumps(value)}\n" for key, value in keys.items()
    )
    return f"  {name}:\n{said.replace('if-:', 'if:')}    {STEPS}\n"


def workflow(*jobs: str) -> str:
    return "on: push\njobs:\n" + "".join(jobs)


def test_a_job_starts_when_its_own_needs_are_done() -> None:
    told = Told(workflow(job("a"), job("b"), job("c", needs=["a"]), job("d", needs=["b", "c"])))
    told.look()
    assert told.working == ["a", "b"]
    told.end("a")
    told.look()
    assert told.working == ["b", "c"]  # no barrier: c does not wait for b
    told.finish()
    assert told.results() == dict.fromkeys("abcd", "success")
    assert told.result == "success"


def test_what_needs_a_failed_job_is_skipped_with_the_reason() -> None:
    told = Told(workflow(job("a"), job("b", needs="a"), job("c", needs="b")), {"a": "failure"})
    told.finish()
    assert told.results() == {"a": "failure", "b": "skipped", "c": "skipped"}
    assert told.why("b") == "it needs a, which failed"
    assert told.why("c") == "it needs b, which was skipped"
    assert told.result == "failure"


def test_a_skipped_job_skips_all_that_follow_unless_they_ask() -> None:
    told = Told(
        workflow(
            job("a", if_="github.ref == 'refs/heads/other'"),
            job("b", needs="a", if_="always()"),
            job("c", needs="b"),
            job("d", needs="b", if_="!failure()"),
        )
    ).finish()
    assert told.results() == {"a": "skipped", "b": "success", "c": "skipped", "d": "success"}
    assert told.result == "success"


def test_failure_is_seen_from_afar() -> None:
    told = Told(
        workflow(
            job("a"),
            job("b", needs="a", if_="always()"),
            job("c", needs="b", if_="failure()"),
        ),
        {"a": "failure"},
    ).finish()
    assert told.results()["c"] == "success"


def test_a_tolerated_failure_counts_as_success() -> None:
    told = Told(
        workflow(job("a", continue_on_error=True), job("b", needs="a")), {"a": "failure"}
    ).finish()
    assert told.results() == {"a": "success", "b": "success"}
    assert told.result == "success"


def test_outputs_and_results_of_needs() -> None:
    text = workflow(
        job("a"),
        job("b", needs="a", if_="needs.a.outputs.go == 'yes' && needs.a.result == 'success'"),
        job("c", needs="a", if_="needs.a.outputs.go == 'no'"),
    )
    told = Told(text, outputs={"a": {"go": "yes"}}).finish()
    assert told.results() == {"a": "success", "b": "success", "c": "skipped"}


def test_a_matrix_from_another_jobs_output() -> None:
    text = workflow(
        job("plan"),
        job("build", needs="plan", strategy={"matrix": "${{ fromJSON(needs.plan.outputs.m) }}"}),
    )
    matrix = {"os": ["linux", "mac"], "n": [1, 2], "exclude": [{"os": "mac", "n": 2}]}
    told = Told(text, outputs={"plan": {"m": json.dumps(matrix)}}).finish()
    assert told.legs()[1:] == ["build (linux, 1)", "build (linux, 2)", "build (mac, 1)"]


def test_fail_fast_stops_the_others_of_the_matrix() -> None:
    strategy = {"matrix": {"n": [1, 2, 3, 4]}}
    told = Told(workflow(job("a", strategy=strategy), job("b")), {"a (1)": "failure"}, free=2)
    told.finish()
    ended = {fact.leg: fact.result for fact in told.facts if isinstance(fact, LegEnded)}
    assert ended == {
        "a (1)": "failure",
        "a (2)": "cancelled",
        "a (3)": "cancelled",
        "a (4)": "cancelled",
        "b": "success",
    }
    assert told.results() == {"a": "failure", "b": "success"}


def test_without_fail_fast_all_run() -> None:
    strategy = {"matrix": {"n": [1, 2, 3]}, "fail-fast": False}
    told = Told(workflow(job("a", strategy=strategy)), {"a (1)": "failure"}).finish()
    ended = [fact.result for fact in told.facts if isinstance(fact, LegEnded)]
    assert sorted(ended) == ["failure", "success", "success"]


def test_max_parallel_is_kept() -> None:
    strategy = {"matrix": {"n": list(range(9))}, "max-parallel": 2}
    told = Told(workflow(job("a", strategy=strategy)), free=8).finish()
    assert told.most == 2


def test_a_cancelled_run_still_runs_what_wants_to() -> None:
    text = workflow(
        job("a"),
        job("b", needs="a"),
        job("clean", needs="a", if_="always()"),
        job("told", needs="a", if_="cancelled()"),
    )
    told = Told(text)
    told.look()
    told.cancel()
    assert told.stopped == {"a": "ada asked"}
    told.finish()
    assert told.results() == {
        "a": "cancelled",
        "b": "skipped",
        "clean": "success",
        "told": "success",
    }
    assert told.result == "cancelled"


def test_a_matrix_that_cannot_be_made_fails_its_job() -> None:
    told = Told(workflow(job("a", strategy={"matrix": {"n": []}}))).finish()
    assert told.results() == {"a": "failure"}
    assert told.why("a") == "Matrix vector 'n' does not contain any values"


def test_only_the_jobs_that_were_asked_for_and_what_they_need() -> None:
    text = workflow(job("a"), job("b", needs="a"), job("c"))
    assert Told(text, jobs=("B",)).finish().results() == {"a": "success", "b": "success"}


def test_an_environment_waits_for_somebody() -> None:
    told = Told(workflow(job("a", environment="production"))).guard("production")
    told.look()
    assert not told.working
    [waits] = [fact for fact in told.facts if isinstance(fact, LegWaits)]
    assert "production" in waits.why
    told.tell(Approved("production", "ada", NOW))
    assert told.finish().result == "success"


def test_an_environment_that_stays_shut() -> None:
    told = Told(workflow(job("a", environment="production"))).guard("production")
    told.look()
    told.tell(Approved("production", "ada", NOW, refused=True))
    assert told.finish().result == "failure"


CALLED = """
on:
  workflow_call:
    inputs:
      where: {type: string, required: true}
      often: {type: number, default: 2}
    outputs:
      url: {value: "${{ jobs.push.outputs.url }}"}
jobs:
  build:
    runs-on: ubuntu-latest
    if: inputs.often == 2
    steps: [{run: 'true'}]
  push:
    needs: build
    name: to ${{ inputs.where }}
    runs-on: ubuntu-latest
    steps: [{run: 'true'}]
"""


def calling(**given: object) -> str:
    return f"""
on: push
jobs:
  deploy:
    strategy: {{matrix: {{at: [eu, us]}}}}
    uses: ./.github/workflows/deploy.yml
    with: {json.dumps(given)}
  after:
    needs: deploy
    if: needs.deploy.outputs.url == 'https://us'
    {STEPS}
"""


def test_a_called_workflow() -> None:
    called = {"./.github/workflows/deploy.yml": CALLED}
    outputs = {
        "deploy (eu)/push": {"url": "https://eu"},
        "deploy (us)/push": {"url": "https://us"},
    }
    told = Told(calling(where="${{ matrix.at }}"), called=called, outputs=outputs).finish()
    assert told.legs() == [
        "deploy (eu)",
        "deploy (us)",
        "deploy (eu)/build",
        "deploy (us)/build",
        "deploy (eu)/push",
        "deploy (us)/push",
        "after",
    ]
    assert "deploy (eu) / to eu" in told.names()
    assert told.results()["after"] == "success"


@pytest.mark.parametrize(
    ("given", "called", "why"),
    [
        ({}, CALLED, "Input where is required, but not provided while calling."),
        ({"where": "eu", "often": "much"}, CALLED, "Unexpected value 'much'"),
        ({"where": "eu"}, "", "the workflow ./.github/workflows/deploy.yml was not found"),
    ],
)
def test_a_call_that_cannot_be_made(given: dict[str, object], called: str, why: str) -> None:
    known = {"./.github/workflows/deploy.yml": called} if called else {}
    told = Told(calling(**given), called=known).finish()
    assert told.results() == {"deploy": "failure", "after": "skipped"}
    assert told.why("deploy") == why


RESULTS: list[Result] = ["success", "failure", "cancelled"]


@given(st.data())
def test_any_graph_ends_as_its_definition_says(data: st.DataObject) -> None:
    """Random graphs with conditions against the plain recursive meaning, in any order of ends."""
    count = data.draw(st.integers(1, 9))
    conditions = ["", "always()", "failure()", "success()", "!cancelled()", "false"]
    needs: list[list[int]] = []
    said: list[str] = []
    for n in range(count):
        needs.append(sorted(data.draw(st.sets(st.integers(0, n - 1), max_size=3))) if n else [])
        said.append(data.draw(st.sampled_from(conditions)))
    ends: dict[str, Result] = {f"j{n}": data.draw(st.sampled_from(RESULTS)) for n in range(count)}
    text = workflow(
        *(
            job(
                f"j{n}",
                **({"needs": [f"j{i}" for i in needs[n]]} if needs[n] else {}),
                **({"if_": said[n]} if said[n] else {}),
            )
            for n in range(count)
        )
    )
    pick = st.integers(0, 99)
    told = Told(text, ends, free=data.draw(st.integers(1, 4)))
    told.finish(lambda legs: legs[data.draw(pick) % len(legs)])
    expected: dict[str, Result] = {}
    sound: list[bool] = []
    broken: list[bool] = []
    for n in range(count):
        good, bad = all(sound[i] for i in needs[n]), any(broken[i] for i in needs[n])
        runs = {"": good, "success()": good, "failure()": bad, "false": False}.get(said[n], True)
        result: Result = ends[f"j{n}"] if runs else "skipped"
        expected[f"j{n}"] = result
        sound.append(result == "success" and good)
        broken.append(result == "failure" or bad)
    assert told.results() == expected
