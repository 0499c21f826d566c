"""Which views there are, where they write, and runs that come one after the other."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from placid.core.pipeline.asked import Asked
from placid.core.pipeline.facts import LegEnded, LegStarted, RunEnded
from placid.faces.running.hearing import Streams, hearing
from placid.faces.running.region import write_safely
from placid.faces.running.style import seconds_text, style_of
from tests.faces.running.facts import RED, Event, Line, at, legs, started, tell


class Pipe(io.StringIO):
    """Something that takes Unicode."""

    encoding = "utf-8"


class Screen(Pipe):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def shown(asked: Asked, err: io.StringIO, events: list[Event], **env: str) -> tuple[str, str]:
    """What goes to stdout and stderr."""
    out = Pipe()
    where = Streams(out, err, env)
    hears = hearing(asked, root=asked.folder, folder=lambda _: asked.folder, streams=where)
    hears.plan({"lint": "lint", "test": "test"})
    tell(hears, events)
    hears.close()
    return out.getvalue(), err.getvalue()


def test_plain_lines_for_a_pipe(tmp_path: Path) -> None:
    out, err = shown(Asked(tmp_path), io.StringIO(), RED, TERM="xterm")
    assert out.endswith("placid run --failed\n")
    assert err == ""


def test_a_tree_on_a_terminal(tmp_path: Path) -> None:
    out, err = shown(Asked(tmp_path), Screen(), RED, TERM="xterm")
    assert out == ""
    assert "\x1b[31m✗" in err


@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {"TERM": "xterm", "CI": "true"}, {}])
def test_plain_lines_where_nothing_can_move(tmp_path: Path, env: dict[str, str]) -> None:
    out, err = shown(Asked(tmp_path), Screen(), RED, **env)
    assert "▶ test (3.11) > Run pytest" in out
    assert err == ""


def test_no_colours_when_asked(tmp_path: Path) -> None:
    _, err = shown(Asked(tmp_path), Screen(), RED, TERM="xterm", NO_COLOR="1")
    assert "\x1b[31m" not in err
    forced = style_of(io.StringIO(), {"FORCE_COLOR": "1"})
    assert forced.colour
    assert not style_of(io.StringIO(), {"FORCE_COLOR": "1", "NO_COLOR": "1"}).colour


def test_facts_as_json(tmp_path: Path) -> None:
    out, err = shown(Asked(tmp_path, json=True), io.StringIO(), RED)
    kinds = [json.loads(line)["kind"] for line in out.splitlines()]
    assert kinds[0] == "run_started"
    assert kinds[-1] == "run_ended"
    assert len(kinds) == sum(not isinstance(event, Line) for event in RED)
    assert err == ""


def test_inside_of_a_job_at_github(tmp_path: Path) -> None:
    out, _ = shown(Asked(tmp_path), io.StringIO(), RED, GITHUB_ACTIONS="true", CI="true")
    assert "::group::▶ test (3.11) > Run pytest" in out
    token = out.partition("::stop-commands::")[2].partition("\n")[0]
    assert len(token) == 32


def test_reports_are_written_at_the_end(tmp_path: Path) -> None:
    files = {name: tmp_path / name for name in ("report", "junit", "summary")}
    asked = Asked(tmp_path, report=files["report"], junit=files["junit"], summary=files["summary"])
    shown(asked, io.StringIO(), RED)
    assert json.loads(files["report"].read_text())["result"] == "failure"
    assert all(path.stat().st_size for path in files.values())
    assert sorted(tmp_path.iterdir()) == sorted(files.values())


@pytest.mark.parametrize("screen", [True, False])
def test_runs_one_after_the_other_each_have_an_end(tmp_path: Path, screen: bool) -> None:
    second: list[Event] = [
        started("b.yml"),
        legs("a", "a"),
        LegStarted("a", at(0)),
        LegEnded("a", "success", at(1)),
        RunEnded("success", at(1)),
    ]
    err = Screen() if screen else io.StringIO()
    out, told = shown(Asked(tmp_path), err, [*RED, *second], TERM="xterm", NO_COLOR="1")
    text = told if screen else out
    assert text.count("run 12 failed") == 1
    assert text.count("run 12 succeeded") == 1


def test_what_a_stream_cannot_say_is_written_otherwise() -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    write_safely(out, "é\n")
    assert raw.getvalue() == b"\\xe9\n"
    assert not style_of(out, {}).unicode


def test_a_reader_that_went_away_ends_nothing() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as out:
        for _ in range(3):
            write_safely(out, "x" * 100_000)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.6, "1 min"),
        (61, "1 min 1 s"),
        (3600, "1 h"),
        (3725, "1 h 2 min"),
        (-1, "0.0 s"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text
