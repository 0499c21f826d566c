"""Plain lines: each job's steps together, every line once, nothing that commands a job outside."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from placid.core.pipeline.asked import Log
from placid.core.pipeline.facts import (
    Annotation,
    LegEnded,
    LegStarted,
    LegWaits,
    RunEnded,
    StepDone,
    StepStarted,
)
from placid.faces.running.annotations import Excerpts, annotation_text
from placid.faces.running.plain import Plain
from placid.faces.running.style import Style
from tests.faces.running.facts import FAILURE, RED, Event, Line, at, legs, runs, started, tell

LOGS: tuple[Log, ...] = ("full", "failed", "none")


def plain(events: list[Event], log: Log = "full", token: str = "", close: bool = True) -> str:
    out: list[str] = []
    view = Plain(out.append, Style(), log=log, token=token, close=close)
    tell(view, events)
    view.close()
    return "".join(out)


def test_a_run_that_fails() -> None:
    assert plain(RED) == snapshot("""\
run 12  .github/workflows/ci.yml  push  main at 1a2b3c4d5e  Fix the price
▶ test (3.11) > Run pytest
▸ pytest -q
collected 3 items
E  assert 1 == 2
::warning::not for the job outside
✗ 3.1 s  Process completed with exit code 1.
error: assert 1 == 2
  --> tests/test_a.py:3:5
✓ lint > Run ruff check  0.4 s
All checks passed!
✓ lint  success  0.5 s
⊘ test (3.11) > Upload  skipped: a step before it failed
✗ test (3.11)  failure  3.4 s
⊘ deploy  skipped: it needs test, which failed
cancelling test (3.12), asked by placid: fail-fast: test (3.11) failed
◼ test (3.12)  cancelled

✓ lint         success    0.5 s
✗ test (3.11)  failure    3.4 s  Run pytest: Process completed with exit code 1.
◼ test (3.12)  cancelled
⊘ deploy       skipped           it needs test, which failed

test (3.11) > Run pytest, its last lines:
    collected 3 items
    E  assert 1 == 2
    ::warning::not for the job outside

not as at GitHub:
  test (3.11): Python 3.11.2 was used

✗ run 12 failed in 3.6 s (1 passed, 1 failed, 1 cancelled, 1 skipped)
  placid log --run 12 --failed   placid run --failed
""")


def test_only_the_logs_of_what_failed() -> None:
    assert plain(RED, "failed").split("\n\n")[0] == snapshot("""\
run 12  .github/workflows/ci.yml  push  main at 1a2b3c4d5e  Fix the price
✓ lint > Run ruff check  0.4 s
✓ lint  success  0.5 s
✗ test (3.11) > Run pytest  3.1 s  Process completed with exit code 1.
▸ pytest -q
collected 3 items
E  assert 1 == 2
::warning::not for the job outside
error: assert 1 == 2
  --> tests/test_a.py:3:5
⊘ test (3.11) > Upload  skipped: a step before it failed
✗ test (3.11)  failure  3.4 s
⊘ deploy  skipped: it needs test, which failed
cancelling test (3.12), asked by placid: fail-fast: test (3.11) failed
◼ test (3.12)  cancelled\
""")


def test_no_logs() -> None:
    assert plain(RED, "none").split("\n\n")[0] == snapshot("""\
run 12  .github/workflows/ci.yml  push  main at 1a2b3c4d5e  Fix the price
✓ lint > Run ruff check  0.4 s
✓ lint  success  0.5 s
✗ test (3.11) > Run pytest  3.1 s  Process completed with exit code 1.
error: assert 1 == 2
  --> tests/test_a.py:3:5
⊘ test (3.11) > Upload  skipped: a step before it failed
✗ test (3.11)  failure  3.4 s
⊘ deploy  skipped: it needs test, which failed
cancelling test (3.12), asked by placid: fail-fast: test (3.11) failed
◼ test (3.12)  cancelled\
""")


def test_inside_of_a_job_at_github() -> None:
    assert plain(RED, token="T0K") == snapshot("""\
run 12  .github/workflows/ci.yml  push  main at 1a2b3c4d5e  Fix the price
::group::▶ test (3.11) > Run pytest
▸ pytest -q
collected 3 items
E  assert 1 == 2
::stop-commands::T0K
::warning::not for the job outside
::T0K::
::endgroup::
✗ 3.1 s  Process completed with exit code 1.
::error file=tests/test_a.py,line=3,col=5::assert 1 == 2
✓ lint > Run ruff check  0.4 s
All checks passed!
✓ lint  success  0.5 s
⊘ test (3.11) > Upload  skipped: a step before it failed
✗ test (3.11)  failure  3.4 s
⊘ deploy  skipped: it needs test, which failed
cancelling test (3.12), asked by placid: fail-fast: test (3.11) failed
◼ test (3.12)  cancelled

✓ lint         success    0.5 s
✗ test (3.11)  failure    3.4 s  Run pytest: Process completed with exit code 1.
◼ test (3.12)  cancelled
⊘ deploy       skipped           it needs test, which failed

test (3.11) > Run pytest, its last lines:
    collected 3 items
    E  assert 1 == 2
    ::stop-commands::T0K
    ::warning::not for the job outside
    ::T0K::

not as at GitHub:
  test (3.11): Python 3.11.2 was used

✗ run 12 failed in 3.6 s (1 passed, 1 failed, 1 cancelled, 1 skipped)
  placid log --run 12 --failed   placid run --failed
