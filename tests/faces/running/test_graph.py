"""`--list`, `--graph` and the divergence report as they are printed."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from placid.base.errors import Problem
from placid.core.pipeline.divergence import Ground, divergences
from placid.core.pipeline.outlook import JobOutlook, Outlook, outlook
from placid.faces.render import problem_text
from placid.faces.running.divergence import (
    divergence_json,
    divergence_text,
    heavy_count,
    placed,
    refusal,
)
from placid.faces.running.graph import Listed, graph_mermaid, graph_text, list_text
from placid.faces.running.style import Style
from placid.formats.workflows import read_workflow

PATH = ".github/workflows/ci.yml"
TEXT = textwrap.dedent("""\
    name: ci
    on: push
    jobs:
      build: {runs-on: windows-2022, steps: [{run: a}]}
      lint:
        if: github.event_name == 'pull_request'
        runs-on: ubuntu-latest
        steps: [{run: a}]
      test:
        needs: build
        strategy: {matrix: {py: ['3.11', '3.12']}}
        runs-on: ubuntu-latest
        steps: [{run: a, shell: pwsh}]
      deploy:
        name: Deploy "it"
        needs: [build, test]
        if: needs.test.outputs.go == '1'
        runs-on: ubuntu-latest
        steps: [{run: "${{ secrets.KEY }}"}]
      report: {needs: test, if: failure(), runs-on: ubuntu-latest, steps: [{run: a}]}
    """)


def looked() -> Outlook:
    workflow = read_workflow(TEXT, PATH)
    assert workflow is not None
    github = {"event_name": "push", "ref": "refs/heads/main"}
    return outlook(workflow, {"github": github, "inputs": {}, "vars": {}}, event="push")


def test_the_graph() -> None:
    assert graph_text(looked(), Style()) == snapshot("""\
.github/workflows/ci.yml  on push
  ✓ build
    ✓ test      2 legs: test (3.11), test (3.12)
      ? deploy  needs.test.outputs.go == '1', known when test is done; Deploy "it"; also needs build
      ? report  only when test or build fails
  ⊘ lint        github.event_name == 'pull_request' is false: github.event_name is 'push'

2 of 5 jobs run (3 legs), 2 may, 1 will not\
""")


def test_the_graph_in_ascii() -> None:
    assert graph_text(looked(), Style(unicode=False)).isascii()


def test_the_graph_for_mermaid() -> None:
    assert graph_mermaid(looked()) == snapshot("""\
flowchart LR
  job_build["build"]
  job_lint["lint"]:::no
  job_test["test x 2"]
  job_deploy["Deploy #quot;it#quot;"]:::depends
  job_report["report"]:::depends
  job_build --> job_test
  job_build --> job_deploy
  job_test --> job_deploy
  job_test --> job_report
  classDef no stroke-dasharray: 4 4,opacity:0.5
  classDef depends stroke-dasharray: 4 4\
""")


def test_the_list() -> None:
    listed = [
        Listed(PATH, "ci", ("push",), looked().jobs),
        Listed("b.yml", "b.yml", ("schedule 0 4 * * *",), (), False, "it is no schedule"),
        Listed("c.yml", "c", (), problem="1:1: required key is missing: on"),
    ]
    assert list_text(listed, Style()) == snapshot("""\
.github/workflows/ci.yml  ci
  on push
    build
    lint
    test    2 legs: test (3.11), test (3.12); needs build
    deploy  Deploy "it"; needs build, test
    report  needs test

b.yml
  on schedule 0 4 * * *
  not started now: it is no schedule

c.yml  c
  cannot run: 1:1: required key is missing: on\
""")


def test_the_divergence_report() -> None:
    workflow = read_workflow(TEXT, PATH)
    assert workflow is not None
    places = placed(divergences(workflow, TEXT, Ground(described="Debian 12")), TEXT, PATH)
    assert divergence_text(places, Style()) == snapshot("""\
! .github/workflows/ci.yml:4:20  runs-on: windows-2022: runs on Debian 12 instead, so commands for Windows fail
! .github/workflows/ci.yml:13:29  shell: pwsh: pwsh is not installed here, so the step fails
! .github/workflows/ci.yml:19:24  secrets.KEY: empty here: no such secret was given (--secret KEY)
  .github/workflows/ci.yml:7:14 (and 3 more)  runs-on: ubuntu-latest: runs on Debian 12: only what is installed there is there\
""")  # noqa: E501
    assert divergence_text(places, Style(), heavy_only=True).count("\n") == 2
    assert heavy_count(places) == "3 things may end otherwise at GitHub:"
    assert divergence_json(places)[0] == snapshot(
        {
            "what": "runs-on: windows-2022",
            "path": ".github/workflows/ci.yml",
            "line": 4,
            "col": 20,
            "here": "runs on Debian 12 instead, so commands for Windows fail",
            "may_change_result": True,
        }
    )
    assert problem_text(refusal(places, TEXT), colour=False) == snapshot("""\
error: runs-on: windows-2022: runs on Debian 12 instead, so commands for Windows fail (and 2 more)
  --> .github/workflows/ci.yml:4:20
   4 |   build: {runs-on: windows-2022, steps: [{run: a}]}
     |                    ^^^^^^^^^^^^
fix: run without --strict to see how far it goes here\
""")


def test_nothing_that_weighs_is_no_sentence() -> None:
    assert heavy_count([]) == ""
    assert divergence_text([], Style()) == ""


NAMES = st.sampled_from(["a", "b", "c", "d", "e", "A-b", "end"])
JOBS = st.builds(
    JobOutlook,
    NAMES,
    st.text(max_size=9),
    st.lists(NAMES, max_size=3).map(tuple),
    st.sampled_from(["yes", "no", "depends"]),
    st.text(max_size=9),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(JOBS, max_size=6, unique_by=lambda job: job.id))
def test_any_graph_shows_each_job_once_even_in_circles(jobs: list[JobOutlook]) -> None:
    seen = Outlook(tuple(jobs))
    text = graph_text(seen, Style()).split("\n")
    for job in jobs:
        assert sum(line.lstrip()[2:].split("  ")[0].strip() == job.id for line in text) >= 1
    assert graph_mermaid(seen).startswith("flowchart LR")


def test_a_wide_graph_is_drawn_at_once() -> None:
    layers = [
        JobOutlook(f"j{n}-{k}", "", tuple(f"j{n - 1}-{i}" for i in range(5)) if n else ())
        for n in range(30)
        for k in range(5)
    ]
    assert "j29-4" in graph_text(Outlook(tuple(layers)), Style())


def test_strict_says_what_and_where() -> None:
    workflow = read_workflow(TEXT, PATH)
    assert workflow is not None
    places = placed(divergences(workflow, TEXT, Ground()), TEXT, PATH)
    with pytest.raises(Problem, match="windows-2022"):
        raise refusal(places, TEXT)
