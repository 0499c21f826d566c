"""Remote actions and workflows: from bare repositories by file:// URL, with a real lock file."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from placid.base.errors import Problem
from placid.edge.pipeline.actions.finding import KnownActions
from placid.edge.pipeline.actions.lockfile import LockFile
from placid.edge.pipeline.actions.native import Settings, names
from tests.edge.pipeline.actions.uses import referring, tree
from tests.edge.real_git import Source, git


class Server:
    """A server that has `bo/act`, an action with a tag, a branch and a sub-action."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.act = Source(folder / "act")
        self.first = self.act.commit(
            "one", action_yml="name: one\n", sub__action_yml="name: sub\n", run_sh="echo\n"
        )
        self.act.write(".github/workflows/call.yml", "on: workflow_call\n")
        self.act.write("secret.txt", "not in the archive\n")
        self.act.write(".gitattributes", "secret.txt export-ignore\n")
        (self.act.folder / "run.sh").chmod(0o755)
        self.second = self.act.commit("two", action_yml="name: two\n")
        git(self.act.folder, "tag", "-a", "v1", "-m", "one", self.second)
        git(self.act.folder, "branch", "release/1", self.first)
        git(self.act.folder, "branch", "v1", self.first)
        (folder / "server/bo").mkdir(parents=True)
        self.bare = self.act.bare(folder / "server/bo/act")
        self.url = f"file://{folder}/server"
        self.lock = folder / "repo/.placid-actions.lock"
        self.repository = Source(folder / "repo")
        self.said: list[str] = []

    def known(self, *, offline: bool = False, update: bool = False) -> KnownActions:
        settings = Settings(server=self.url, update=update)
        return KnownActions(
            self.repository.folder, self.lock, self.folder / "cache", offline, settings
        )

    def move(self, tag: str, commit: str) -> None:
        git(self.bare, "tag", "-f", tag, commit)

    def fetch(self, uses: str, into: str = "job", **options: bool) -> Path:
        known = self.known(**options)
        return known.fetch(referring(uses), self.folder / into, self.said.append)


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path)


def test_an_action_comes_at_the_commit_of_its_tag_and_is_locked(server: Server) -> None:
    folder = server.fetch("bo/act@v1")
    assert folder == server.folder / "job/bo/act/v1"
    assert (folder / "action.yml").read_text() == "name: two\n"
    assert (folder / "run.sh").stat().st_mode & 0o777 == 0o755
    assert not (folder / "secret.txt").exists() and not (folder / ".git").exists()
    assert server.lock.read_text() == f"bo/act@v1 {server.second}\n"
    assert server.said == [f"Download action repository 'bo/act@v1' (SHA:{server.second})"]


def test_a_locked_ref_is_not_asked_for_again(server: Server) -> None:
    server.fetch("bo/act@v1")
    server.move("v1", server.first)
    assert (server.fetch("bo/act@v1", "two") / "action.yml").read_text() == "name: two\n"
    server.bare.rename(server.folder / "away")
    assert (server.fetch("Bo/Act@v1", "three") / "action.yml").read_text() == "name: two\n"
    (server.folder / "away").rename(server.bare)
    moved = server.fetch("bo/act@v1", "four", update=True)
    assert (moved / "action.yml").read_text() == "name: one\n"
    assert server.lock.read_text() == f"bo/act@v1 {server.first}\n"


def test_a_lock_without_a_cache_brings_the_locked_commit(server: Server) -> None:
    server.lock.write_text(f"# ours\n\nbo/act@v1 {server.first}\n")
    assert (server.fetch("bo/act@v1") / "action.yml").read_text() == "name: one\n"
    assert server.said[0].endswith(f"(SHA:{server.first})")


def test_paths_branches_and_commits(server: Server) -> None:
    assert (server.fetch("bo/act/sub@v1") / "action.yml").read_text() == "name: sub\n"
    assert (server.fetch("bo/act@release/1") / "action.yml").read_text() == "name: one\n"
    pinned = server.fetch(f"bo/act@{server.first}")
    assert pinned == server.folder / "job/bo/act" / server.first
    assert server.lock.read_text().splitlines() == [
        f"bo/act@release/1 {server.first}",
        f"bo/act@v1 {server.second}",
    ]
    with pytest.raises(Problem, match="there is no folder 'nope'"):
        server.fetch("bo/act/nope@v1")


def test_a_path_stays_in_its_repository(server: Server) -> None:
    (server.act.folder / "away").symlink_to("/etc")
    (server.act.folder / ".github/workflows/link.yml").symlink_to("/etc/hostname")
    git(server.act.folder, "add", "-A")
    commit = server.act.commit("links", x_txt="x")
    git(server.act.folder, "push", "-q", str(server.bare), "HEAD:main")
    for path in ("away", "../../..", "sub/../../.."):
        with pytest.raises(Problem, match="there is no folder"):
            server.fetch(f"bo/act/{path}@{commit}")
    known = server.known()
    for path in (".github/workflows/link.yml", ".github/workflows/../../../../x.yml"):
        with pytest.raises(Problem, match="there is no workflow"):
            known.workflow(referring(f"bo/act/{path}@{commit}"))