""")


def test_the_first_leg_comes_out_as_it_goes_and_the_others_when_they_end() -> None:
    out: list[str] = []
    view = Plain(out.append, Style(), close=False)
    tell(view, [legs("a", "a"), legs("b", "b"), LegStarted("a", at(0)), LegStarted("b", at(0))])
    tell(view, [StepStarted("a", 0, "one", at(0)), StepStarted("b", 0, "two", at(0))])
    tell(view, [Line("a", 0, "a1"), Line("b", 0, "b1"), Line("a", 0, "a2")])
    assert "".join(out) == "▶ a > one\na1\na2\n"
    tell(view, [StepDone("b", 0, "two", "success", "success", at(1))])
    tell(view, [LegEnded("b", "success", at(1)), Line("a", 0, "a3")])
    assert "".join(out) == "▶ a > one\na1\na2\na3\n"
    tell(view, [StepDone("a", 0, "one", "success", "success", at(2), seconds=2)])
    assert "".join(out) == snapshot("""\
▶ a > one
a1
a2
a3
✓ 2.0 s
✓ b > two  0.0 s
b1
✓ b  success
""")


def test_steps_in_the_background_come_out_one_after_another() -> None:
    events: list[Event] = [
        LegStarted("a", at(0)),
        StepStarted("a", 0, "serve", at(0)),
        StepStarted("a", 1, "test", at(0)),
        Line("a", 0, "listening"),
        Line("a", 1, "ok"),
        StepDone("a", 1, "test", "success", "success", at(1), seconds=1),
        Line("a", 0, "GET /"),
        StepDone("a", 0, "serve", "cancelled", "cancelled", at(2), seconds=2),
        LegEnded("a", "success", at(2)),
    ]
    assert plain(events, close=False) == snapshot("""\
▶ a > serve
listening
GET /
◼ 2.0 s
✓ a > test  1.0 s
ok
✓ a  success
""")


def test_a_run_that_was_killed_has_an_end() -> None:
    events: list[Event] = [
        started(),
        legs("a", "a"),
        LegStarted("a", at(0)),
        StepStarted("a", 0, "one", at(0)),
        Line("a", 0, "half"),
    ]
    assert plain(events) == snapshot("""\
run 12  .github/workflows/ci.yml  push  main at 1a2b3c4d5e  Fix the price
▶ a > one
half
◼ never ended

▶ a  running

◼ run 12 was cancelled in 0.0 s: it was interrupted
""")


def test_a_leg_that_waits_says_what_for() -> None:
    events: list[Event] = [legs("a", "a"), LegWaits("a", "approval for production", at(0))]
    assert plain(events, close=False) == "· a  waits: approval for production\n"


def test_a_wrong_line_is_underlined_in_its_file(tmp_path: Path) -> None:
    source = tmp_path / "tests" / "test_a.py"
    source.parent.mkdir()
    source.write_text("import a\n\n    assert 1 == 2\n")
    assert annotation_text(FAILURE, Style(), Excerpts(tmp_path)) == snapshot("""\
error: assert 1 == 2
  --> tests/test_a.py:3:5
   3 |     assert 1 == 2
     |     ^\
""")


def test_a_source_line_is_masked_and_files_outside_are_never_read(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret").write_text("hunter2\n")
    (tmp_path / "in" / "f").write_text("key = hunter2\n")
    excerpts = Excerpts(tmp_path / "in", lambda text: text.replace("hunter2", "***"))
    inside = annotation_text(Annotation("error", "no", "f", 1), Style(), excerpts)
    outside = annotation_text(Annotation("error", "no", "../secret", 1), Style(), excerpts)
    assert "key = ***" in inside
    assert "hunter2" not in inside + outside
    assert outside == "error: no\n  --> ../secret:1"


@settings(max_examples=40, deadline=None)
@given(runs())
def test_each_line_comes_out_once_and_a_steps_lines_together(events: list[Event]) -> None:
    lines = [event for event in events if isinstance(event, Line)]
    text = plain(events, close=False)
    shown = re.findall(r"<[^<>\n]*>(?=\n)", text)
    assert sorted(shown) == sorted(line.text for line in lines)
    for one in lines:
        same = [line.text for line in lines if (line.leg, line.index) == (one.leg, one.index)]
        assert "\n".join(same) + "\n" in text


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from(LOGS), st.sampled_from(["", "T0K"]))
def test_facts_in_any_order_lose_no_line(data: st.DataObject, log: Log, token: str) -> None:
    events = data.draw(st.permutations(data.draw(runs())))
    text = plain(list(events), log, token)
    body = plain(list(events), "full", token, close=False)
    assert any(isinstance(event, RunEnded) for event in events)
    assert "run " in text
    for event in events:
        if isinstance(event, Line):
            assert len(re.findall(f"(?m)^{re.escape(event.text)}$", body)) == 1


@given(st.text(max_size=30))
def test_no_line_of_a_step_commands_the_job_outside(text: str) -> None:
    said = f"::error::{text}".replace("\n", " ").replace("\r", " ")
    events: list[Event] = [
        LegStarted("a", at(0)),
        StepStarted("a", 0, "one", at(0)),
        Line("a", 0, said),
        StepDone("a", 0, "one", "failure", "failure", at(1)),
        LegEnded("a", "failure", at(1)),
        RunEnded("failure", at(1)),
    ]
    lines = plain(events, token="T0K").split("\n")
    for number, line in enumerate(lines):
        if line.strip().startswith("::error::"):
            assert lines[number - 1].strip() == "::stop-commands::T0K"
            assert lines[number + 1].strip() == "::T0K::"
