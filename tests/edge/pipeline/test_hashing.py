"""`hashFiles`: npm's own answers, recorded and live, and what stands in no pattern."""

from __future__ import annotations

import hashlib
import json
import os
import random
from pathlib import Path

import pytest

from placid.base.errors import Problem
from placid.edge.pipeline.hashing import hash_files
from tests.edge.pipeline.official_hashing import (
    RECORD,
    ROOT,
    Answer,
    Tree,
    answers,
    build,
    missing,
    questions,
)
from tests.edge.pipeline.trees_made import plant

FOLLOW = "--follow-symbolic-links"


def ours(patterns: list[str], follow: bool, root: Path) -> str | None:
    """The hash, None when it is refused."""
    try:
        return hash_files([FOLLOW, *patterns] if follow else patterns, root)
    except Problem:
        return None


def whole(*contents: str) -> str:
    """The hash of files with these contents."""
    digests = (hashlib.sha256(each.encode()).digest() for each in contents)
    return hashlib.sha256(b"".join(digests)).hexdigest()


def recorded() -> list[Tree]:
    trees: list[Tree] = json.loads(RECORD.read_text())
    return trees


@pytest.mark.parametrize("number", range(len(recorded())))
def test_the_answers_that_were_recorded(number: int, tmp_path: Path) -> None:
    tree = recorded()[number]
    root = tmp_path / "ws [x]" if number % 2 else tmp_path / "ws"
    root.mkdir()
    build(tree, root)
    differ = [
        (patterns, follow, want)
        for patterns, follow, want in tree["asked"]
        if ours([line.replace(ROOT, _escaped(root)) for line in patterns], follow, root) != want
    ]
    assert differ == []


def _escaped(root: Path) -> str:
    return str(root).replace("[", "[[]")


def test_the_record_has_teeth() -> None:
    wants = [want for tree in recorded() for _, _, want in tree["asked"]]
    assert len(wants) > 200
    assert len({want for want in wants if want}) > 80
    assert wants.count(None) > 10


@pytest.fixture(scope="module")
def official() -> None:
    why = missing()
    if why:
        pytest.skip(why)


@pytest.mark.usefixtures("official")
@pytest.mark.parametrize("seed", range(6))
def test_random_patterns_on_random_trees_are_hashed_as_npm_does(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    root = tmp_path / ("ws [x]" if seed % 2 else "ws")
    root.mkdir()
    plant(chance, root)
    asked = questions(chance, root, 200)
    theirs = answers(root, asked)
    differ = [
        (one, answer)
        for one, answer in zip(asked, theirs, strict=True)
        if ours(one["patterns"], one["follow"], root) != _said(answer)
    ]
    assert differ == []


def _said(answer: Answer) -> str | None:
    return answer if isinstance(answer, str) else None


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "ws"
    for name in ("b.txt", "a.txt", "lib/z.lock", "lib/a.lock", "lib-x/q.lock", "Z.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def test_files_come_depth_first_by_the_bytes_of_their_names(root: Path) -> None:
    expected = ("Z.txt", "a.txt", "b.txt", "lib/a.lock", "lib/z.lock", "lib-x/q.lock")
    assert hash_files(["**"], root) == whole(*expected)
    assert hash_files(["."], root) == whole(*expected)
    assert hash_files([f"{root}/**"], root) == whole(*expected)


def test_the_order_of_patterns_is_that_of_their_folders(root: Path) -> None:
    locks = whole("lib-x/q.lock", "lib/a.lock", "lib/z.lock")
    assert hash_files(["lib-x/*", "lib/*"], root) == locks
    assert hash_files(["lib-x/*\nlib/*"], root) == locks
    assert hash_files(["lib/*", "lib-x/*"], root) != locks


def test_what_is_not_there_is_no_text(root: Path) -> None:
    for patterns in ([], [""], ["# a.txt"], ["!a.txt"], ["nope"], ["nope/**/x"], ["a.txt", "!a*"]):
        assert hash_files(patterns, root) == ""


def test_later_patterns_take_back_what_earlier_ones_left_out(root: Path) -> None:
    assert hash_files(["*.txt", "!a.txt"], root) == whole("Z.txt", "b.txt")
    assert hash_files(["*.txt", "!*.txt", "a.txt"], root) == whole("a.txt")
    assert hash_files(["!a.txt", "*.txt"], root) == whole("Z.txt", "a.txt", "b.txt")
    assert hash_files(["!!a.txt"], root) == whole("a.txt")


def test_only_the_workspace_counts(root: Path) -> None:
    (root.parent / "out.txt").write_text("out")
    (root.parent / "ws-other").mkdir()
    (root.parent / "ws-other" / "x").write_text("x")
    assert hash_files([f"{root.parent}/**"], root) == hash_files(["**"], root)
    assert hash_files(["~/*.txt"], root, home=str(root)) == hash_files(["*.txt"], root)
    assert hash_files(["~/**"], root, home=str(root.parent / "ws-other")) == ""


def test_links(root: Path) -> None:
    (root / "to-file").symlink_to("a.txt")
    (root / "to-folder").symlink_to("lib")
    (root / "lib" / "up").symlink_to("..")
    assert hash_files(["to-file"], root) == whole("a.txt")
    assert hash_files(["to-folder/**"], root) == ""
    assert hash_files(["to-folder/*.lock"], root) == ""
    assert hash_files([FOLLOW, "to-folder/*.lock"], root) == whole("lib/a.lock", "lib/z.lock")
    assert hash_files([FOLLOW.upper(), "lib/**"], root) != ""
    (root / "nowhere").symlink_to("gone")
    assert hash_files([FOLLOW, "nowhere"], root) == ""
    with pytest.raises(Problem, match="hashFiles\\('nowhere'\\) failed"):
        hash_files(["nowhere"], root)


def test_what_is_wrong_is_said(root: Path) -> None:
    with pytest.raises(Problem, match="Invalid glob option --dot, available option"):
        hash_files(["--dot", "a"], root)
    with pytest.raises(Problem, match=r"Relative pathing '\.' and '\.\.' is not allowed"):
        hash_files(["../x"], root)
    with pytest.raises(Problem, match="cannot be empty"):
        hash_files(["!"], root)


def test_a_large_file_and_a_pipe(root: Path) -> None:
    text = "x" * 3_000_001
    (root / "large").write_text(text)
    assert hash_files(["large"], root) == whole(text)
    os.mkfifo(root / "pipe")
    assert hash_files(["pipe"], root) == whole("")


def test_bytes_that_are_no_text_in_a_name(root: Path) -> None:
    (Path(os.fsdecode(bytes(root) + b"/\xff.bin"))).write_text("ff")
    assert hash_files(["*.bin"], root) == whole("ff")
