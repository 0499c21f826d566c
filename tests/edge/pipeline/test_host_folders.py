"""Names of job folders, and how folders are removed whatever is in them."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placid.edge.pipeline.folders import (
    Remover,
    folder_name,
    job_root,
    make,
    mounts,
    remove,
    temporary,
    work_root,
)


@given(st.text(), st.text())
def test_a_leg_has_a_safe_short_name_of_its_own(one: str, other: str) -> None:
    name = folder_name(one)
    assert 0 < len(name) <= 40
    assert name not in (".", "..")
    assert all(letter.isascii() and (letter.isalnum() or letter in "._-") for letter in name)
    assert (one == other) == (name == folder_name(other))


def test_plain_names_stay_readable() -> None:
    assert folder_name("test") == "test"
    assert folder_name("test (3.11, ubuntu)").startswith("test-3.11-ubuntu-")
    assert folder_name("deploy / push (eu)").startswith("deploy-push-eu-")
    assert folder_name("..").strip("0123456789abcdef") == ""


def test_job_roots_lie_in_the_cache(tmp_path: Path) -> None:
    user = {"HOME": "/home/ada"}
    root = job_root(tmp_path, 12, "test", user)
    assert root.parts[:7] == ("/", "home", "ada", ".cache", "placid", "work", root.parts[6])
    assert root.parts[7:] == ("12", "test")
    assert job_root(tmp_path / "x", 12, "test", user) != root
    assert work_root(tmp_path / "x" / "..", user) == work_root(tmp_path, user)
    cache = {**user, "XDG_CACHE_HOME": "/var/cache/ada"}
    assert job_root(tmp_path, 1, "a", cache).is_relative_to("/var/cache/ada/placid/work")
    assert work_root(tmp_path, {**user, "XDG_CACHE_HOME": "relative"}) == work_root(tmp_path, user)


def test_temporary_folders_are_short() -> None:
    assert len(str(temporary("github_" + "f" * 36, {}))) <= 24
    assert temporary("a", {"TMPDIR": "/scratch"}).parent == Path("/scratch")


def fill(root: Path, count: int = 60) -> Path:
    for index in range(count):
        folder = root / f"a{index % 7}" / f"b{index % 11}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"f{index}").write_text("x")
    return root


def test_trees_and_what_only_looks_like_one_go(tmp_path: Path) -> None:
    kept = fill(tmp_path / "kept")
    tree = fill(tmp_path / "tree")
    (tree / "to").symlink_to(kept)
    (tree / "dangling").symlink_to("nowhere")
    os.mkfifo(tree / "pipe")
    (tree / "odd\nname \udcff").mkdir()
    (tree / "-rf").touch()
    link = tmp_path / "link"
    link.symlink_to(kept)
    assert remove(tree, link, tmp_path / "missing", tmp_path) == [] or not tree.exists()
    assert not os.path.lexists(link)


def test_a_link_is_removed_and_not_what_it_names(tmp_path: Path) -> None:
    kept = fill(tmp_path / "kept")
    (tmp_path / "job").mkdir()
    (tmp_path / "job" / ".cache").symlink_to(kept)
    assert remove(tmp_path / "job") == []
    assert len(list(kept.rglob("f*"))) == 60


def as_nobody(work: Callable[[], bool]) -> bool:
    """Do it as an ordinary user, in a process of its own when we are root."""
    if os.getuid() != 0:
        return work()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.setgid(65534)
            os.setuid(65534)
            code = 0 if work() else 2
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may reach and write."""
    folder = Path(tempfile.mkdtemp(prefix="placid-test-", dir="/tmp"))
    folder.chmod(0o777)
    try:
        yield folder
    finally:
        subprocess.run(["rm", "-rf", str(folder)], check=True)


def test_folders_that_may_not_be_written_go_too(open_folder: Path) -> None:
    tree = open_folder / "tree"

    def work() -> bool:
        fill(tree)
        for folder, _, names in os.walk(tree, topdown=False):
            for name in names:
                os.chmod(os.path.join(folder, name), 0)
            os.chmod(folder, 0o500 if len(folder) % 2 else 0)
        return remove(tree) == [] and not tree.exists()

    assert as_nobody(work)


def test_what_belongs_to_another_user_is_said(open_folder: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("needs root, to make a folder of another user's")
    tree = fill(open_folder / "tree")
    assert as_nobody(lambda: remove(tree) == [f"cannot remove {tree}"])
    assert tree.exists()


@pytest.fixture
def bound(open_folder: Path) -> Iterator[tuple[Path, Path]]:
    """A tree with another folder mounted in it twice, and that folder."""
    kept, tree = fill(open_folder / "kept"), fill(open_folder / "tree")
    points = [tree / "with space", tree / "with space" / "a0"]
    points[0].mkdir()
    for point in points:
        argv = ["mount", "--bind", str(kept), str(point)]
        if subprocess.run(argv, check=False, capture_output=True).returncode:
            pytest.skip("needs root, to mount")
    try:
        yield tree, kept
    finally:
        for point in reversed(points):
            subprocess.run(["umount", "-l", str(point)], check=False, capture_output=True)


def test_mounts_are_unmounted_and_not_emptied(bound: tuple[Path, Path]) -> None:
    tree, kept = bound
    assert str(tree / "with space") in mounts()
    assert remove(tree) == []
    assert not tree.exists()
    assert len(list(kept.rglob("f*"))) == 60
    assert not [mount for mount in mounts() if mount.startswith(str(tree))]


def test_what_stays_mounted_is_left_alone(bound: tuple[Path, Path]) -> None:
    tree, kept = bound
    stay = [f"{tree / 'with space'} is still mounted", f"{tree / 'with space/a0'} is still mounted"]
    assert as_nobody(lambda: remove(tree) == stay)
    assert len(list(kept.rglob("f*"))) == 60
    assert tree.exists()


def test_a_remover_removes_behind_our_back(tmp_path: Path) -> None:
    remover, gone = Remover(), list[int]()
    for index in range(5):
        trees = fill(tmp_path / f"tree{index}"), tmp_path / f"nothing{index}"
        remover.put(*trees, then=partial(gone.append, index))
    assert remover.join() == []
    assert gone == [0, 1, 2, 3, 4]
    assert list(tmp_path.iterdir()) == []
    assert remover.join() == []
    remover.put(fill(tmp_path / "again"))
    assert remover.join() == []
    assert list(tmp_path.iterdir()) == []


def test_making_is_not_disturbed_by_a_folder_that_goes(tmp_path: Path) -> None:
    pid = os.fork()
    if pid == 0:
        while True:
            with contextlib.suppress(OSError):
                os.rmdir(tmp_path / "run")
    try:
        for index in range(60):
            make(tmp_path / "run" / f"leg{index}" / "_temp")
            shutil.rmtree(tmp_path / "run" / f"leg{index}")
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)


def test_the_work_of_a_job_lies_behind_no_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".cache").symlink_to(tmp_path / "elsewhere")
    root = work_root(tmp_path, {"HOME": str(tmp_path)})
    assert root.is_relative_to(tmp_path.resolve() / "elsewhere")
