"""The state of real repositories, in all the shapes that they come in."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from placid.base.errors import Problem
from placid.core.pipeline.events import event
from placid.core.pipeline.repository import NO_COMMIT, GitState
from placid.edge.pipeline.gitstate import changed, read
from tests.edge.real_git import Source, git


@pytest.fixture
def source(tmp_path: Path) -> Source:
    made = Source(tmp_path / "shop")
    git(made.folder, "config", "user.name", "Ada Lovelace")
    git(made.folder, "config", "user.email", "7+ada@users.noreply.github.com")
    return made


def shared(source: Source) -> Path:
    """Give it an origin that has all its branches."""
    bare = source.bare(source.folder.parent / "origin.git")
    git(source.folder, "fetch", "-q", "origin")
    git(source.folder, "remote", "set-head", "origin", "main")
    return bare


def subjects(state: GitState) -> list[str]:
    return [each.message for each in state.commits]


def test_one_commit_and_no_remote(source: Source) -> None:
    tip = source.commit("First", app_py="1", docs__a_md="2")
    state = read(source.folder)
    assert state.head is not None
    assert (state.sha, state.ref, state.before) == (tip, "refs/heads/main", NO_COMMIT)
    assert state.head.added == ("app.py", "docs/a.md")
    assert (state.remote.slug, state.remote.url, state.trunk) == ("local/shop", "", "main")
    assert (state.actor.login, state.actor.id) == ("ada", 7)
    assert changed(source.folder, state, "push") == ["app.py", "docs/a.md"]


def test_the_usual_case_takes_two_processes(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.commit("First")
    source.commit("Second")
    shared(source)
    found = shutil.which("git")
    spy = tmp_path / "bin" / "git"
    spy.parent.mkdir()
    spy.write_text(f'#!/bin/sh\necho "$4" >> {tmp_path}/asked\nexec {found} "$@"\n')
    spy.chmod(0o755)
    monkeypatch.setenv("PATH", f"{spy.parent}:/usr/bin:/bin")
    state = read(source.folder)
    changed(source.folder, state, "push")
    assert sorted((tmp_path / "asked").read_text().split()) == ["config", "log"]


def test_a_folder_without_git_and_one_without_commits(tmp_path: Path, source: Source) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    assert read(plain).head is None
    assert read(plain).remote.slug == "local/plain"
    git(source.folder, "checkout", "-q", "-b", "fresh")
    state = read(source.folder)
    assert (state.head, state.ref, state.sha) == (None, "refs/heads/fresh", NO_COMMIT)
    assert changed(source.folder, state, "push") is None


def test_what_was_pushed_is_what_the_remote_lacks(source: Source) -> None:
    before = source.commit("First", app_py="1")
    shared(source)
    source.commit("Second", app_py="2", lib_py="1")
    tip = source.commit("Third", lib_py="2", docs_md="1")
    git(source.folder, "rm", "-q", "docs.md")
    git(source.folder, "commit", "-q", "-m", "Fourth")
    state = read(source.folder)
    assert (state.before, state.base, state.forced) == (before, before, False)
    assert subjects(state) == ["Second", "Third", "Fourth"]
    assert state.commits[1].id == tip
    assert state.commits[2].removed == ("docs.md",)
    # docs.md came and went: it is no change of the push, though two commits name it.
    assert changed(source.folder, state, "push") == ["app.py", "lib.py"]


def test_a_branch_that_is_up_to_date_is_its_last_commit(source: Source) -> None:
    first = source.commit("First")
    source.commit("Second", lib_py="1")
    shared(source)
    state = read(source.folder)
    assert (state.before, subjects(state)) == (first, ["Second"])
    git(source.folder, "reset", "-q", "--hard", first)
    behind = read(source.folder)
    assert (behind.before, behind.forced, subjects(behind)) == (NO_COMMIT, False, ["First"])


def test_history_that_was_written_anew_is_forced(source: Source) -> None:
    first = source.commit("First")
    old = source.commit("Second", lib_py="1")
    shared(source)
    git(source.folder, "reset", "-q", "--hard", first)
    source.commit("Other", other_py="1")
    state = read(source.folder)
    assert (state.before, state.forced, subjects(state)) == (old, True, ["Other"])
    assert changed(source.folder, state, "push") == ["lib.py", "other.py"]
    payload = event(state, "push").payload
    assert (payload["forced"], payload["created"]) == (True, False)


def test_a_new_branch_is_measured_from_the_default_one(source: Source) -> None:
    base = source.commit("First")
    shared(source)
    git(source.folder, "checkout", "-q", "-b", "feature/x")
    source.commit("Second", a_py="1")
    source.commit("Third", b_py="1")
    state = read(source.folder)
    assert (state.ref, state.before, state.base) == ("refs/heads/feature/x", NO_COMMIT, base)
    assert (state.trunk, state.trunk_tip) == ("main", base)
    assert subjects(state) == ["Second", "Third"]
    assert changed(source.folder, state, "push") == ["a.py", "b.py"]
    assert changed(source.folder, state, "pull_request") == ["a.py", "b.py"]
    assert event(state, "push").payload["created"] is True


def test_a_branch_with_nothing_new_changes_nothing(source: Source) -> None:
    source.commit("First")
    shared(source)
    git(source.folder, "checkout", "-q", "-b", "same")
    state = read(source.folder)
    assert (state.commits, changed(source.folder, state, "push")) == ((), [])


def test_a_pull_request_is_compared_with_where_it_left_its_base(source: Source) -> None:
    source.commit("First")
    git(source.folder, "checkout", "-q", "-b", "topic")
    source.commit("Topic", topic_py="1")
    git(source.folder, "checkout", "-q", "main")
    source.commit("Meanwhile", main_py="1")
    state = read(source.folder, ref="topic")
    assert changed(source.folder, state, "pull_request") == ["topic.py"]
    made = event(state, "pull_request")
    assert (made.head_ref, made.base_ref) == ("topic", "main")


def test_a_merge_lists_what_it_brings(source: Source) -> None:
    before = source.commit("First")
    shared(source)
    git(source.folder, "checkout", "-q", "-b", "topic")
    source.commit("Topic", topic_py="1")
    git(source.folder, "checkout", "-q", "main")
    source.commit("Meanwhile", main_py="1")
    git(source.folder, "merge", "-q", "--no-ff", "-m", "Merge topic", "topic")
    state = read(source.folder)
    assert sorted(subjects(state)) == ["Meanwhile", "Merge topic", "Topic"]
    assert subjects(state)[-1] == "Merge topic"
    assert state.commits[-1].added == ("topic.py",)
    assert state.before == before
    assert changed(source.folder, state, "push") == ["main.py", "topic.py"]


def test_tags(source: Source) -> None:
    tip = source.commit("First")
    git(source.folder, "tag", "v1")
    git(source.folder, "tag", "-a", "v2", "-m", "two")
    source.commit("Second")
    for name in ("v1", "v2", "refs/tags/v2"):
        state = read(source.folder, ref=name)
        assert (state.sha, state.ref) == (tip, f"refs/tags/{name.removeprefix('refs/tags/')}")
        assert (state.before, state.commits) == (NO_COMMIT, ())
        assert sorted(state.tags) == ["v1", "v2"]
        payload = event(state, "push").payload
        assert (payload["commits"], payload["created"]) == ([], True)
        assert json.loads(json.dumps(payload["head_commit"]))["id"] == tip
    assert event(read(source.folder, commit=tip), "release").ref == "refs/tags/v2"


def test_a_name_that_is_a_tag_and_a_branch_is_the_branch(source: Source) -> None:
    source.commit("First")
    git(source.folder, "branch", "both")
    git(source.folder, "tag", "both")
    assert read(source.folder, ref="refs/heads/both").ref == "refs/heads/both"
    assert read(source.folder, ref="refs/tags/both").ref == "refs/tags/both"


def test_a_detached_head_is_the_branch_or_tag_that_it_is_at(source: Source) -> None:
    first = source.commit("First")
    source.commit("Second")
    git(source.folder, "checkout", "-q", "--detach")
    assert read(source.folder).ref == "refs/heads/main"
    git(source.folder, "checkout", "-q", first)
    assert read(source.folder).ref == "refs/heads/main"
    git(source.folder, "tag", "v1")
    assert read(source.folder).ref == "refs/tags/v1"


def test_a_clone_checked_out_without_a_branch(source: Source, tmp_path: Path) -> None:
    source.commit("First")
    git(source.folder, "checkout", "-q", "-b", "topic")
    source.commit("Second")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(source.folder), str(clone))
    git(clone, "checkout", "-q", "--detach", "origin/topic")
    git(clone, "branch", "-q", "-D", "topic")
    assert read(clone).ref == "refs/heads/topic"


def test_a_bare_mirror_and_a_commit(source: Source, tmp_path: Path) -> None:
    first = source.commit("First")
    second = source.commit("Second", lib_py="1")
    third = source.commit("Third", app_py="9")
    mirror = tmp_path / "repo.git"
    git(tmp_path, "clone", "-q", "--mirror", str(source.folder), str(mirror))
    state = read(mirror, ref="main", commit=second)
    assert (state.sha, state.ref, state.before) == (second, "refs/heads/main", first)
    assert changed(mirror, state, "push") == ["lib.py"]
    known = read(mirror, ref="main", commit=third, before=first)
    assert (known.before, subjects(known)) == (first, ["Second", "Third"])
    assert changed(mirror, known, "push") == ["app.py", "lib.py"]
    assert (known.trunk, known.remote.slug) == ("main", "local/shop")


def test_a_shallow_clone_does_not_know_what_changed(source: Source, tmp_path: Path) -> None:
    source.commit("First")
    source.commit("Second", lib_py="1")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{source.folder}", str(clone))
    state = read(clone)
    assert state.shallow
    assert changed(clone, state, "push") is None


def test_a_worktree_and_a_folder_in_it(source: Source, tmp_path: Path) -> None:
    source.commit("First")
    shared(source)
    tree = tmp_path / "tree"
    git(source.folder, "worktree", "add", "-q", "-b", "side", str(tree))
    (tree / "inner").mkdir()
    for folder in (tree, tree / "inner"):
        state = read(folder)
        assert (state.ref, state.remote.slug) == ("refs/heads/side", "local/origin")
        assert (state.trunk, state.before) == ("main", NO_COMMIT)


def test_a_submodule_is_a_repository_of_its_own(source: Source, tmp_path: Path) -> None:
    source.commit("First")
    outer = Source(tmp_path / "outer")
    outer.commit("Outer")
    allowed = ("-c", "protocol.file.allow=always")
    git(outer.folder, *allowed, "submodule", "--quiet", "add", str(source.folder), "inner")
    outer.commit("With it")
    state = read(outer.folder)
    assert state.head is not None
    assert state.head.added == (".gitmodules", "inner")
    inner = read(outer.folder / "inner")
    assert inner.head is not None
    assert (inner.head.message, inner.trunk) == ("First", "main")
    git(outer.folder / "inner", "remote", "remove", "origin")
    assert read(outer.folder / "inner").remote.slug == "local/inner"


def test_a_dirty_tree(source: Source) -> None:
    source.commit("First", a_txt="1", b_txt="1")
    source.commit("Second", c_txt="1")
    source.write("a.txt", "2")
    source.write("new/ü x.txt", "2")
    (source.folder / "b.txt").unlink()
    assert read(source.folder).dirty == ()
    state = read(source.folder, dirty=True)
    assert sorted(state.dirty) == ["a.txt", "b.txt", "new/ü x.txt"]
    assert changed(source.folder, state, "push") == ["a.txt", "b.txt", "c.txt", "new/ü x.txt"]


def test_odd_names_and_messages(source: Source) -> None:
    source.commit("First")
    names = ["a\tb", 'q"q', "ü", "new\nline", "A", "-x", " lead"]
    for name in names:
        source.write(name, "1")
    git(source.folder, "add", "-A")
    git(source.folder, "commit", "-q", "-m", "Sübject\n\nA\tbody\n\nSigned-off-by: x\n")
    state = read(source.folder)
    assert state.head is not None
    assert sorted(state.head.added) == sorted(names)
    assert state.head.message == "Sübject\n\nA\tbody\n\nSigned-off-by: x"
    assert (state.head.subject, state.head.body) == ("Sübject", "A\tbody\n\nSigned-off-by: x")


def test_settings_that_change_what_git_prints_change_nothing(source: Source) -> None:
    source.commit("First", sub__a_txt="1" * 50)
    git(source.folder, "mv", "sub/a.txt", "b.txt")
    git(source.folder, "commit", "-q", "-m", "Move")
    usual = read(source.folder)
    for setting in ("diff.renames=copies", "log.decorate=short", "log.date=raw", "color.ui=always"):
        git(source.folder, "config", *setting.split("="))
    git(source.folder, "config", "diff.relative", "true")
    git(source.folder, "config", "log.excludeDecoration", "refs/*")
    git(source.folder, "config", "log.showSignature", "true")
    assert read(source.folder) == usual
    assert usual.head is not None
    assert (usual.head.added, usual.head.removed) == (("b.txt",), ("sub/a.txt",))


def test_the_environment_of_a_hook_does_not_lead_astray(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tip = source.commit("First")
    other = Source(tmp_path / "other")
    other.commit("Another")
    monkeypatch.setenv("GIT_DIR", str(other.folder / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.folder / ".git" / "index"))
    assert read(source.folder).sha == tip


def test_a_login_in_a_remote_is_nowhere(source: Source) -> None:
    source.commit("First")
    url = "https://ada:s3cret-token@github.com/octo/hello.git"
    git(source.folder, "remote", "add", "origin", url)
    state = read(source.folder)
    assert state.remote.slug == "octo/hello"
    assert state.remote.url == "https://github.com/octo/hello.git"
    assert "s3cret" not in repr(state)
    assert "s3cret" not in json.dumps(event(state, "push").payload)


def test_packed_refs_and_a_remote_of_another_name(source: Source) -> None:
    source.commit("First")
    bare = source.folder.parent / "up.git"
    git(source.folder, "clone", "-q", "--bare", str(source.folder), str(bare))
    git(source.folder, "remote", "add", "upstream", str(bare))
    git(source.folder, "fetch", "-q", "upstream")
    git(source.folder, "pack-refs", "--all")
    source.commit("Second", b_py="1")
    state = read(source.folder)
    assert (subjects(state), state.remote.slug) == (["Second"], "local/up")


def test_what_is_not_there_is_said(source: Source) -> None:
    source.commit("First")
    with pytest.raises(Problem, match="no branch, tag or commit 'nope'"):
        read(source.folder, ref="nope")
    with pytest.raises(Problem, match="no branch, tag or commit"):
        read(source.folder, commit="0123456789")
