"""The tree on a terminal: what a screen shows after each picture, by a small one of its own."""

from __future__ import annotations

import io
import re
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from placid.core.pipeline.asked import Log
from placid.core.pipeline.facts import CancelAsked, Fact, LegEnded, LegStarted, RunStarted
from placid.faces.running.rows import Row, chosen, fitted, width_of
from placid.faces.running.style import Style, calm, tame
from placid.faces.running.tree import Tree
from tests.faces.running.facts import NEW, OLD, RED, Event, Line, at, legs, runs, started, tell

PLAN = {"lint": "lint", "test": "test", "deploy": "deploy", "later": "later"}


class Terminal(io.StringIO):
    """Shows what is written to it: goes up, clears to the end of a line and of the screen."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = [""]
        self.row = 0

    def write(self, text: str, /) -> int:
        for piece in re.findall(r"\x1b\[\??\d*[A-Za-z]|[^\x1b]", text):
            self._one(piece)
        return len(text)

    def _one(self, piece: str) -> None:
        if piece == "\n":
            self.row += 1
            self.lines += [""] * (self.row - len(self.lines) + 1)
            self.column = 0
        elif piece == "\r":
            self.column = 0
        elif piece.endswith("A") and piece.startswith("\x1b"):
            self.row -= int(piece[2:-1])
            assert self.row >= 0
        elif piece == "\x1b[K":
            self.lines[self.row] = self.lines[self.row][: self.column]
        elif piece == "\x1b[J":
            self.lines[self.row] = self.lines[self.row][: self.column]
            del self.lines[self.row + 1 :]
        elif not piece.startswith("\x1b"):
            line = self.lines[self.row]
            self.lines[self.row] = line[: self.column] + piece + line[self.column + 1 :]
            self.column += 1

    column = 0

    def shown(self) -> str:
        return "\n".join(line.rstrip() for line in self.lines)


class Still(Tree):
    """A tree that is drawn when a test says so."""

    def happened(self, fact: Fact) -> None:
        self._ticking = True
        super().happened(fact)


def still(
    terminal: Terminal, log: Log = "failed", size: tuple[int, int] = (70, 24), unicode: bool = True
) -> Still:
    style = Style(unicode=unicode)
    return Still(terminal, style, log=log, planned=PLAN, size=lambda: size)


def drawn(events: list[Event], now: datetime) -> str:
    terminal = Terminal()
    tree = still(terminal)
    tell(tree, events)
    tree.draw(now)
    return terminal.shown()


def test_while_it_runs() -> None:
    assert drawn(RED[:11], at(2)) == snapshot("""\
run 12  .github/workflows/ci.yml  push  main at 1a2b3c4d5e  Fix the price
⠋ lint              1.9 s  Run ruff check 1.8 s
    All checks passed!
⠋ test
  ⠋ test (3.11)     2.0 s  Run pytest 1.8 s
      collected 3 items
  · test (3.12)
· deploy
· later
""")


def test_a_failing_step_unfolds() -> None:
    assert drawn(RED[:17], at(3.4)) == snapshot("""\
run 12  .github/workflows/ci.yml  push  main at 1a2b3c4d5e  Fix the price
✓ lint              0.5 s
⠋ test
  ⠋ test (3.11)     3.4 s
      ✗ Run pytest  3.1 s  Process completed with exit code 1.
        collected 3 items
        E  assert 1 == 2
        ::warning::not for the job outside
  · test (3.12)
· deploy
· later
""")


def test_the_tree_that_stays() -> None:
    terminal = Terminal()
    tree = still(terminal)
    for number in range(len(RED)):
        tell(tree, RED[number : number + 1])
        if number < len(RED) - 1:
            tree.draw(at(number))
    assert terminal.shown() == snapshot("""\
run 12  .github/workflows/ci.yml  push  main at 1a2b3c4d5e  Fix the price
✓ lint              0.5 s
✗ test
  ✗ test (3.11)     3.4 s
      ✗ Run pytest  3.1 s  Process completed with exit code 1.
        collected 3 items
        E  assert 1 == 2
        ::warning::not for the job outside
  ◼ test (3.12)
⊘ deploy                   it needs test, which failed
· later

error: assert 1 == 2
  --> tests/test_a.py:3:5

not as at GitHub:
  test (3.11): Python 3.11.2 was used

✗ run 12 failed in 3.6 s (1 passed, 1 failed, 1 cancelled, 1 skipped)
  placid log --run 12 --failed   placid run --failed
""")


def test_all_logs_go_by_above_the_tree() -> None:
    terminal = Terminal()
    tree = still(terminal, "full")
    for number in range(11):
        tell(tree, RED[number : number + 1])
        tree.draw(at(1))
    assert terminal.shown() == snapshot("""\
