"""The fakes and the real adapters keep the same laws."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from placid.edge.build_recipe import Plan
from placid.edge.git import GitRepository
from placid.edge.workshop import Site, Workshop
from tests.edge.real_git import ENVIRON, Source, git
from tests.fakes_source import MemoryBuilds, MemoryRepository
from tests.source_conformance import BUILD_LAWS, REPOSITORY_LAWS, Follows, Makes

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def in_memory(folder: Path) -> Follows:
    repository = MemoryRepository()

    def reset(commit: str) -> None:
        repository.at = commit

    return Follows(repository, repository.commit, reset)


def in_a_working_tree(folder: Path) -> Follows:
    source = Source(folder / "source")

    def reset(commit: str) -> None:
        git(source.folder, "reset", "-q", "--hard", commit)

    repository = GitRepository(str(source.folder), "main", folder / "mirror", ENVIRON)
    return Follows(repository, lambda content: source.commit(content, app_py=content), reset)


def at_a_bare_remote(folder: Path) -> Follows:
    source = Source(folder / "source")
    bare = source.bare(folder / "bare.git")

    def commit(content: str) -> str:
        commit = source.commit(content, app_py=content)
        source.push("--force")
        return commit

    def reset(commit: str) -> None:
        git(source.folder, "reset", "-q", "--hard", commit)

    repository = GitRepository(f"file://{bare}", "main", folder / "mirror", ENVIRON)
    return Follows(repository, commit, reset)


@pytest.mark.parametrize("law", REPOSITORY_LAWS)
@pytest.mark.parametrize("opened", [in_memory, in_a_working_tree, at_a_bare_remote])
async def test_repository(
    law: Callable[[Follows], Awaitable[None]], opened: Callable[[Path], Follows], tmp_path: Path
) -> None:
    await law(opened(tmp_path))


def built_in_memory(folder: Path) -> Makes:
    builds, repository = MemoryBuilds(keep=2), MemoryRepository()

    async def commit(content: str) -> str:
        commit = repository.commit(content)
        if content == "broken":
            builds.broken.add(commit)
        return commit

    return Makes(builds, commit)


def built_in_worktrees(folder: Path) -> Makes:
    source = Source(folder / "source")
    repository = GitRepository(str(source.folder), "main", folder / "home/repo.git", ENVIRON)

    async def commit(content: str) -> str:
        return (await repository.head(source.commit(content, app_py=content))).commit

    plan = Plan(build="grep -q broken app.py && exit 2; true", run="true")
    site = Site(folder / "home", keep=2, environ=ENVIRON)
    return Makes(Workshop(site, repository.mirror, lambda text: plan), commit)


@pytest.mark.parametrize("law", BUILD_LAWS)
@pytest.mark.parametrize("opened", [built_in_memory, built_in_worktrees])
async def test_builds(
    law: Callable[[Makes], Awaitable[None]], opened: Callable[[Path], Makes], tmp_path: Path
) -> None:
    await law(opened(tmp_path))
