"""What `placid init --workflow` writes really runs green under `placid run`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from placid.base.errors import Problem
from placid.faces.cli import cli
from placid.faces.init import init_workflow
from tests.e2e.run.harness import Repository

PYTHON = {
    "shop.py": "def total(prices): return sum(prices)\n",
    "tests/test_shop.py": "import unittest\n\nfrom shop import total\n\n\n"
    "class Till(unittest.TestCase):\n    def test_it(self):\n"
    "        self.assertEqual(total([2, 3]), 5)\n",
}
NODE = {
    "package.json": '{"name": "shop", "scripts": {"test": "node --test", "build": "node shop.js"}}',
    "package-lock.json": '{"name": "shop", "lockfileVersion": 3, "packages": {"": {}}}',
    "shop.js": "console.log('built')\n",
    "shop.test.js": "require('node:test')('it', () => {})\n",
}
DEPLOY = ".github/workflows/deploy.yml"


def drafted(folder: Path, files: dict[str, str]) -> Repository:
    """A repository of these files with its drafted workflow, in one commit."""
    repository = Repository(folder, files, git=True)
    report = init_workflow(folder, force=False)
    assert report.path == folder / DEPLOY
    repository.commit("a workflow")
    return repository


def network() -> list[str]:
    """The options that let pip find its index, where this machine has settings for it."""
    names = ("PIP_CERT", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "SSL_CERT_FILE", "HTTPS_PROXY")
    return [word for name in names if name in os.environ for word in ("--pass", name)]


@pytest.mark.promise("workflow")
def test_python_alone_is_tested_built_and_nothing_more_is_needed(tmp_path: Path) -> None:
    ran = drafted(tmp_path, PYTHON).run(jobs=("build",))
    assert {job.id: job.result for job in ran.whole.jobs if job.result != "skipped"} == {
        "test": "success",
        "build": "success",
    }
    assert "Ran 1 test" in ran.log("Test", "test")


def test_its_graph_is_a_chain_of_jobs(tmp_path: Path) -> None:
    shown = drafted(tmp_path, PYTHON).placid("--graph")
    assert [line.split()[1] for line in shown.out.splitlines()[1:5]] == [
        *("test", "build", "deploy", "security-scan"),
    ]
    assert "4 of 4 jobs run" in shown.out


def test_node_is_tested_and_built(tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed: apt-get install npm")
    ran = drafted(tmp_path, NODE).run(jobs=("build",))
    assert ran.job("test").result == "success", ran.logs()
    assert ran.job("build").result == "success", ran.logs()
    assert "built" in ran.log("Build", "build")


def test_a_commit_that_fails_its_tests_is_not_built(tmp_path: Path) -> None:
    ran = drafted(tmp_path, {**PYTHON, "shop.py": "def total(prices): return 0\n"}).run(
        jobs=("build",)
    )
    assert (ran.job("test").result, ran.job("build").result) == ("failure", "skipped")


def test_the_whole_workflow_is_green(tmp_path: Path) -> None:
    asked = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "zizmor==1.32.0"]
    done = subprocess.run([*asked, "-d", str(tmp_path)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("no package index answers: give pip a way to one")
    shown = drafted(tmp_path / "shop", PYTHON).placid(*network())
    assert shown.code == 0, shown.out
    assert [(job.id, job.result) for job in shown.ran.whole.jobs] == [
        ("test", "success"),
        ("build", "success"),
        ("security-scan", "success"),
        ("deploy", "success"),
    ]


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    repository = drafted(tmp_path, PYTHON)
    repository.write(DEPLOY, "mine")
    beside = init_workflow(tmp_path, force=False)
    assert beside.path == tmp_path / ".github/workflows/ci.yml"
    assert "deploy:" not in beside.text
    with pytest.raises(Problem, match=r"there are .*deploy\.yml and .*ci\.yml already"):
        init_workflow(tmp_path, force=False)
    assert (tmp_path / DEPLOY).read_text() == "mine"
    assert init_workflow(tmp_path, force=True).path == tmp_path / DEPLOY


def test_placid_yaml_says_the_branch_and_how_to_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = "app: shop\nsource: {branch: trunk}\nservice: {build: ./make.sh, run: ./shop}\n"
    Repository(tmp_path, {**PYTHON, "placid.yaml": config}, git=True)
    monkeypatch.chdir(tmp_path)
    shown = CliRunner().invoke(cli, ["init", "--workflow"])
    assert shown.exit_code == 0, shown.output
    assert "branches: [trunk]" in shown.stdout
    assert "run: ./make.sh" in (tmp_path / DEPLOY).read_text()
    assert "deploy: placid serve does it" in shown.stderr
