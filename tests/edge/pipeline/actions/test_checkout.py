"""actions/checkout from a real repository: what the job sees is what GitHub's action makes."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from placid.base.errors import Problem
from placid.edge.pipeline.actions.checkouts.target import sound
from placid.edge.pipeline.actions.checkouts.workspace import quoted, without_login
from placid.edge.pipeline.actions.native import Settings
from placid.ports.pipeline import Done
from tests.edge.pipeline.actions.uses import Bench, tree
from tests.edge.real_git import ENVIRON, Source, git

CHECKOUT = "actions/checkout@v4"


def everything(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every file below a folder with what would show that it was touched. (An object's time is
    renewed by git when a repository that borrows it makes the same one, so that it is not pruned.)
    """
    found: dict[str, tuple[int, int, bytes]] = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            seen = path.stat()
            time = 0 if "objects" in path.parts else seen.st_mtime_ns
            found[str(path)] = (time, seen.st_nlink, path.read_bytes())
    return found


def test_the_branch_is_checked_out_and_tracks_origins(bench: Bench) -> None:
    done = bench.well(CHECKOUT)
    commit = bench.source.tip()
    assert done.outputs == {"ref": "refs/heads/main", "commit": commit}
    assert tree(bench.workspace) == {"app.py": "2\n", "docs/a.md": "a\n", "docs/deep/b.md": "b\n"}
    assert git(bench.workspace, "status", "--porcelain", "-b") == "## main...origin/main"
    assert git(bench.workspace, "rev-list", "--count", "HEAD") == "1"
    assert git(bench.workspace, "rev-parse", "--is-shallow-repository") == "true"
    assert git(bench.workspace, "remote", "get-url", "origin") == "https://x.example/r"
    assert git(bench.workspace, "for-each-ref", "--format=%(refname)").split() == [
        "refs/heads/main",
        "refs/remotes/origin/main",
    ]
    assert done.differs == () and done.post is None
    assert bench.said[-1] == commit


def test_the_users_repository_is_left_alone(bench: Bench) -> None:
    git(bench.source.folder, "tag", "-a", "v1", "-m", "one")
    before = everything(bench.source.folder)
    for depth in ("1", "2", "0"):
        bench.well(CHECKOUT, fetch_depth=depth, fetch_tags="true")
        job = bench.workspace
        (job / "app.py").write_text("written by the job\n")
        git(job, "commit", "-aqm", "the job's own")
        git(job, "tag", "v2")
        git(job, "branch", "side")
        git(job, "gc", "-q", "--prune=now")
        subprocess.run(["chmod", "-R", "a+w", str(job)], check=True)
    assert everything(bench.source.folder) == before
    inodes = {path.stat().st_ino for path in bench.source.folder.rglob("*") if path.is_file()}
    copies = {path.stat().st_ino for path in bench.workspace.rglob("*") if path.is_file()}
    assert not inodes & copies


def test_all_history_comes_with_depth_0(bench: Bench) -> None:
    git(bench.source.folder, "branch", "side", "HEAD~1")
    git(bench.source.folder, "tag", "-a", "v1", "-m", "annotated", "HEAD~1")
    bench.well(CHECKOUT, fetch_depth="0")
    assert git(bench.workspace, "rev-list", "--count", "HEAD") == "2"
    assert git(bench.workspace, "describe", "--tags").startswith("v1-1-g")
    assert git(bench.workspace, "rev-parse", "--is-shallow-repository") == "false"
    assert git(bench.workspace, "branch", "-r", "--format=%(refname:short)").split() == [
        "origin/main",
        "origin/side",
    ]
    assert git(bench.workspace, "fsck", "--no-dangling") == ""


@pytest.mark.parametrize("depth", ["1", "2", "3", "50", " 2 "])
def test_history_is_as_deep_as_asked(bench: Bench, depth: str) -> None:
    for number in range(5):
        bench.source.commit(f"more {number}")
    bench.origin = replace(bench.origin, commit=bench.source.tip())
    bench.well(CHECKOUT, fetch_depth=depth)
    assert int(git(bench.workspace, "rev-list", "--count", "HEAD")) == min(int(depth), 7)
    assert git(bench.workspace, "status", "--porcelain", "-b") == "## main...origin/main"


