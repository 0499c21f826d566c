"""Differences told against this machine, and a start without what a run does not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from placid.app.running import known_actions
from placid.app.sites import site
from placid.base.errors import Problem
from placid.core.pipeline.asked import Asked
from placid.faces.running.differing import announce, differing, ground_of
from placid.formats.workflows import read_workflow

TEXT = """\
on: push
jobs:
  a:
    runs-on: windows-2022
    steps:
      - uses: actions/checkout@v5
      - run: echo ${{ secrets.KEY }}
"""


def test_told_beforehand_or_meanwhile(tmp_path: Path) -> None:
    asked = Asked(tmp_path, secrets={"github_token": "x"})
    actions = known_actions(site(tmp_path), asked)
    workflow = read_workflow(TEXT, "ci.yml")
    assert workflow is not None
    places = differing(asked, workflow, TEXT, "ci.yml", actions)
    assert "done by placid" in next(each for each in places if each.line == 6).difference.here
    told: list[str] = []
    announce(places, TEXT, asked, told.append)
    assert told[0] == "2 things may end otherwise at GitHub:"
    assert "secrets.KEY: empty here" in told[1]
    with pytest.raises(Problem, match="windows-2022"):
        announce(places, TEXT, Asked(tmp_path, strict=True), told.append)
    announce([], TEXT, Asked(tmp_path, strict=True), told.append)
    assert len(told) == 2


def test_this_machine_is_described(tmp_path: Path) -> None:
    ground = ground_of(Asked(tmp_path, secrets={"github_token": "x"}, offline=True))
    assert ground.token
    assert not ground.network
    assert ground.described
    assert ground.cores > 0


def test_a_run_starts_without_click_and_an_event_loop(tmp_path: Path) -> None:
    code = (
        "import sys, placid.__main__\n"
        "from placid.faces.running import cli_run, hearing, plain\n"
        "cli_run.asked(['--log', 'none'])\n"
        "print([n for n in ('click', 'asyncio', 'anyio', 'rich', 'argparse') if n in sys.modules])"
    )
    argv = [sys.executable, "-c", code]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_problem_ends_with_2_and_names_the_nearest(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "placid", "run", "--evnt", "push"]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        "error: placid run has no option --evnt\nfix: did you mean --event? see placid run --help\n"
    )
