"""Search in kept logs: the right lines with the right numbers, fast, from facts or files alone."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from placid.base.errors import Problem
from placid.core.pipeline.facts import Fact
from placid.edge.store.places import open_ledger
from placid.faces.running.log_command import fact_lines, log_lines
from placid.faces.running.logs import Search, StepLog, run_folder, search_logs, step_logs
from placid.faces.running.style import Style
from tests.faces.running.facts import RED, Line

STYLE = Style()


def kept(root: Path) -> Path:
    """A repository in which RED ran as run 12, and an older run without facts."""
    folder = root / ".placid" / "runs" / "12"
    for name, text in {
        "lint/0.log": "All checks passed!\n",
        "test-3.11/0.log": "##[group]pytest -q\n##[endgroup]\ncollected 3 items\nE  assert 1\n",
    }.items():
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(text)
    old = root / ".placid" / "runs" / "9" / "a"
    old.mkdir(parents=True)
    (old / "0.log").write_bytes(b"one\r\ntwo")
    (root / "placid.yaml").write_text("app: shop\n")
    facts: list[Fact] = [event for event in RED if not isinstance(event, Line)]
    with open_ledger("", root / ".placid") as ledger:
        ledger.append("run/shop/12", 0, [msgspec.json.encode(fact) for fact in facts])
    return root


def found(root: Path, search: Search) -> str:
    return "\n".join(log_lines(root, search, STYLE))


@pytest.mark.parametrize(
    ("search", "lines"),
    [
        (
            Search(),
            snapshot("""\
✓ lint > Run ruff check  0.4 s
All checks passed!
✗ test (3.11) > Run pytest  3.1 s  Process completed with exit code 1.
▸ pytest -q
collected 3 items
E  assert 1\
"""),
        ),
        (
            Search(text="assert"),
            snapshot("""\
✗ test (3.11) > Run pytest  3.1 s  Process completed with exit code 1.
4: E  assert 1\
"""),
        ),
        (
            Search(regex="^All|items$"),
            snapshot("""\
✓ lint > Run ruff check  0.4 s
1: All checks passed!
✗ test (3.11) > Run pytest  3.1 s  Process completed with exit code 1.
3: collected 3 items\
"""),
        ),
        (
            Search(failed=True, last=1),
            snapshot("""\
✗ test (3.11) > Run pytest  3.1 s  Process completed with exit code 1.
E  assert 1\
"""),
        ),
        (
            Search(job="TEST", step="unit"),
            snapshot("""\
✗ test (3.11) > Run pytest  3.1 s  Process completed with exit code 1.
▸ pytest -q
collected 3 items
E  assert 1\
"""),
        ),
        (
            Search(job="lint", step="1"),
            snapshot("""\
✓ lint > Run ruff check  0.4 s
All checks passed!\
"""),
        ),
        (Search(text="nowhere"), ""),
        (Search("9"), "a > 0\none\ntwo"),
    ],
)
def test_search(tmp_path: Path, search: Search, lines: str) -> None:
    assert found(kept(tmp_path), search) == lines


@pytest.mark.parametrize(
    ("search", "what"),
    [
        (Search("11"), "no run has the number 11"),
        (Search("x"), "no run has the number x"),
        (Search(job="tset"), "no job with a log is called 'tset'"),
        (Search(step="unti"), "no step with a log is called 'unti'"),
        (Search(regex="("), "is no regular expression"),
    ],
)
def test_what_is_not_there_is_a_problem(tmp_path: Path, search: Search, what: str) -> None:
    with pytest.raises(Problem, match=re.escape(what)):
        found(kept(tmp_path), search)


def test_no_run_at_all(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="no run is kept here"):
        run_folder(tmp_path, "last")


def test_facts_as_they_are_stored(tmp_path: Path) -> None:
    lines = list(fact_lines(kept(tmp_path), Search()))
    assert len(lines) == sum(not isinstance(event, Line) for event in RED)
    assert '"kind":"run_started"' in lines[0]


def test_a_log_that_is_gone_or_empty_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "empty.log").touch()
    steps = [
        StepLog(tmp_path / "empty.log", "a", "a", "one"),
        StepLog(tmp_path / "gone.log", "a", "a", "two"),
    ]
    assert list(search_logs(steps, Search(), STYLE)) == ["a > one", "a > two", "(its log is gone)"]
    assert list(search_logs(steps, Search(text="x"), STYLE)) == []


@settings(max_examples=60, deadline=None)
@given(
    lines=st.lists(st.text(st.sampled_from("ab \u00e9"), max_size=6), max_size=9),
    text=st.text(st.sampled_from("ab"), min_size=1, max_size=2),
    newline=st.booleans(),
)
def test_a_search_finds_what_reading_finds(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], text: str, newline: bool
) -> None:
    folder = tmp_path_factory.mktemp("log") / "a"
    folder.mkdir()
    (folder / "0.log").write_text("\n".join(lines) + ("\n" if newline else ""))
    wanted = [f"{number}: {line}" for number, line in enumerate(lines, 1) if text in line]
    for search in (Search(text=text), Search(regex=f"^.*{text}")):
        shown = list(search_logs(step_logs(folder.parent, []), search, STYLE))
        assert shown[1:] == wanted