def test_tags_come_when_asked(bench: Bench) -> None:
    git(bench.source.folder, "tag", "v1", "HEAD~1")
    git(bench.source.folder, "tag", "-a", "v2", "-m", "two")
    bench.well(CHECKOUT, fetch_tags="true")
    assert git(bench.workspace, "tag").split() == ["v1", "v2"]
    assert git(bench.workspace, "cat-file", "-t", "v2") == "tag"
    assert git(bench.workspace, "rev-list", "--count", "v1") == "1"


@pytest.mark.parametrize("annotated", [True, False])
def test_a_tag_is_checked_out_detached(bench: Bench, annotated: bool) -> None:
    git(bench.source.folder, "tag", *(["-a", "-m", "one"] if annotated else []), "v1", "HEAD~1")
    commit = bench.source.tip("HEAD~1")
    bench.origin = replace(bench.origin, ref="refs/tags/v1", commit=commit)
    for inputs in ({}, {"ref": "v1"}, {"ref": "refs/tags/v1"}):
        done = bench.well(CHECKOUT, **inputs)
        assert done.outputs["commit"] == commit
        assert git(bench.workspace, "rev-parse", "HEAD") == commit
        assert git(bench.workspace, "describe", "--tags", "--exact-match") == "v1"
        assert git(bench.workspace, "rev-parse", "--abbrev-ref", "HEAD") == "HEAD"
        kind = "tag" if annotated else "commit"
        assert git(bench.workspace, "cat-file", "-t", "refs/tags/v1") == kind


def test_a_pull_request_is_its_merge_commit_detached(bench: Bench) -> None:
    bench.origin = replace(bench.origin, ref="refs/pull/7/merge")
    done = bench.well(CHECKOUT)
    assert done.outputs["ref"] == "refs/pull/7/merge"
    assert git(bench.workspace, "rev-parse", "refs/remotes/pull/7/merge") == bench.origin.commit
    assert git(bench.workspace, "rev-parse", "--abbrev-ref", "HEAD") == "HEAD"


def test_another_ref_is_found_as_the_action_finds_it(bench: Bench) -> None:
    source = bench.source
    older = source.tip("HEAD~1")
    git(source.folder, "branch", "side/way", older)
    git(source.folder, "tag", "both", older)
    git(source.folder, "branch", "both", source.tip())
    done = bench.well(CHECKOUT, ref="side/way")
    assert done.outputs == {"ref": "side/way", "commit": older}
    assert git(bench.workspace, "status", "-sb") == "## side/way...origin/side/way"
    assert bench.well(CHECKOUT, ref="both").outputs["commit"] == source.tip()
    assert bench.well(CHECKOUT, ref="refs/tags/both").outputs["commit"] == older
    assert bench.well(CHECKOUT, ref=older.upper()).outputs == {"ref": "", "commit": older}
    assert git(bench.workspace, "rev-parse", "--abbrev-ref", "HEAD") == "HEAD"
    assert bench.do(CHECKOUT, ref="nowhere").failed.startswith(
        "A branch or tag with the name 'nowhere' could not be found"
    )
    assert "cannot be checked out" in bench.do(CHECKOUT, ref="12" * 20).failed


def test_other_branches_are_what_the_remote_has(bench: Bench) -> None:
    remote = git(bench.source.folder, "commit-tree", "HEAD^{tree}", "-m", "newer")
    git(bench.source.folder, "branch", "dev", "HEAD~1")
    git(bench.source.folder, "update-ref", "refs/remotes/origin/dev", remote)
    git(bench.source.folder, "update-ref", "refs/remotes/origin/main", remote)
    assert bench.well(CHECKOUT, ref="dev").outputs["commit"] == remote
    assert bench.well(CHECKOUT, ref="main").outputs["commit"] == bench.source.tip()


def test_paths_stay_below_the_workspace(bench: Bench, tmp_path: Path) -> None:
    bench.well(CHECKOUT, path="a/b")
    assert (bench.workspace / "a/b/app.py").exists()
    assert "is not under" in bench.do(CHECKOUT, path="../out").failed
    assert "is not under" in bench.do(CHECKOUT, path=str(tmp_path / "out")).failed
    (bench.workspace / "away").symlink_to(tmp_path)
    assert "is not under" in bench.do(CHECKOUT, path="away/x").failed
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious").write_text("kept")
    (bench.workspace / "link").symlink_to(elsewhere)
    bench.do(CHECKOUT, path="link")
    assert (elsewhere / "precious").read_text() == "kept"


