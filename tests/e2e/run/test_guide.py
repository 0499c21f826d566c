"""What docs/guide/run.md says of `placid run` is so."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from placid.faces.running.options import parse
from tests.e2e.run.harness import here

GUIDE = Path(__file__).parents[3] / "docs/guide/run.md"
LINES = [
    line.removeprefix("placid run").partition(" #")[0]
    for block in re.findall(r"```\n(.*?)```", GUIDE.read_text(), re.S)
    for line in block.splitlines()
    if line.startswith("placid run")
]
OPTIONS = sorted({word for word in re.findall(r"`(--[a-z-]+)", GUIDE.read_text())})
ACT = {"--artifact-server-path", "--cache-server-path", "--action-offline-mode", "--secret-file"}
ELSEWHERE = {"--workflow", "--force", *ACT}
STRANGE = """
on: push
jobs:
  a:
    runs-on: windows-latest
    steps:
      - run: echo "token=[${{ github.token }}]"
        shell: bash
"""
PURE = """
on: push
jobs:
  docs:
    runs-on: ubuntu-latest
    steps: [{run: echo made}]
"""


@pytest.mark.parametrize("line", LINES)
def test_a_command_of_the_guide_has_options_that_there_are(line: str) -> None:
    assert parse(shlex.split(line))


@pytest.mark.parametrize("option", [each for each in OPTIONS if each not in ELSEWHERE])
def test_an_option_of_the_guide_is_there(option: str, tmp_path: Path) -> None:
    told = here(tmp_path, PURE).placid("--help").out
    assert re.search(rf"{option}\b", told)


@pytest.mark.promise("run")
def test_what_would_end_otherwise_is_told_and_refused_under_strict(tmp_path: Path) -> None:
    repository = here(tmp_path, STRANGE, git=True)
    shown = repository.placid()
    assert shown.code == 0, shown.err
    assert shown.whole is not None
    assert any("windows-latest" in str(each) for each in shown.whole.differs)
    assert ".github/workflows/ci.yml" in shown.err
    refused = repository.placid("--strict")
    assert refused.code == 2
    assert refused.ran.whole.jobs == []
    assert "runs-on: windows-latest: runs on " in refused.err


def test_the_token_is_empty_unless_it_is_given(tmp_path: Path) -> None:
    repository = here(tmp_path, STRANGE, git=True)
    assert "token=[]" in repository.placid().out
    given = repository.placid("--secret", "GITHUB_TOKEN", GITHUB_TOKEN="ghs_onlyforthistest")
    assert "token=[***]" in given.out
    assert "ghs_onlyforthistest" not in given.out + given.err


def test_placid_yaml_declares_a_pure_job(tmp_path: Path) -> None:
    config = 'app: shop\nservice: {run: "true"}\npipeline: {pure: {docs: ["docs/**"]}}\n'
    files = {"placid.yaml": config, "docs/a.md": "a", "b": "b"}
    repository = here(tmp_path, PURE, files)
    assert "taken from run" not in repository.placid().out
    repository.write("b", "changed")
    repository.commit("another file")
    assert "taken from run 1" in repository.placid().out
    repository.write("docs/a.md", "changed")
    repository.commit("what it reads")
    assert "taken from run" not in repository.placid().out
