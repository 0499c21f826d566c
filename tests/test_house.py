"""The rules of the house that no linter counts: lengths, names, docstrings, facts on paper."""

from __future__ import annotations

import ast
import re
import statistics
import tomllib
from pathlib import Path

import pytest

import placid
import placid.core.rollout.strategies as strategy_folder
from placid.core.rollout.steps import strategies

ROOT = Path(__file__).resolve().parent.parent
SRC = ROOT / "src" / "placid"
FILES = sorted(path for path in SRC.rglob("*.py") if path.read_text().strip())
NAMES = [str(path.relative_to(ROOT)) for path in FILES]
EVERY_FILE = pytest.mark.parametrize("path", FILES, ids=NAMES)

VAGUE = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "service", "handler"}
VAGUE_CLASS = re.compile(
    r"(Manager|Helpers?|Utils?|Handler|Impl)$|^(Base|Abstract)[A-Z]|^I[A-Z][a-z]"
)


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_a_file_is_about_a_hundred_lines() -> None:
    assert statistics.median(map(lines, FILES)) <= 150


@EVERY_FILE
def test_no_file_is_over_500_lines(path: Path) -> None:
    assert lines(path) <= 500


@EVERY_FILE
def test_functions_are_short(path: Path) -> None:
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    lengths = {node.name: (node.end_lineno or 0) - node.lineno + 1 for node in functions}
    assert {name: length for name, length in lengths.items() if length > 40} == {}


@EVERY_FILE
def test_a_module_says_its_theory_in_at_most_15_lines(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text()))
    assert docstring, "no module docstring"
    assert len(docstring.splitlines()) <= 15


@EVERY_FILE
def test_names_are_the_fields_own(path: Path) -> None:
    parts = {
        word for part in path.relative_to(SRC).with_suffix("").parts for word in part.split("_")
    }
    classes = [n.name for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.ClassDef)]
    # A Service is a kind of object there, and so the field's own word.
    kinds = {"service"} if path.parent.name == "kubernetes" else set[str]()
    assert parts & VAGUE <= kinds
    assert [name for name in classes if VAGUE_CLASS.search(name)] == []


def test_every_strategy_has_a_page_to_make_of_its_docstring() -> None:
    loaded = strategies.load(strategy_folder)
    assert {"rolling", "blue-green", "canary"} <= set(loaded.names())
    for name, strategy in loaded:
        assert strategy.spec.__doc__, name
        assert strategy.plan.__doc__ or ast.get_docstring(
            ast.parse(
                (SRC / "core/rollout/strategies" / _file(strategy.plan.__module__)).read_text()
            )
        ), name


def _file(module: str) -> str:
    return module.rpartition(".")[2] + ".py"


@pytest.mark.parametrize("name", ["run", "dev"])
def test_a_lock_names_no_place_of_one_machine(name: str) -> None:
    lock = (ROOT / "requirements" / f"{name}.txt").read_text()
    assert not re.search(
        r"://|--(index-url|extra-index-url|find-links|trusted-host)|(^|[ @])/", lock
    )
    assert all(
        "--hash=sha256:" in block for block in re.split(r"(?m)^(?=[a-z])", lock) if "==" in block
    )


def test_actions_are_pinned_to_commits() -> None:
    workflows = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    used = [use for path in workflows for use in re.findall(r"uses: (.+)", path.read_text())]
    assert used
    assert [
        use for use in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+(\.\d+)*", use)
    ] == []


def test_the_version_is_said_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == placid.__version__