run 12  .github/workflows/ci.yml  push  main at 1a2b3c4d5e  Fix the price
▶ test (3.11) > Run pytest
▸ pytest -q
collected 3 items
⠋ lint              0.9 s  Run ruff check 0.8 s
    All checks passed!
⠋ test
  ⠋ test (3.11)     1.0 s  Run pytest 0.8 s
      collected 3 items
  · test (3.12)
· deploy
· later
""")


def test_a_narrow_low_terminal_without_unicode() -> None:
    terminal = Terminal()
    tree = still(terminal, size=(30, 7), unicode=False)
    tell(tree, RED[:17])
    tree.draw(at(4))
    shown = terminal.shown()
    assert shown == snapshot("""\
run 12  .github/workflows/ci.yml  push  main at 1a2b3c4d5e  Fix the price
+ lint              0.5 s
| test
  | test (3.11)     4.0 s
      x Run pytest  3.1 s  P~
  . test (3.12)
  ~ 5 more lines
""")
    assert shown.isascii()


def test_called_workflows_stand_below_their_job() -> None:
    events: list[Event] = [
        started(),
        legs("deploy/build", "deploy / build"),
        legs("deploy/push", "deploy / push (eu)", "deploy / push (us)"),
        LegStarted("deploy / build", at(0)),
        LegEnded("deploy / build", "success", at(1), seconds=1),
        LegStarted("deploy / push (eu)", at(1)),
    ]
    terminal = Terminal()
    tree = Still(terminal, Style(), size=lambda: (70, 24))
    tell(tree, events)
    tree.draw(at(2))
    assert terminal.shown() == snapshot("""\
run 12  .github/workflows/ci.yml  push  main at 1a2b3c4d5e  Fix the price
⠋ deploy
  ✓ build           1.0 s
  ⠋ push
    ⠋ push (eu)     1.0 s
    · push (us)
""")


def test_cancelling_says_how_to_kill() -> None:
    asked = CancelAsked("ada", "Ctrl-C", at(1))
    assert "Ctrl-C once more" in drawn([*RED[:11], asked], at(2))


def test_after_a_crash_a_leg_begins_with_nothing() -> None:
    assert "collected" not in drawn([*RED[:11], LegStarted(OLD, at(5))], at(6))


def test_output_cannot_move_the_cursor() -> None:
    rude = "\x1b[2J\x1b[Hgone\x07\x1b]0;title\x07 \x1b[31mred\x1b[0m 10%\r 90%"
    assert tame(rude) == " 90%"
    assert tame("\x1b[31mred\x1b[0m\tx") == "red    x"
    assert calm("\x1b[2J\x1b[31mred\x1b[0m\x1b[1A\n") == "\x1b[31mred\x1b[0m\n"
    assert "\x1b" not in drawn([*RED[:11], Line(NEW, 0, rude), Line(OLD, 0, rude)], at(2))


def test_a_thread_draws_and_the_end_waits_for_it() -> None:
    terminal = Terminal()
    tree = Tree(terminal, Style(), planned=PLAN, size=lambda: (70, 24))
    tell(tree, RED)
    tree.close()
    assert terminal.shown().count("run 12 failed") == 1


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("", 0)])
def test_columns(text: str, width: int) -> None:
    assert width_of(text) == width


@given(st.lists(st.tuples(st.text(max_size=8), st.sampled_from(["", "red"]))), st.integers(1, 20))
def test_a_row_never_takes_more_columns_than_there_are(
    pieces: list[tuple[str, str]], width: int
) -> None:
    tamed = [(tame(text), colour) for text, colour in pieces]
    assert width_of(fitted(Row(0, *tamed), width, Style())) <= width
    assert width_of(tame(fitted(Row(0, *tamed), width, Style(colour=True)))) <= width


@given(st.lists(st.integers(0, 9), max_size=20), st.integers(0, 12))
def test_the_heavy_rows_stay(weights: list[int], most: int) -> None:
    rows = [Row(weight, (str(number), "")) for number, weight in enumerate(weights)]
    kept = chosen(rows, most)
    assert len(kept) <= max(most, 0)
    real = [row for row in rows if row in kept]
    left = [row.weight for row in rows if row not in kept]
    assert [row for row in kept if row in rows] == real
    assert not left or not real or min(row.weight for row in real) >= max(left)


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from(["full", "failed", "none"]), st.integers(1, 60))
def test_any_order_and_any_size_can_be_drawn(data: st.DataObject, log: Log, size: int) -> None:
    events = data.draw(st.one_of(runs(), st.permutations(data.draw(runs()))))
    terminal = Terminal()
    tree = still(terminal, log, (size, data.draw(st.integers(1, 30))))
    for event in events:
        tell(tree, [event])
        tree.draw(at(5))
    tree.close()
    assert any(isinstance(event, RunStarted) for event in events)
    assert "run 12" in terminal.shown().replace("\n", "")