def test_what_was_there_goes(bench: Bench) -> None:
    bench.write({"stray/file": "x", "app.py": "x"})
    (bench.workspace / "link").symlink_to("/nowhere")
    bench.well(CHECKOUT)
    assert tree(bench.workspace).keys() == {"app.py", "docs/a.md", "docs/deep/b.md"}


@pytest.mark.parametrize("clean", ["true", "false", "TRUE"])
def test_a_second_checkout_keeps_the_repository(bench: Bench, clean: str) -> None:
    bench.well(CHECKOUT)
    git(bench.workspace, "config", "a.b", "kept")
    git(bench.workspace, "checkout", "-qb", "mine")
    bench.write({"app.py": "changed", "new": "x"})
    (bench.workspace / "docs/a.md").unlink()
    bench.well(CHECKOUT, clean=clean)
    assert (bench.workspace / "new").exists() == (clean == "false")
    assert tree(bench.workspace) | {"new": ""} == {
        **{"app.py": "2\n", "docs/a.md": "a\n", "docs/deep/b.md": "b\n", "new": ""}
    }
    assert git(bench.workspace, "config", "a.b") == "kept"
    assert git(bench.workspace, "branch", "--format=%(refname:short)") == "main"


def test_sparse_checkouts(bench: Bench) -> None:
    bench.well(CHECKOUT, sparse_checkout="docs/deep\n")
    assert tree(bench.workspace).keys() == {"app.py", "docs/a.md", "docs/deep/b.md"}
    bench.well(CHECKOUT, sparse_checkout=".")
    assert tree(bench.workspace).keys() == {"app.py"}
    bench.well(CHECKOUT)
    assert "docs/deep/b.md" in tree(bench.workspace)
    options = {"sparse_checkout": "docs/*\n!docs/deep/\n", "sparse_checkout_cone_mode": "false"}
    bench.well(CHECKOUT, path="other", **options)
    assert tree(bench.workspace / "other").keys() == {"docs/a.md"}
    assert git(bench.workspace / "other", "status", "--porcelain") == ""


def test_the_dirty_tree_goes_on_top(bench: Bench) -> None:
    source = bench.source
    source.write(".gitignore", "*.log\n")
    source.write("x.log", "ignored")
    source.write("new/file.txt", "untracked")
    source.write("app.py", "changed\n")
    (source.folder / "app.py").chmod(0o755)
    (source.folder / "docs/a.md").unlink()
    (source.folder / "link").symlink_to("app.py")
    (source.folder / "docs/deep/b.md").unlink()
    (source.folder / "docs/deep").rmdir()
    source.write("docs/deep", "a file now")
    source.write(".placid/ledger", "ours")
    git(source.folder, "add", "app.py")
    bench.origin = replace(bench.origin, dirty=True)
    done = bench.well(CHECKOUT)
    assert tree(bench.workspace) == {
        ".gitignore": "*.log\n",
        "app.py": "changed\n",
        "docs/deep": "a file now",
        "link": "-> app.py",
        "new/file.txt": "untracked",
    }
    assert os.access(bench.workspace / "app.py", os.X_OK)
    assert len(done.differs) == 1
    assert git(bench.workspace, "rev-parse", "HEAD") == source.tip()
    older = bench.well(CHECKOUT, ref=source.tip("HEAD~1"), path="old")
    assert older.differs == ()
    assert (bench.workspace / "old/app.py").read_text() == "1\n"


def test_a_worktree_a_bare_mirror_and_a_shallow_clone_will_do(bench: Bench, tmp_path: Path) -> None:
    source = bench.source
    git(source.folder, "worktree", "add", "-q", str(tmp_path / "tree"), "-b", "wt")
    bare = source.bare(tmp_path / "bare.git")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{source.folder}", "shallow")
    for repository in (tmp_path / "tree", bare, tmp_path / "shallow"):
        bench.origin = replace(bench.origin, repository=repository)
        for depth in ("1", "0"):
            bench.well(CHECKOUT, fetch_depth=depth)
            assert git(bench.workspace, "log", "--format=%H").split()[0] == source.tip()


