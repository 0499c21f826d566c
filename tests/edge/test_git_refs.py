"""A branch is looked at without git; whatever moves it must be seen at the next look."""

from pathlib import Path

import pytest

from placid.edge.git import GitRepository
from placid.edge.git_refs import look

from .real_git import ENVIRON, Source, git

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize("store", ["files", "reftable"])
async def test_every_way_a_branch_moves_is_seen(tmp_path: Path, store: str) -> None:
    source = Source(tmp_path / "source")
    if store == "reftable":
        try:
            git(tmp_path, "init", "-q", "-b", "main", "--ref-format=reftable", "new")
        except AssertionError:
            pytest.skip("this git has no reftable")
        source.folder = tmp_path / "new"
    first = source.commit("First")
    source.commit("Second")
    repository = GitRepository(str(source.folder), "main", tmp_path / "mirror.git", ENVIRON)
    moves: list[tuple[str, ...]] = [
        ("pack-refs", "--all"),
        ("commit", "-q", "--allow-empty", "-m", "Third"),
        ("gc", "-q", "--prune=now"),
        ("reset", "-q", "--hard", first),
        ("checkout", "-q", "-b", "other"),
        ("branch", "-q", "-D", "main"),
        ("commit", "-q", "--allow-empty", "-m", "Fourth"),
        ("branch", "-q", "main"),
        ("branch", "-q", "-D", "main"),
        ("symbolic-ref", "refs/heads/main", "refs/heads/other"),
        ("commit", "-q", "--allow-empty", "-m", "Fifth"),
        ("symbolic-ref", "-d", "refs/heads/main"),
        ("branch", "-q", "main", first),
    ]
    for move in moves:
        git(source.folder, *move)
        there = git(source.folder, "for-each-ref", "--format=%(objectname)", "refs/heads/main")
        assert await repository.tip() == there, move
        assert await repository.tip() == there, move


async def test_the_branch_of_a_linked_worktree_is_seen(tmp_path: Path) -> None:
    source = Source(tmp_path / "source")
    source.commit("First")
    git(source.folder, "worktree", "add", "-q", "-b", "topic", str(tmp_path / "linked"))
    repository = GitRepository(str(tmp_path / "linked"), "topic", tmp_path / "m.git", ENVIRON)
    assert await repository.tip() == source.tip("topic")
    git(tmp_path / "linked", "commit", "-q", "--allow-empty", "-m", "Second")
    assert await repository.tip() == source.tip("topic") != source.tip("main")


def test_what_only_git_can_tell_is_left_to_it(tmp_path: Path) -> None:
    source = Source(tmp_path / "source")
    source.commit("First")
    folder = source.folder / ".git"
    assert look(folder, "main") == look(folder, "main") is not None
    assert look(folder, "none") is None
    assert look(tmp_path / "nowhere", "main") is None
    (folder / "HEAD").rename(folder / "HEAD.gone")
    assert look(folder, "main") is None
