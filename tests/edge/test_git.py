"""GitRepository on real repositories: bare, with a working tree, empty, shallow, rewritten."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from placid.base.errors import Problem, Unavailable
from placid.edge.git import GitRepository
from tests.edge.real_git import ENVIRON, Source, git

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(tmp_path / "source")


def follow(at: Path | str, tmp_path: Path, branch: str = "main", **more: str) -> GitRepository:
    return GitRepository(str(at), branch, tmp_path / ".placid/repo.git", ENVIRON | more)


async def test_tip_and_head_of_a_working_repository(source: Source, tmp_path: Path) -> None:
    repository = follow(source.folder, tmp_path)
    assert await repository.tip() == ""
    first = source.commit("First → with ünicode")
    assert await repository.tip() == first
    head = await repository.head(first)
    assert (head.commit, head.subject, head.author) == (first, "First → with ünicode", "Ada")
    assert head.tree == source.tip("HEAD^{tree}")
    second = source.commit("Second")
    assert await repository.tip() == second
    for revision in (second, second[:9], "main", "HEAD", "main~0", "HEAD@{0}"):
        assert (await repository.head(revision)).commit == second
    assert (await repository.head("HEAD~1")).commit == first
    assert git(source.folder, "status", "--porcelain") == ""


async def test_revisions_of_a_bare_remote(source: Source, tmp_path: Path) -> None:
    first = source.commit("First")
    git(source.folder, "tag", "-a", "v1", "-m", "one")
    bare = source.bare(tmp_path / "bare.git")
    second = source.commit("Second")
    source.push("--tags")
    git(source.folder, "push", "-q", "origin", f"{second}:refs/heads/other/topic")
    repository = follow(f"file://{bare}", tmp_path)
    for revision in ("v1", "main~1", first, first[:8], "HEAD~"):
        assert (await repository.head(revision)).commit == first
    assert (await repository.head("other/topic")).commit == second
    for unknown in ("nothing", "0" * 40, "-n", "main~9", "--help", "a\nb"):
        with pytest.raises(Problem, match="knows no commit"):
            await repository.head(unknown)


async def test_an_empty_repository_and_a_missing_branch(source: Source, tmp_path: Path) -> None:
    repository = follow(source.folder, tmp_path)
    with pytest.raises(Problem, match="has no commits yet"):
        await repository.head("main")
    source.commit("First")
    gone = follow(source.folder, tmp_path, branch="release")
    assert await gone.tip() == ""
    with pytest.raises(Problem, match="no branch 'release'") as caught:
        await gone.head("release")
    assert "main" in str(caught.value.fix)


async def test_a_deployed_commit_outlives_its_branch(source: Source, tmp_path: Path) -> None:
    first = source.commit("First")
    repository = follow(source.folder, tmp_path)
    await repository.head(first)
    git(source.folder, "checkout", "-q", "--orphan", "new")
    second = source.commit("Other")
    git(source.folder, "branch", "-q", "-D", "main")
    assert await repository.tip() == ""
    git(source.folder, "branch", "-q", "-m", "main")
    assert await repository.tip() == second
    assert (await repository.head(second)).commit == second
    git(source.folder, "reflog", "expire", "--expire=now", "--all")
    git(source.folder, "gc", "-q", "--prune=now")
    git(repository.mirror.path, "gc", "-q", "--prune=now")
    assert (await repository.head(first)).subject == "First"
    assert (await repository.between(first, second)).forced


async def test_between(source: Source, tmp_path: Path) -> None:
    commits = [source.commit(f"Commit {n}") for n in range(5)]
    repository = follow(source.folder, tmp_path)
    await repository.head(commits[4])
    between = await repository.between(commits[0], commits[4])
    assert (between.forced, between.skipped) == (False, tuple(commits[1:4]))
    assert not (await repository.between(commits[2], commits[2])).skipped
    assert not (await repository.between(commits[3], commits[4])).skipped
    back = await repository.between(commits[4], commits[1])
    assert (back.forced, back.skipped) == (True, ())
    assert (await repository.between("f" * 40, commits[4])).forced
    with pytest.raises(Problem, match="knows no commit"):
        await repository.between(commits[0], "f" * 40)


async def test_a_force_push_and_a_branch_that_becomes_a_folder(
    source: Source, tmp_path: Path
) -> None:
    first = source.commit("First")
    bare = source.bare(tmp_path / "bare.git")
    git(source.folder, "push", "-q", "origin", f"{first}:refs/heads/a")
    repository = follow(bare, tmp_path)
    assert (await repository.head("a")).commit == first
    second = source.commit("Second")
    source.push()
    await repository.head(second)
    git(source.folder, "reset", "-q", "--hard", first)
    third = source.commit("Third")
    source.push("--force")
    git(bare, "update-ref", "-d", "refs/heads/a")
    git(bare, "update-ref", "refs/heads/a/b", third)
    assert await repository.tip() == third
    assert (await repository.head("a/b")).commit == third
    between = await repository.between(second, third)
    assert (between.forced, between.skipped) == (True, ())


async def test_a_shallow_clone_and_a_linked_worktree_are_sources(
    source: Source, tmp_path: Path
) -> None:
    source.commit("First")
    second = source.commit("Second")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{source.folder}", str(shallow))
    repository = follow(shallow, tmp_path / "one")
    assert await repository.tip() == second
    assert (await repository.head("HEAD")).commit == second
    linked = tmp_path / "linked"
    git(source.folder, "worktree", "add", "-q", "-b", "topic", str(linked))
    topic = follow(linked, tmp_path / "two", branch="topic")
    assert (await topic.head("HEAD")).commit == second


async def test_a_folder_of_a_repository_is_a_source(source: Source, tmp_path: Path) -> None:
    first = source.commit("First", apps__shop_py="1")
    repository = follow(source.folder / "apps", tmp_path)
    assert repository.folder == source.folder
    assert await repository.tip() == first


async def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="there is no git repository at"):
        await follow(tmp_path / "nowhere", tmp_path).tip()
    (tmp_path / "folder").mkdir()
    with pytest.raises(Problem, match="there is no git repository at"):
        await follow(tmp_path / "folder", tmp_path).tip()
    with pytest.raises(Problem, match="git is not installed"):
        await follow(tmp_path, tmp_path, PATH=str(tmp_path)).tip()


async def test_an_unreachable_remote_shows_no_credentials(tmp_path: Path) -> None:
    repository = follow("http://ada:s3cr3t@127.0.0.1:9/shop.git", tmp_path)
    with pytest.raises(Unavailable, match="did not answer") as caught:
        await repository.tip()
    told = f"{caught.value} {caught.value.where} {caught.value.fix}"
    assert "s3cr3t" not in told
    assert "127.0.0.1:9/shop.git" in told
    config = (tmp_path / ".placid/repo.git/config").read_text()
    assert "s3cr3t" not in config


@pytest.mark.skipif(os.geteuid() != 0, reason="run as root to make another user's repository")
async def test_a_repository_of_another_user(source: Source, tmp_path: Path) -> None:
    source.commit("First")
    for path in [source.folder, *source.folder.rglob("*")]:
        os.chown(path, 12345, 12345)
    with pytest.raises(Problem, match="belongs to another user") as caught:
        await follow(source.folder, tmp_path).tip()
    assert "safe.directory" in str(caught.value.fix)


async def test_a_half_made_mirror_and_a_stale_lock_are_mended(
    source: Source, tmp_path: Path
) -> None:
    first = source.commit("First")
    mirror = tmp_path / ".placid/repo.git"
    mirror.mkdir(parents=True)
    (mirror / "HEAD").write_text("ref: refs/hea")
    assert (await follow(source.folder, tmp_path).head(first)).commit == first
    second = source.commit("Second")
    lock = mirror / "refs/heads/main.lock"
    lock.touch()
    with pytest.raises(Unavailable, match="another git command"):
        await follow(source.folder, tmp_path).head(second)
    os.utime(lock, (1, 1))
    assert (await follow(source.folder, tmp_path).head(second)).commit == second