def test_the_users_settings_change_nothing(bench: Bench, tmp_path: Path) -> None:
    hook = bench.source.folder / ".git/hooks/post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/hooked\n")
    hook.chmod(0o755)
    git(bench.source.folder, "config", "core.autocrlf", "true")
    bench.well(CHECKOUT)
    assert (bench.workspace / "app.py").read_bytes() == b"2\n"
    assert not (tmp_path / "hooked").exists()


def test_submodules_come_from_the_users_clones(bench: Bench, tmp_path: Path) -> None:
    inner = Source(tmp_path / "inner")
    inner.commit("inner", inner_txt="inside\n")
    sub = Source(tmp_path / "sub")
    sub.commit("sub", sub_txt="below\n")
    add = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add")
    git(sub.folder, *add, f"file://{inner.folder}", "nested")
    sub.commit("nested")
    source = bench.source
    git(source.folder, *add, f"file://{sub.folder}", "libs/sub")
    git(source.folder, *add[:3], "update", "--init", "--recursive", "-q")
    bench.origin = replace(bench.origin, commit=source.commit("with a submodule"))
    (tmp_path / "sub").rename(tmp_path / "gone")
    (tmp_path / "inner").rename(tmp_path / "gone too")
    bench.settings = Settings(offline=True)
    bench.well(CHECKOUT)
    assert list((bench.workspace / "libs/sub").iterdir()) == []
    bench.well(CHECKOUT, submodules="true")
    assert (bench.workspace / "libs/sub/sub.txt").read_text() == "below\n"
    assert list((bench.workspace / "libs/sub/nested").iterdir()) == []
    bench.well(CHECKOUT, submodules="Recursive")
    assert (bench.workspace / "libs/sub/nested/inner.txt").read_text() == "inside\n"
    assert git(bench.workspace, "submodule", "status", "--recursive").count("libs/sub") == 2


def test_large_files_come_from_the_users_store(bench: Bench) -> None:
    source = bench.source
    if subprocess.run(["git", "lfs", "version"], check=False, capture_output=True).returncode:
        assert "needs git-lfs" in bench.do(CHECKOUT, lfs="true").failed
        pytest.skip("git-lfs is not installed: apt-get install git-lfs")
    git(source.folder, "lfs", "install", "--local")
    git(source.folder, "lfs", "track", "*.bin")
    source.write("big.bin", "large\n" * 100)
    bench.origin = replace(bench.origin, commit=source.commit("large"))
    bench.settings = Settings(offline=True)
    bench.well(CHECKOUT)
    assert (bench.workspace / "big.bin").read_text().startswith("version https://git-lfs")
    bench.well(CHECKOUT, lfs="true")
    assert (bench.workspace / "big.bin").read_text() == "large\n" * 100
    assert git(bench.workspace, "status", "--porcelain") == ""
    shutil.rmtree(source.folder / ".git/lfs/objects")
    assert "LFS files are not on this machine" in bench.do(CHECKOUT, path="x", lfs="true").failed


@pytest.fixture
def hosted(bench: Bench, tmp_path: Path) -> Bench:
    """Another repository, bo/tools, on a server."""
    tools = Source(tmp_path / "tools")
    tools.commit("one", t_txt="1\n")
    git(tools.folder, "tag", "-a", "v1", "-m", "one")
    tools.commit("two", t_txt="2\n")
    git(tools.folder, "branch", "old", "HEAD~1")
    (tmp_path / "server/bo").mkdir(parents=True)
    tools.bare(tmp_path / "server/bo/tools")
    bench.settings = Settings(server=f"file://{tmp_path}/server")
    return bench


def another(bench: Bench, **inputs: str) -> Done:
    return bench.well(CHECKOUT, repository="bo/tools", path="tools", **inputs)


