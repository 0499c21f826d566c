"""JSON, JUnit and Markdown: what is in them, and that they come in one piece."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from placid.base.errors import Problem
from placid.core.pipeline.facts import RunEnded
from placid.faces.running.junit import junit
from placid.faces.running.progress import Progress
from placid.faces.running.reports import Reports, json_report
from placid.faces.running.summary import summary
from placid.faces.running.tails import tail_of
from tests.faces.running.facts import RED, Event, Line, at, runs, started, tell


def kept(tmp_path: Path) -> Path:
    """A run's folder with the logs of RED."""
    log = tmp_path / "test-3.11" / "0.log"
    log.parent.mkdir()
    log.write_text("##[group]pytest -q\n##[endgroup]\ncollected 3 items\nE  assert 1 == 2 ```\n")
    log.with_suffix(".md").write_text("**3 tests**, one failed\n")
    return tmp_path


def written(tmp_path: Path, events: list[Event]) -> dict[str, str]:
    folder = kept(tmp_path)
    files = {kind: tmp_path / f"out.{kind}" for kind in ("report", "junit", "summary")}
    reports = Reports(files, lambda _: folder)
    reports.plan({"lint": "lint", "test": "test", "deploy": "deploy"})
    tell(reports, events)
    reports.close()
    return {kind: path.read_text() for kind, path in files.items()}


def test_json_has_what_conform_wants(tmp_path: Path) -> None:
    page = json.loads(written(tmp_path, RED)["report"])
    short = {
        "result": page["result"],
        "jobs": [
            {
                **{key: job[key] for key in ("id", "name", "result")},
                "steps": [
                    {key: step[key] for key in ("id", "name", "outcome", "conclusion")}
                    for step in job["steps"]
                ],
            }
            for job in page["jobs"]
        ],
    }
    assert short == snapshot(
        {
            "result": "failure",
            "jobs": [
                {
                    "id": "lint",
                    "name": "lint",
                    "result": "success",
                    "steps": [
                        {
                            "id": "",
                            "name": "Run ruff check",
                            "outcome": "success",
                            "conclusion": "success",
                        }
                    ],
                },
                {
                    "id": "test",
                    "name": "test (3.11)",
                    "result": "failure",
                    "steps": [
                        {
                            "id": "unit",
                            "name": "Run pytest",
                            "outcome": "failure",
                            "conclusion": "failure",
                        },
                        {"id": "", "name": "Upload", "outcome": "skipped", "conclusion": "skipped"},
                    ],
                },
                {"id": "test", "name": "test (3.12)", "result": "cancelled", "steps": []},
                {"id": "deploy", "name": "deploy", "result": "skipped", "steps": []},
            ],
        }
    )


def test_junit(tmp_path: Path) -> None:
    assert written(tmp_path, RED)["junit"] == snapshot("""\
<?xml version="1.0" encoding="utf-8"?>
<testsuites name=".github/workflows/ci.yml (push)" time="3.600" tests="5" failures="1" errors="1" skipped="2">
  <testsuite name="lint" time="0.500" timestamp="2026-11-23T12:00:00" failures="0" errors="0" skipped="0" tests="1">
    <testcase name="Run ruff check" classname="lint" time="0.400" />
  </testsuite>
  <testsuite name="test (3.11)" time="3.400" timestamp="2026-11-23T12:00:00" failures="1" errors="0" skipped="1" tests="2">
    <testcase name="Run pytest" classname="test (3.11)" time="3.100">
      <failure message="Process completed with exit code 1.">tests/test_a.py:3: assert 1 == 2
collected 3 items
E  assert 1 == 2 ```</failure>
    </testcase>
    <testcase name="Upload" classname="test (3.11)" time="0.000">
      <skipped message="a step before it failed" />
    </testcase>
  </testsuite>
  <testsuite name="test (3.12)" time="0.000" failures="0" errors="1" skipped="0" tests="1">
    <testcase name="test (3.12)" classname="test">
      <error message="cancelled" />
    </testcase>
  </testsuite>
  <testsuite name="deploy" time="0.000" failures="0" errors="0" skipped="1" tests="1">
    <testcase name="deploy" classname="deploy">
      <skipped message="it needs test, which failed" />
    </testcase>
  </testsuite>
</testsuites>
""")  # noqa: E501


def test_markdown(tmp_path: Path) -> None:
    assert written(tmp_path, RED)["summary"] == snapshot("""\
## ❌ `.github/workflows/ci.yml` for push: failure in 3.6 s

| job | result | time | |
| --- | --- | ---: | --- |
| lint | ✅ success | 0.5 s |  |
| test (3.11) | ❌ failure | 3.4 s | Run pytest: Process completed with exit code 1. |
| test (3.12) | ⏹️ cancelled |  |  |
| deploy | ⏭️ skipped |  | it needs test, which failed |

### test (3.11): Run pytest
- error: assert 1 == 2 (`tests/test_a.py:3:5`)

````text
collected 3 items
E  assert 1 == 2 ```
````

Not as at GitHub, test (3.11):

- Python 3.11.2 was used

### test (3.11): summary

**3 tests**, one failed
""")


def test_several_runs_are_one_report(tmp_path: Path) -> None:
    second: list[Event] = [started("b.yml"), RunEnded("success", at(1))]
    page = json.loads(written(tmp_path, [*RED, *second])["report"])
    assert page["result"] == "failure"
    assert len(page["jobs"]) == 4


def test_a_report_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    reports = Reports({"report": tmp_path / "no" / "such.json"}, lambda _: tmp_path)
    with pytest.raises(Problem, match="the report cannot be written"):
        reports.close()
    assert list(tmp_path.iterdir()) == []


def test_the_tail_of_a_log_that_is_gone_is_nothing(tmp_path: Path) -> None:
    assert tail_of(tmp_path / "no.log") == []


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_facts_in_any_order_make_readable_reports(data: st.DataObject) -> None:
    events = data.draw(st.permutations(data.draw(runs())))
    progress = Progress()
    for event in events:
        if not isinstance(event, Line):
            progress.happened(event)
    page = json.loads(json_report([progress]))
    assert page["result"] in ("success", "failure", "cancelled", "skipped")
    root = Xml.fromstring(junit([(progress, Path("none"))]))
    assert len(root) == len(page["jobs"])
    assert len(root.findall(".//testcase")) == int(root.get("tests", ""))
    table = [line for line in summary(progress, Path("none")).splitlines() if line.startswith("| ")]
    assert len(table) == len(page["jobs"]) + 2
