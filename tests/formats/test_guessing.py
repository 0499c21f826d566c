"""placid init on repositories of many shapes: the file loads, and every guess has a source."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placid.base.errors import Problem
from placid.config import load, parse
from placid.faces.init import Report, init
from placid.formats.guessing import Guess, guess, wanted
from tests.formats.shapes import SHAPES, Shape

EVERY_SHAPE = pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))


def guessed(shape: Shape, branch: str = "main", folder: str = "My Shop") -> Guess:
    texts = {path: text for path, text in shape.files.items() if wanted(path)}
    return guess(
        list(shape.files), texts, folder=folder, branch=branch, containers=shape.containers
    )


@EVERY_SHAPE
def test_a_repository_of_this_shape_is_understood(shape: Shape) -> None:
    found = guessed(shape)
    assert [line for line in shape.lines if line not in found.text.splitlines()] == [], found.text
    told = "\n".join(found.sentences)
    assert [words for words in shape.words if words not in told] == [], told


@EVERY_SHAPE
def test_what_is_written_loads_and_is_short(shape: Shape) -> None:
    found = guessed(shape)
    config = parse(found.text, "placid.yaml", lambda path: path in shape.files)
    assert config.service.run or config.service.image
    assert 5 <= len(found.text.splitlines()) <= 15
    assert all("…" not in line and "TODO" not in line for line in found.text.splitlines())


@EVERY_SHAPE
def test_what_is_not_known_is_said_in_the_file_too(shape: Shape) -> None:
    found = guessed(shape)
    unknown = [line for line in found.sentences if line.startswith("not known: no health route")]
    assert all(f"# {line}" in found.text for line in unknown)


def repository(folder: Path, files: dict[str, str], branch: str = "main") -> Path:
    """A real git repository with these files in one commit."""
    folder.mkdir()
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for words in (["init", "-q", "-b", branch], ["add", "-A"], [*who, "commit", "-qm", "first"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return folder


@EVERY_SHAPE
def test_init_writes_a_file_that_loads(shape: Shape, tmp_path: Path) -> None:
    top = repository(tmp_path / "shop", shape.files)
    report: Report = init(top, force=False)
    assert report.path == top / "placid.yaml"
    assert load(report.path).source.branch == "main"
    assert report.sentences


STATIC = {"index.html": "<p>hi\n"}


def test_init_does_not_overwrite_unless_forced(tmp_path: Path) -> None:
    top = repository(tmp_path / "shop", STATIC)
    (top / "placid.yaml").write_text("app: mine\n")
    with pytest.raises(Problem, match="there is a placid"):
        init(top, force=False)
    assert (top / "placid.yaml").read_text() == "app: mine\n"
    assert init(top, force=True).text == (top / "placid.yaml").read_text()


def test_init_writes_at_the_top_also_from_below(tmp_path: Path) -> None:
    top = repository(tmp_path / "shop", {**STATIC, "deep/er/x.txt": ""})
    assert init(top / "deep" / "er", force=False).path == top / "placid.yaml"


def test_init_in_a_folder_with_a_project_of_its_own_writes_there(tmp_path: Path) -> None:
    files = {"services/api/Procfile": "web: python3 -m api\n", "services/api/api.py": "", "a": ""}
    folder = repository(tmp_path / "mono", files) / "services" / "api"
    report = init(folder, force=False)

    assert report.path == folder / "placid.yaml"
    assert load(report.path).service.run == "python3 -m api"


def test_init_follows_the_branch_that_is_checked_out(tmp_path: Path) -> None:
    top = repository(tmp_path / "shop", STATIC, branch="feature/x#1")
    assert load(init(top, force=False).path).source.branch == "feature/x#1"


def test_init_prefers_the_default_branch_of_origin(tmp_path: Path) -> None:
    origin = repository(tmp_path / "origin", STATIC, branch="trunk")
    subprocess.run(["git", "clone", "-q", str(origin), "shop"], cwd=tmp_path, check=True)
    top = tmp_path / "shop"
    subprocess.run(["git", "checkout", "-qb", "mine"], cwd=top, check=True)
    report = init(top, force=False)
    assert load(report.path).source.branch == "trunk"
    assert any("trunk is the default branch of origin" in line for line in report.sentences)


def test_init_in_a_repository_without_commits(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=tmp_path, check=True)
    (tmp_path / "index.html").write_text("hi")
    assert load(init(tmp_path, force=False).path)


def test_init_outside_of_a_repository(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="no git repository"):
        init(tmp_path, force=False)
    with pytest.raises(Problem, match="was not found"):
        init(tmp_path / "gone", force=False)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"README.md": ""}, "nothing here tells how the service is run"),
        ({"pyproject.toml": "[project]\n", "lib/__init__.py": ""}, "nothing here tells"),
        ({"package.json": '{"name": 3}'}, "nothing here tells"),
        ({"a/index.html": "", "b/index.html": ""}, "several folders hold a service: a, b"),
    ],
)
def test_init_makes_nothing_up(files: dict[str, str], words: str, tmp_path: Path) -> None:
    top = repository(tmp_path / "shop", files)
    with pytest.raises(Problem, match=words):
        init(top, force=False)
    assert not (top / "placid.yaml").exists()


NAMES = st.sampled_from(
    ["app.py", "package.json", "go.mod", "main.go", "Procfile", "Dockerfile", "pyproject.toml"]
)


@settings(deadline=None)
@given(st.dictionaries(NAMES, st.text(max_size=200)), st.text(min_size=1, max_size=30))
def test_any_texts_give_a_file_that_loads_or_a_problem(files: dict[str, str], folder: str) -> None:
    shape = Shape({**files, "index.html": ""}, ())
    try:
        found = guessed(shape, folder=folder)
    except Problem:
        return
    assert parse(found.text, "placid.yaml", lambda path: path in shape.files)


@settings(deadline=None)
@given(st.text(min_size=1, max_size=30))
def test_any_command_of_a_procfile_is_written_so_that_it_reads_back(words: str) -> None:
    command = "run " + " ".join(words.split())
    shape = Shape({"Procfile": f"web: {command}\n"}, ())
    found = guessed(shape)
    config = parse(found.text, "placid.yaml", lambda path: True)
    assert config.service.run == command.strip()
