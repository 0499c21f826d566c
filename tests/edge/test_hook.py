"""Hooks in real repositories: pushes and commits wake the agent, whatever else is in the way."""

from __future__ import annotations

import asyncio
import os
import resource
import time
from pathlib import Path

import anyio
import pytest

from placid.base.errors import Problem
from placid.edge.hook import Inbox, install, uninstall
from tests.edge.real_git import Source, git

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(tmp_path / 'it\'s $HOME "quoted" `id`; rm')


async def woken(inbox: Inbox) -> bool:
    """Whether a file lies in the inbox; it is taken away."""
    with anyio.move_on_after(0.15):
        await inbox.wait()
        return True
    return False


@pytest.mark.promise("wake")
async def test_commits_and_merges_of_a_working_repository(source: Source) -> None:
    home = source.folder / ".placid"
    said = await install(source.folder, home)
    assert said.startswith("post-receive, post-commit, post-merge, post-rewrite in ")
    (source.folder / ".git/info/exclude").write_text(".placid/\n")
    inbox = Inbox(home)
    assert not await woken(inbox)
    source.commit("First")
    assert await woken(inbox)
    assert not await woken(inbox)
    git(source.folder, "checkout", "-q", "-b", "topic")
    source.commit("Topic")
    assert await woken(inbox)
    git(source.folder, "checkout", "-q", "main")
    git(source.folder, "merge", "-q", "topic")
    assert await woken(inbox)


async def test_a_push_to_a_bare_repository_with_a_hook_of_its_own(
    source: Source, tmp_path: Path
) -> None:
    source.commit("First")
    bare = source.bare(tmp_path / "bare.git")
    theirs = bare / "hooks/post-receive"
    theirs.parent.mkdir(exist_ok=True)
    theirs.write_text(f'#!/bin/sh\ncat >"{tmp_path}/got"\necho "$0" >>"{tmp_path}/ran"\nexit 1\n')
    theirs.chmod(0o755)
    before = theirs.read_bytes()
    home = tmp_path / ".placid"
    for _ in range(3):
        assert "still runs" in await install(bare, home)
    commit = source.commit("Second")
    source.push()
    assert await woken(Inbox(home))
    assert commit in (tmp_path / "got").read_text()
    assert len((tmp_path / "ran").read_text().splitlines()) == 1
    assert "removed post-receive" in await uninstall(bare)
    assert theirs.read_bytes() == before
    assert not theirs.with_name("post-receive.before-placid").exists()
    assert await uninstall(bare) == "no hook was installed"


async def test_a_hook_never_fails_the_push(source: Source, tmp_path: Path) -> None:
    source.commit("First")
    bare = source.bare(tmp_path / "bare.git")
    home = tmp_path / "home"
    assert "still" not in await install(bare, home)
    (home / "inbox").rmdir()
    home.rmdir()
    source.commit("Second")
    source.push()
    shown = git(source.folder, "push", "origin", "main:other")
    assert "inbox" not in shown
    await uninstall(bare)
    assert not (bare / "hooks/post-receive").exists()


async def test_hooks_that_are_kept_elsewhere(source: Source, tmp_path: Path) -> None:
    git(source.folder, "config", "core.hooksPath", ".husky")
    with pytest.raises(Problem, match=r"takes its hooks from .*husky"):
        await install(source.folder, tmp_path)
    with pytest.raises(Problem, match="there is no git repository"):
        await install(tmp_path, tmp_path)


async def test_a_linked_worktree_shares_the_hooks(source: Source, tmp_path: Path) -> None:
    source.commit("First")
    linked = tmp_path / "linked"
    git(source.folder, "worktree", "add", "-q", "-b", "topic", str(linked))
    await install(linked, tmp_path / ".placid")
    source.commit("Second")
    assert await woken(Inbox(tmp_path / ".placid"))


async def test_what_came_while_nobody_waited_and_what_waiting_costs(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / ".placid")
    assert not await woken(inbox)
    for name in ("a", "b"):
        (inbox.folder / name).touch()
    assert await woken(inbox)
    assert os.listdir(inbox.folder) == []
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    with anyio.move_on_after(1.0):
        await inbox.wait()
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    print(f"waiting costs {seconds / (time.monotonic() - began):.2%} of a core")
    waiting = asyncio.create_task(inbox.wait())
    await asyncio.sleep(0.05)
    inbox.folder.rmdir()
    await asyncio.sleep(0.05)
    assert not waiting.done()
    (inbox.folder / "c").touch()
    await waiting