def test_offline_says_which_action_and_what_to_do(server: Server) -> None:
    with pytest.raises(Problem) as caught:
        server.fetch("bo/act/sub@v1", offline=True)
    assert caught.value.what == (
        "bo/act/sub@v1 is not on this machine, and nothing is fetched offline"
    )
    assert "--skip-action bo/act/sub" in (caught.value.fix or "")
    server.fetch("bo/act@v1")
    assert (server.fetch("bo/act@v1", "two", offline=True) / "action.yml").exists()


def test_what_the_server_does_not_have(server: Server) -> None:
    with pytest.raises(Problem, match="unable to find version `v9`"):
        server.fetch("bo/act@v9")
    with pytest.raises(Problem, match=r"bo/none@v1 cannot be had: there is no git repository"):
        server.fetch("bo/none@v1")
    with pytest.raises(Problem, match="cannot be had"):
        server.fetch(f"bo/act@{'12' * 20}")
    with pytest.raises(Problem, match="unable to find version"):
        server.fetch(f"bo/act@{server.first[:7]}")
    assert not server.lock.exists()
    assert [path.name for path in (server.folder / "cache").rglob(".new-*")] == []


def test_a_reusable_workflow(server: Server) -> None:
    known = server.known()
    assert known.workflow(referring("bo/act/.github/workflows/call.yml@v1")) == (
        "on: workflow_call\n"
    )
    with pytest.raises(Problem, match="there is no workflow"):
        known.workflow(referring("bo/act/.github/workflows/other.yml@v1"))


def test_the_own_repository_by_its_name_needs_no_server(server: Server) -> None:
    own = server.repository
    git(own.folder, "remote", "add", "origin", "git@github.com:Ada/Shop.git")
    own.write(".github/workflows/call.yml", "on: workflow_call\n")
    own.commit("one")
    text = server.known(offline=True).workflow(
        referring("ada/shop/.github/workflows/call.yml@main")
    )
    assert text == "on: workflow_call\n"
    assert not server.lock.exists()


def test_jobs_that_want_one_action_at_once(server: Server) -> None:
    known = server.known()
    found: list[dict[str, str]] = []

    def want(job: int) -> None:
        into = server.folder / f"job{job % 2}"
        found.append(tree(known.fetch(referring("bo/act@v1"), into, server.said.append)))

    threads = [threading.Thread(target=want, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6 and all(each == found[0] for each in found)
    assert len(server.said) == 1
    kept = (server.folder / "cache/bo/act" / server.second / "action.yml").stat()
    assert kept.st_nlink == 1


def test_what_a_killed_fetch_left_goes(server: Server) -> None:
    left = server.folder / "cache/bo/act/.new-1-abc/tree"
    left.mkdir(parents=True)
    server.fetch("bo/act@v1")
    assert not left.exists()


def test_many_refs_are_locked_at_once(tmp_path: Path) -> None:
    def lock(number: int) -> None:
        file = LockFile(tmp_path / "actions.lock", tmp_path / "guard")
        file.put("o/n", f"v{number}", f"{number:040x}")

    threads = [threading.Thread(target=lock, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = (tmp_path / "actions.lock").read_text().splitlines()
    assert lines == sorted(lines) and len(lines) == 20


@pytest.mark.parametrize("line", ["bo/act@v1", "bo/act v1 1234", "bo/act@v1 1234", "x"])
def test_a_line_that_cannot_be_read_is_shown(tmp_path: Path, line: str) -> None:
    path = tmp_path / "actions.lock"
    path.write_text(f"a/b@v1 {'0' * 40}\n{line}\n")
    with pytest.raises(Problem) as caught:
        LockFile(path, tmp_path / "guard").get("a/b", "v1")
    assert caught.value.where == f"{path}:2"


def test_a_skipped_action_does_nothing(server: Server) -> None:
    settings = Settings(skip=frozenset({"codecov/codecov-action", "github/codeql-action"}))
    known = KnownActions(server.repository.folder, server.lock, server.folder / "c", True, settings)
    assert known.native(referring("Codecov/codecov-action@v5")) is not None
    assert known.native(referring("github/codeql-action/init@v3")) is not None
    assert known.native(referring("docker/login-action@v3")) is None


@pytest.mark.parametrize(
    "uses", ["actions/checkout@v4", "Actions/Checkout@main", f"actions/checkout@{'a' * 40}"]
)
def test_a_native_action_whatever_its_ref(server: Server, uses: str) -> None:
    assert server.known(offline=True).native(referring(uses)) is not None


@pytest.mark.parametrize(
    "uses",
    [
        "actions/checkout/sub@v4",
        "actions/unknown@v1",
        "./actions/checkout",
        "docker://actions/checkout",
        "actions/__init__@v1",
        "github/codeql-action/init@v3",
        "actions/attest-build-provenance@v2",
    ],
)
def test_the_others_are_not_native(server: Server, uses: str) -> None:
    assert server.known(offline=True).native(referring(uses)) is None


def test_every_native_action_is_found_by_its_name() -> None:
    assert "actions/checkout" in names()
