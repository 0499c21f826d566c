"""Taking a commit back: into bare remotes, working trees, and as a pull request."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from placid.base.errors import Problem, Unavailable
from placid.edge.git import GitRepository
from placid.edge.github import PullRequest, github_of
from tests.edge.real_git import ENVIRON, Source, git
from tests.octokit import Operation, operation

pytestmark = pytest.mark.anyio

WHY = "5xx 4.1 % against 0.9 %, e = 61 after 240 requests"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(tmp_path / "the source's")


def follow(at: Path | str, tmp_path: Path, **more: str) -> GitRepository:
    return GitRepository(str(at), "main", tmp_path / ".placid/repo.git", ENVIRON | more)


@pytest.mark.promise("git")
async def test_into_a_bare_remote_once(source: Source, tmp_path: Path) -> None:
    good = source.commit("Good", app_py="good", old_py="1")
    bare = source.bare(tmp_path / "bare.git")
    bad = source.commit("Bad “quoted”", app_py="bad", new_py="2")
    source.push()
    repository = follow(bare, tmp_path)
    said = await repository.take_back(bad, good, WHY, "revert")
    tip = await repository.tip()
    assert (
        said == f"pushed {tip[:10]} on main: it takes {bad[:10]} back to the files of {good[:10]}"
    )
    assert git(bare, "rev-parse", f"{tip}^{{tree}}") == source.tip(f"{good}^{{tree}}")
    assert git(bare, "rev-parse", f"{tip}^@") == bad
    body = git(bare, "log", "-1", "--format=%B", tip)
    assert body.startswith('Revert "Bad “quoted”"\n')
    assert WHY in body
    trailer = git(bare, "log", "-1", "--format=%(trailers:key=Placid-Reverts,valueonly)", tip)
    assert trailer == bad
    assert git(bare, "log", "-1", "--format=%an <%ae>", tip) == "placid <placid@localhost>"
    again = await follow(bare, tmp_path).take_back(bad, good, WHY, "revert")
    assert "already taken back" in again
    assert await repository.tip() == tip
    assert source.tip() == bad


async def test_not_when_the_branch_has_moved_on(source: Source, tmp_path: Path) -> None:
    good = source.commit("Good")
    bad = source.commit("Bad")
    later = source.commit("Later")
    for how in ("revert", "pull-request"):
        with pytest.raises(Problem, match="has moved on"):
            await follow(source.folder, tmp_path).take_back(bad, good, WHY, how)
    git(source.folder, "checkout", "-q", "--detach")
    git(source.folder, "branch", "-q", "-D", "main")
    with pytest.raises(Problem, match="it is gone"):
        await follow(source.folder, tmp_path).take_back(bad, later, WHY, "revert")


async def test_same_files_need_no_commit(source: Source, tmp_path: Path) -> None:
    good = source.commit("Good", app_py="same")
    bad = source.commit("Empty", app_py="same")
    said = await follow(source.folder, tmp_path).take_back(bad, good, WHY, "revert")
    assert said.startswith("nothing to take back")
    assert source.tip() == bad


async def test_the_checked_out_branch_follows_when_clean(source: Source, tmp_path: Path) -> None:
    good = source.commit("Good", app_py="good")
    bad = source.commit("Bad", app_py="bad")
    source.write("untracked.txt", "stays")
    git(source.folder, "config", "user.name", "Bob")
    repository = follow(source.folder, tmp_path)
    said = await repository.take_back(bad, good, WHY, "revert")
    assert said.startswith(f"merged into {source.folder}")
    assert (source.folder / "app.py").read_text() == "good"
    assert git(source.folder, "status", "--porcelain") == "?? untracked.txt"
    assert git(source.folder, "log", "-1", "--format=%an <%ae>") == "Bob <placid@localhost>"
    assert "already" in await repository.take_back(bad, good, WHY, "revert")


async def test_a_dirty_tree_is_left_alone(source: Source, tmp_path: Path) -> None:
    good = source.commit("Good", app_py="good")
    bad = source.commit("Bad", app_py="bad")
    source.write("app.py", "my work")
    fixes: set[str | None] = set()
    for _ in range(2):
        with pytest.raises(Problem, match="not committed") as caught:
            await follow(source.folder, tmp_path).take_back(bad, good, WHY, "revert")
        fixes.add(caught.value.fix)
    assert len(fixes) == 1  # the same commit each time
    assert (source.folder / "app.py").read_text() == "my work"
    git(source.folder, "checkout", "-q", "app.py")
    commit = str(fixes.pop()).rsplit(" ", 1)[1]
    git(source.folder, "merge", "-q", "--ff-only", commit)
    assert (source.folder / "app.py").read_text() == "good"


async def test_an_untracked_file_in_the_way(source: Source, tmp_path: Path) -> None:
    good = source.commit("Good", app_py="good", gone_py="1")
    git(source.folder, "rm", "-q", "gone.py")
    bad = source.commit("Bad", app_py="bad")
    source.write("gone.py", "precious")
    with pytest.raises(Problem, match="not taken back in git: error: The following untracked"):
        await follow(source.folder, tmp_path).take_back(bad, good, WHY, "revert")
    assert (source.folder / "gone.py").read_text() == "precious"
    assert source.tip() == bad


async def test_a_branch_that_is_not_checked_out_or_elsewhere(
    source: Source, tmp_path: Path
) -> None:
    good = source.commit("Good", app_py="good")
    bad = source.commit("Bad", app_py="bad")
    git(source.folder, "checkout", "-q", "-b", "topic")
    said = await follow(source.folder, tmp_path).take_back(bad, good, WHY, "revert")
    assert said.startswith("pushed")
    assert source.tip("main^") == bad
    assert source.tip("topic") == bad
    linked = tmp_path / "linked"
    git(source.folder, "worktree", "add", "-q", str(linked), "main")
    worse = git(linked, "rev-parse", "main")
    assert "merged into" in await follow(source.folder, tmp_path).take_back(
        worse, bad, WHY, "revert"
    )
    assert (linked / "app.py").read_text() == "bad"


async def test_a_shallow_source(source: Source, tmp_path: Path) -> None:
    source.commit("First")
    source.commit("Good", app_py="good")
    source.commit("Bad", app_py="bad")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--bare", "--depth=2", f"file://{source.folder}", str(shallow))
    repository = follow(shallow, tmp_path)
    bad, good = source.tip(), source.tip("HEAD~")
    assert "pushed" in await repository.take_back(bad, good, WHY, "revert")
    assert git(shallow, "show", "main:app.py") == "good"


async def test_a_remote_that_refuses(source: Source, tmp_path: Path) -> None:
    good = source.commit("Good")
    bare = source.bare(tmp_path / "bare.git")
    bad = source.commit("Bad")
    source.push()
    hook = bare / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'main is a protected branch' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(Problem, match="refuses the push: main is a protected branch") as caught:
        await follow(bare, tmp_path).take_back(bad, good, WHY, "revert")
    assert "pull-request" in str(caught.value.fix)


@pytest.mark.promise("git")
async def test_a_branch_of_its_own_and_the_command(source: Source, tmp_path: Path) -> None:
    good = source.commit("Good", app_py="good")
    bad = source.commit("Bad", app_py="bad")
    repository = follow(source.folder, tmp_path)
    said = await repository.take_back(bad, good, WHY, "pull-request")
    assert said == await repository.take_back(bad, good, WHY, "pull-request")
    assert f"merge --ff-only placid/revert-{bad[:10]}" in said
    assert source.tip() == bad
    git(source.folder, "merge", "-q", "--ff-only", f"placid/revert-{bad[:10]}")
    assert (source.folder / "app.py").read_text() == "good"


async def test_the_command_for_github_without_a_token(source: Source, tmp_path: Path) -> None:
    good = source.commit("Good", app_py="good")
    bad = source.commit("Bad", app_py="bad")
    git(source.folder, "remote", "add", "origin", "git@github.com:acme/shop.git")
    said = await follow(source.folder, tmp_path).take_back(bad, good, WHY, "pull-request")
    branch = f"placid/revert-{bad[:10]}"
    assert f"git push origin {branch} && gh pr create -R acme/shop -B main -H {branch}" in said


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        ("https://github.com/acme/shop.git", "acme/shop"),
        ("https://x:y@github.com/acme/shop/", "acme/shop"),
        ("git@github.com:acme/my.shop.git", "acme/my.shop"),
        ("ssh://git@github.com:22/acme/shop", "acme/shop"),
        ("ssh://git@ssh.github.com:443/acme/shop.git", "acme/shop"),
        ("https://gitlab.com/acme/shop.git", None),
        ("https://github.com.evil.example/acme/shop.git", None),
        ("https://evil.example/github.com/acme/shop", None),
        ("/srv/git/github.com/shop.git", None),
        (".", None),
    ],
)
async def test_which_origins_are_github(origin: str, name: str | None) -> None:
    found = github_of(origin, {})
    assert (found and found.name) == name


@asynccontextmanager
async def served(app: web.Application) -> AsyncGenerator[str, None]:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


class Hub:
    """Answers as GitHub does for pull requests; checks each request against the description."""

    def __init__(self, listing: Operation | None, opening: Operation | None) -> None:
        self.listing, self.opening = listing, opening
        self.opened: list[dict[str, str]] = []
        self.status = 201
        self.app = web.Application()
        self.app.router.add_get("/repos/acme/shop/pulls", self._list)
        self.app.router.add_post("/repos/acme/shop/pulls", self._open)

    async def _list(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer t0ken"
        if self.listing:
            self.listing.check_query(dict(request.query))
        head = request.query["head"].removeprefix("acme:")
        found = [p for p in self.opened if p["head"] == head and p["base"] == request.query["base"]]
        return web.json_response([{"html_url": p["html_url"]} for p in found])

    async def _open(self, request: web.Request) -> web.Response:
        body = json.loads(await request.read())
        if self.opening:
            self.opening.check_body(body)
        if self.status != 201:
            refusal = {"message": "Validation Failed", "errors": [{"message": "No commits"}]}
            return web.json_response(refusal, status=self.status)
        self.opened.append({**body, "html_url": f"http://hub/pull/{len(self.opened) + 1}"})
        return web.json_response(self.opened[-1], status=201)


async def test_a_pull_request_is_opened_once() -> None:
    hub = Hub(
        operation("get", "/repos/{owner}/{repo}/pulls"),
        operation("post", "/repos/{owner}/{repo}/pulls"),
    )
    async with served(hub.app) as api:
        environ = {"GH_TOKEN": "t0ken", "GITHUB_API_URL": api}
        github = github_of("git@github.com:acme/shop", environ)
        assert github
        assert "t0ken" not in repr(github)
        request = PullRequest('Revert "Bad"', "placid/revert-1", "main", WHY)
        assert await github.propose(request) == "http://hub/pull/1"
        assert await github.propose(request) == "http://hub/pull/1"
        assert len(hub.opened) == 1
        hub.opened.clear()
        hub.status = 422
        with pytest.raises(Problem, match=r"refuses \(422\): Validation Failed; No commits"):
            await github.propose(request)
        hub.status = 502
        with pytest.raises(Unavailable):
            await github.propose(request)
    with pytest.raises(Unavailable, match="did not answer"):
        await github.propose(request)


async def test_a_pull_request_from_a_local_source(source: Source, tmp_path: Path) -> None:
    good = source.commit("Good", app_py="good")
    bad = source.commit("Bad", app_py="bad")
    bare = source.bare(tmp_path / "acme/shop")
    origin = f"file://localhost{bare}"
    hub = Hub(None, None)
    async with served(hub.app) as api:
        server = api.split("://")[1]
        git(source.folder, "remote", "set-url", "origin", f"https://{server}/acme/shop")
        environ = {
            "GITHUB_TOKEN": "t0ken",
            "GITHUB_API_URL": api,
            "GITHUB_SERVER_URL": f"https://{server.split(':')[0]}",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{origin}.insteadOf",
            "GIT_CONFIG_VALUE_0": f"https://{server}/acme/shop",
        }
        repository = follow(source.folder, tmp_path, **environ)
        said = await repository.take_back(bad, good, WHY, "pull-request")
    assert said.endswith("opened http://hub/pull/1")
    branch = f"placid/revert-{bad[:10]}"
    assert hub.opened[0]["head"] == branch
    assert git(bare, "show", f"{branch}:app.py") == "good"
