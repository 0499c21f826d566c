"""What every `ports.Repository` and `ports.Builds` keeps, fake or real: one function per law.

A test module parametrizes over REPOSITORY_LAWS with a `Follows`, over BUILD_LAWS with a `Makes`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from placid.base.errors import Problem
from placid.ports import Builds, Repository


@dataclass(frozen=True, slots=True)
class Follows:
    """A repository without commits; `commit(content)` puts one on its branch `main`."""

    repository: Repository
    commit: Callable[[str], str]
    reset: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Makes:
    """A workshop that keeps two releases; commits whose content is "broken" do not build."""

    builds: Builds
    commit: Callable[[str], Awaitable[str]]


async def the_tip_is_the_last_commit(case: Follows) -> None:
    assert await case.repository.tip() == ""
    for content in ("one", "two"):
        commit = case.commit(content)
        assert await case.repository.tip() == commit
        for name in (commit, commit[:12], "main"):
            head = await case.repository.head(name)
            assert (head.commit, head.author) == (commit, "Ada")
            assert head.tree
            assert head.subject


async def an_unknown_commit_is_a_problem(case: Follows) -> None:
    for name in ("main", "f" * 40, "nothing", ""):
        with pytest.raises(Problem):
            await case.repository.head(name)


async def same_content_has_the_same_tree(case: Follows) -> None:
    commits = [case.commit(content) for content in ("same", "other", "same")]
    trees = [(await case.repository.head(commit)).tree for commit in commits]
    assert trees[0] == trees[2] != trees[1]


async def what_lies_between(case: Follows) -> None:
    commits = [case.commit(f"content {number}") for number in range(4)]
    for commit in commits:
        await case.repository.head(commit)
    between = await case.repository.between(commits[0], commits[3])
    assert (between.forced, between.skipped) == (False, (commits[1], commits[2]))
    assert not (await case.repository.between(commits[1], commits[1])).forced
    case.reset(commits[1])
    other = case.commit("another way")
    await case.repository.head(other)
    between = await case.repository.between(commits[3], other)
    assert (between.forced, between.skipped) == (True, ())


async def a_bad_commit_is_taken_back_once(case: Follows) -> None:
    good, bad = case.commit("good"), case.commit("bad")
    assert bad[:10] in await case.repository.take_back(bad, good, "5xx", "revert")
    tip = await case.repository.tip()
    assert tip not in {good, bad}
    trees = [(await case.repository.head(commit)).tree for commit in (tip, good)]
    assert trees[0] == trees[1]
    assert not (await case.repository.between(bad, tip)).forced
    assert "already" in await case.repository.take_back(bad, good, "5xx", "revert")
    assert await case.repository.tip() == tip


async def a_proposal_leaves_the_branch_alone(case: Follows) -> None:
    good, bad = case.commit("good"), case.commit("bad")
    for _ in range(2):
        assert bad[:10] in await case.repository.take_back(bad, good, "5xx", "pull-request")
    assert await case.repository.tip() == bad


async def a_branch_that_has_moved_on_stays(case: Follows) -> None:
    good, bad, later = case.commit("good"), case.commit("bad"), case.commit("later")
    for how in ("revert", "pull-request"):
        with pytest.raises(Problem, match="moved on"):
            await case.repository.take_back(bad, good, "5xx", how)
    assert await case.repository.tip() == later


async def the_same_files_need_no_commit(case: Follows) -> None:
    good, _, bad = case.commit("same"), case.commit("other"), case.commit("same")
    assert "nothing" in await case.repository.take_back(bad, good, "5xx", "revert")
    assert await case.repository.tip() == bad


async def a_commit_becomes_one_release(case: Makes) -> None:
    commit = await case.commit("one")
    assert (await case.builds.look(commit)).status == "missing"
    await case.builds.make(commit)
    first = await case.builds.look(commit)
    assert first.status == "built"
    assert first.release
    assert first.release.commit == commit
    assert first.release.id == f"{commit[:10]}-{first.release.config[:6]}"
    await case.builds.make(commit)
    assert await case.builds.look(commit) == first


async def a_build_that_fails_says_why_and_where(case: Makes) -> None:
    commit = await case.commit("broken")
    for _ in range(2):
        await case.builds.make(commit)
        build = await case.builds.look(commit)
        assert (build.status, build.release) == ("failed", None)
        assert "exited with 2" in build.why
        assert build.log.endswith("build.log")


async def the_newest_and_the_kept_stay(case: Makes) -> None:
    commits = [await case.commit(f"content {number}") for number in range(4)]
    for commit in commits:
        await case.builds.make(commit)
    first = (await case.builds.look(commits[0])).release
    assert first
    await case.builds.prune(frozenset({first.id}))
    statuses = [(await case.builds.look(commit)).status for commit in commits]
    assert statuses == ["built", "missing", "built", "built"]
    await case.builds.make(commits[1])
    assert (await case.builds.look(commits[1])).status == "built"
    await case.builds.prune(frozenset())
    statuses = [(await case.builds.look(commit)).status for commit in commits]
    assert statuses == ["missing", "built", "missing", "built"]


REPOSITORY_LAWS = (
    the_tip_is_the_last_commit,
    an_unknown_commit_is_a_problem,
    same_content_has_the_same_tree,
    what_lies_between,
    a_bad_commit_is_taken_back_once,
    a_proposal_leaves_the_branch_alone,
    a_branch_that_has_moved_on_stays,
    the_same_files_need_no_commit,
)
BUILD_LAWS = (
    a_commit_becomes_one_release,
    a_build_that_fails_says_why_and_where,
    the_newest_and_the_kept_stay,
)