def test_another_repository_is_cloned(hosted: Bench) -> None:
    folder = hosted.workspace / "tools"
    done = another(hosted)
    assert done.outputs["ref"] == "refs/heads/main"
    assert tree(folder) == {"t.txt": "2\n"}
    assert git(folder, "status", "-sb") == "## main...origin/main"
    assert git(folder, "rev-list", "--count", "HEAD") == "1"
    assert another(hosted, ref="v1").outputs["ref"] == "v1"
    assert tree(folder) == {"t.txt": "1\n"}
    assert git(folder, "cat-file", "-t", "v1") == "tag"
    another(hosted, ref="old", fetch_depth="0")
    assert git(folder, "branch", "-r", "--format=%(refname:short)").split() == [
        "origin/main",
        "origin/old",
    ]
    commit = git(folder, "rev-parse", "origin/main")
    assert another(hosted, ref=commit).outputs == {"ref": "", "commit": commit}
    assert git(folder, "rev-parse", "--abbrev-ref", "HEAD") == "HEAD"
    missing = hosted.do(CHECKOUT, repository="bo/tools", path="tools", ref="nope")
    assert "could not be found" in missing.failed


def test_a_token_is_left_only_as_long_as_the_job(hosted: Bench) -> None:
    done = another(hosted, token="s3cr3t-token")
    folder = hosted.workspace / "tools"
    listed = git(folder, "config", "--get-regexp", "extraheader")
    assert "AUTHORIZATION: basic" in listed and "s3cr3t" not in listed
    assert done.always
    hosted.after(done, CHECKOUT)
    assert "AUTHORIZATION" not in (folder / ".git/config").read_text()
    quiet = another(hosted, token="s3cr3t-token", persist_credentials="false")
    assert quiet.post is None
    assert "extraheader" not in (folder / ".git/config").read_text().lower()
    assert not any("s3cr3t" in line for line in hosted.said)


def test_offline_another_repository_is_a_clear_no(hosted: Bench) -> None:
    hosted.settings = hosted.settings._replace(offline=True)
    failed = hosted.do(CHECKOUT, repository="bo/tools", path="tools").failed
    assert "bo/tools is another repository, and nothing is fetched offline" in failed


def test_the_own_repository_by_its_name(bench: Bench) -> None:
    assert bench.well(CHECKOUT, repository="Ada/Shop").outputs["commit"] == bench.source.tip()
    assert bench.do(CHECKOUT, repository="shop").failed.startswith("Invalid repository 'shop'")


def test_unknown_inputs_are_warned_of(bench: Bench) -> None:
    bench.well(CHECKOUT, fetch_dept="0")
    assert bench.said[0].startswith("::warning::Unexpected input(s) 'fetch-dept', valid inputs are")


def test_a_stopped_job_checks_nothing_out(bench: Bench) -> None:
    bench.stop.ask()
    assert bench.do(CHECKOUT).failed == "The operation was canceled."


@given(st.text(min_size=1, max_size=30))
def test_values_come_back_from_a_config(value: str) -> None:
    value = value.replace("\0", "").replace("\r", "").encode(errors="ignore").decode()
    text = f"[a]\n\tb = {quoted(value)}\n"
    ran = subprocess.run(
        ["git", "config", "-z", "-f", "-", "a.b"],
        input=text.encode(),
        capture_output=True,
        check=True,
        env=ENVIRON,
    )
    assert ran.stdout.decode() == value + "\0"


@given(st.text("a./-@{}~^: *[\\\x7f?lock", min_size=1, max_size=12))
def test_refs_are_refused_as_git_refuses_them(name: str) -> None:
    ran = subprocess.run(
        ["git", "check-ref-format", f"refs/heads/{name}"], check=False, env=ENVIRON
    )
    try:
        sound(f"refs/heads/{name}")
    except Problem:
        assert ran.returncode != 0
    else:
        assert ran.returncode == 0


def test_a_login_in_the_remotes_url_stays_behind() -> None:
    assert without_login("https://ada:pw@x.example/a@b/r") == "https://x.example/a@b/r"
    assert without_login("git@github.com:a/b.git") == "git@github.com:a/b.git"
    assert without_login("/a/b@c") == "/a/b@c"


def test_a_folder_without_a_commit_is_taken_as_it_lies(bench: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "a.txt").write_text("here")
    (folder / "link").symlink_to("src/a.txt")
    (folder / ".placid").mkdir()
    bench.origin = replace(bench.origin, repository=folder, commit="0" * 40)
    done = bench.well(CHECKOUT)
    assert (bench.workspace / "link").read_text() == "here"
    assert not (bench.workspace / ".placid").exists()
    assert "as they lie" in done.differs[0]
