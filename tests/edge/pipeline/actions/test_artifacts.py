"""Artifacts: what goes in, under which paths, and what comes out again."""

from __future__ import annotations

import os
import shutil
import string
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placid.base.errors import Problem
from placid.edge.pipeline.actions.artifacts.naming import check_name, folder_name, matching
from placid.edge.pipeline.actions.artifacts.searching import search
from placid.edge.pipeline.actions.artifacts.shelf import Shelf
from tests.edge.pipeline.actions.uses import Bench, tree

UPLOAD = "actions/upload-artifact@v4"
DOWNLOAD = "actions/download-artifact@v5"
MERGE = "actions/upload-artifact/merge@v4"
OUT = {
    "out/a.txt": "a",
    "out/deep/b.txt": "b",
    "out/deep/c.tmp": "c",
    "out/.hidden/d.txt": "d",
    "out/.e": "e",
    "other/f.txt": "f",
}


def arrived(bench: Bench, name: str) -> dict[str, str]:
    """What an artifact holds when it is downloaded alone."""
    into = bench.workspace / "into"
    shutil.rmtree(into, ignore_errors=True)
    bench.well(DOWNLOAD, name=name, path="into")
    return tree(into)


@pytest.mark.parametrize(
    ("path", "files"),
    [
        ("out/a.txt", {"a.txt"}),
        ("out", {"a.txt", "deep/b.txt", "deep/c.tmp"}),
        ("out/", {"a.txt", "deep/b.txt", "deep/c.tmp"}),
        ("./out", {"a.txt", "deep/b.txt", "deep/c.tmp"}),
        ("out/**/*.txt", {"a.txt", "deep/b.txt"}),
        ("out/*/b.txt", {"deep/b.txt"}),
        ("out/*", {"a.txt", "deep/b.txt", "deep/c.tmp"}),
        ("out\n!**/*.tmp", {"a.txt", "deep/b.txt"}),
        ("out\n!out/deep", {"a.txt"}),
        ("out/a.txt\nother", {"out/a.txt", "other/f.txt"}),
        ("out/a.txt\nout/deep/b.txt", {"a.txt", "deep/b.txt"}),
        ("# a comment\n\n  out/deep  \r\n", {"b.txt", "c.tmp"}),
        ("out/deep\n!nothing\nout", {"a.txt", "deep/b.txt", "deep/c.tmp"}),
        ("o?t/[a-b].txt", {"out/a.txt"}),
        ("*/f.txt", {"other/f.txt"}),
        ("out/.hidden/d.txt", {"d.txt"}),
        ("!out\nout/a.txt", {"a.txt"}),
    ],
)
def test_paths_begin_where_the_search_does(bench: Bench, path: str, files: set[str]) -> None:
    bench.write(OUT)
    bench.well(UPLOAD, path=path)
    assert arrived(bench, "artifact").keys() == files


def test_absolute_paths_and_the_home(bench: Bench) -> None:
    bench.write(OUT)
    home = bench.place.layout.home
    (home / "x").mkdir()
    (home / "x/y.txt").write_text("y")
    bench.well(UPLOAD, name="absolute", path=f"{bench.workspace}/out/*.txt")
    bench.well(UPLOAD, name="home", path="~/x")
    assert arrived(bench, "absolute") == {"a.txt": "a"}
    assert arrived(bench, "home") == {"y.txt": "y"}
    done = bench.well(DOWNLOAD, name="home", path="~/z")
    assert done.outputs == {"download-path": str(home / "z")}
    assert (home / "z/y.txt").read_text() == "y"


def test_hidden_files_come_when_asked(bench: Bench) -> None:
    bench.write(OUT)
    bench.well(UPLOAD, name="all", path="out", include_hidden_files="true")
    assert arrived(bench, "all").keys() >= {".e", ".hidden/d.txt", "a.txt"}
    assert bench.well(UPLOAD, name="none", path="out/.e").outputs == {}
    assert "No files were found" in bench.said[-1]


def test_links_are_followed_and_modes_are_lost(bench: Bench) -> None:
    bench.write({"out/run.sh": "echo"})
    out = bench.workspace / "out"
    (out / "run.sh").chmod(0o755)
    (out / "link").symlink_to("run.sh")
    (out / "gone").symlink_to("nowhere")
    (out / "loop").symlink_to(".")
    os.mkfifo(out / "pipe")
    bench.well(UPLOAD, path="out")
    files = arrived(bench, "artifact")
    assert files == {"run.sh": "echo", "link": "echo"}
    for name in files:
        assert (bench.workspace / "into" / name).stat().st_mode & 0o777 == 0o644


def test_an_artifact_is_a_copy(bench: Bench) -> None:
    bench.write({"out/a.txt": "before"})
    bench.well(UPLOAD, path="out")
    with (bench.workspace / "out/a.txt").open("w") as file:
        file.write("after")
    assert arrived(bench, "artifact") == {"a.txt": "before"}
    (bench.workspace / "into/a.txt").write_text("the job's")
    assert arrived(bench, "artifact") == {"a.txt": "before"}


def test_outputs_tell_where_it_is(bench: Bench) -> None:
    bench.write(OUT)
    one = bench.well(UPLOAD, name="one", path="out").outputs
    two = bench.well(UPLOAD, name="two", path="out").outputs
    assert (one["artifact-id"], two["artifact-id"]) == ("1", "2")
    assert len(one["artifact-digest"]) == 64 and one["artifact-digest"] == two["artifact-digest"]
    folder = Path(one["artifact-url"].removeprefix("file://"))
    assert tree(folder).keys() == {"a.txt", "deep/b.txt", "deep/c.tmp"}


def test_nothing_found(bench: Bench) -> None:
    said = "No files were found with the provided path: nope/*. No artifacts will be uploaded."
    assert bench.well(UPLOAD, path="nope/*").outputs == {}
    assert bench.said[-1] == f"::warning::{said}"
    assert bench.do(UPLOAD, path="nope/*", if_no_files_found="error").failed == said
    assert bench.well(UPLOAD, path="nope/*", if_no_files_found="ignore")
    assert bench.said[-1] == said
    assert bench.do(UPLOAD, path="x", if_no_files_found="fail").failed == (
        "Unrecognized if-no-files-found input. Provided: fail. Available options: warn,error,ignore"
    )


def test_inputs_that_are_wrong(bench: Bench) -> None:
    bench.write(OUT)
    assert bench.do(UPLOAD).failed == "Input required and not supplied: path"
    assert bench.do(UPLOAD, path="out", retention_days="x").failed == "Invalid retention-days"
    assert bench.do(UPLOAD, path="out", compression_level="10").failed == (
        "Invalid compression-level"
    )
    assert "The artifact name is not valid: a/b." in bench.do(UPLOAD, path="out", name="a/b").failed
    assert "Relative pathing '.' and '..'" in bench.do(UPLOAD, path="../x").failed
    (bench.workspace / "out/a:b").write_text("x")
    assert "files in artifact is not valid: a:b." in bench.do(UPLOAD, path="out").failed
    assert Shelf(bench.shared).listed() == []


def test_a_name_is_taken_once(bench: Bench) -> None:
    bench.write(OUT)
    bench.well(UPLOAD, path="out/a.txt")
    assert "(409) Conflict" in bench.do(UPLOAD, path="out/deep").failed
    assert arrived(bench, "artifact") == {"a.txt": "a"}
    again = bench.well(UPLOAD, path="out/deep", overwrite="true")
    assert again.outputs["artifact-id"] == "2"
    assert arrived(bench, "artifact").keys() == {"b.txt", "c.tmp"}
    assert len(Shelf(bench.shared).listed()) == 1


def test_a_job_that_begins_anew_takes_its_artifacts_back(bench: Bench) -> None:
    bench.write(OUT)
    files = [(str(bench.workspace / "out/a.txt"), "a.txt")]
    Shelf(bench.shared, "job", "a process of before").put("mine", files, overwrite=False)
    Shelf(bench.shared, "other", "a process of before").put("others", files, overwrite=False)
    bench.well(UPLOAD, name="mine", path="out/deep")
    assert arrived(bench, "mine").keys() == {"b.txt", "c.tmp"}
    assert "(409) Conflict" in bench.do(UPLOAD, name="mine", path="out/a.txt").failed
    assert "(409) Conflict" in bench.do(UPLOAD, name="others", path="out/a.txt").failed


def test_version_3_adds_to_a_name(bench: Bench) -> None:
    bench.write(OUT)
    for path in ("out/a.txt", "out/deep/b.txt"):
        done = bench.well("actions/upload-artifact@v3", path=path)
        assert "GitHub fails every use" in done.differs[0]
    assert arrived(bench, "artifact") == {"a.txt": "a", "b.txt": "b"}


def test_a_single_file_without_an_archive(bench: Bench) -> None:
    bench.write(OUT)
    bench.well(UPLOAD, path="out/a.txt", archive="false", name="ignored")
    assert arrived(bench, "a.txt") == {"a.txt": "a"}
    assert "single file" in bench.do(UPLOAD, path="out", archive="false").failed


@pytest.fixture
def three(bench: Bench) -> Bench:
    bench.write({"a/x": "1", "b/x": "2", "b/y": "3", "c/z": "4"})
    for name, path in (("bin-linux", "a"), ("bin-mac", "b"), ("docs", "c")):
        bench.well(UPLOAD, name=name, path=path)
    return bench


@pytest.mark.parametrize(
    ("inputs", "files"),
    [
        ({}, {"bin-linux/x", "bin-mac/x", "bin-mac/y", "docs/z"}),
        ({"name": "docs"}, {"z"}),
        ({"pattern": "bin-*"}, {"bin-linux/x", "bin-mac/x", "bin-mac/y"}),
        ({"pattern": "bin-*", "merge_multiple": "true"}, {"x", "y"}),
        ({"pattern": "nope"}, set[str]()),
        ({"artifact_ids": "3"}, {"z"}),
        ({"artifact_ids": "3, 1"}, {"docs/z", "bin-linux/x"}),
        ({"pattern": "{docs,bin-mac}"}, {"docs/z", "bin-mac/x", "bin-mac/y"}),
    ],
)
def test_downloads(three: Bench, inputs: dict[str, str], files: set[str]) -> None:
    done = three.well(DOWNLOAD, path="got", **inputs)
    assert tree(three.workspace / "got").keys() == files
    assert done.outputs == {"download-path": str(three.workspace / "got")}


def test_downloads_to_the_workspace(three: Bench) -> None:
    done = three.well(DOWNLOAD, name="docs")
    assert (three.workspace / "z").read_text() == "4"
    assert done.outputs == {"download-path": str(three.workspace)}


def test_by_id_the_fourth_version_still_makes_a_folder(three: Bench) -> None:
    three.well("actions/download-artifact@v4", path="got", artifact_ids="3")
    assert tree(three.workspace / "got").keys() == {"docs/z"}


def test_what_cannot_be_downloaded(three: Bench) -> None:
    failed = three.do(DOWNLOAD, name="nope").failed
    assert failed.startswith("Unable to download artifact(s): Artifact not found for name: nope")
    assert "'bin-linux'" in failed
    assert "cannot be used together" in three.do(DOWNLOAD, name="x", artifact_ids="1").failed
    assert "Must be a number" in three.do(DOWNLOAD, artifact_ids="1,x").failed
    assert "None of the provided" in three.do(DOWNLOAD, artifact_ids="77").failed
    three.github["run_id"] = "9"
    assert three.well(DOWNLOAD, name="docs", run_id="8")
    other = three.do(DOWNLOAD, name="docs", run_id="8", github_token="t")
    assert "artifacts of run 8" in other.failed
    assert three.well(DOWNLOAD, name="docs", run_id="9", github_token="t")


def test_artifacts_are_merged(three: Bench) -> None:
    three.well(MERGE, pattern="bin-*", delete_merged="true", separate_directories="true")
    assert arrived(three, "merged-artifacts").keys() == {"bin-linux/x", "bin-mac/x", "bin-mac/y"}
    assert [one.name for one in Shelf(three.shared).listed()] == ["docs", "merged-artifacts"]
    three.well(MERGE, name="all")
    assert arrived(three, "all").keys() == {
        *("bin-linux/x", "bin-mac/x", "bin-mac/y", "z"),
    }


def test_legs_that_upload_at_once(bench: Bench) -> None:
    bench.write({f"out/{number}.txt": str(number) for number in range(40)})
    failures: list[str] = []

    def upload(leg: int) -> None:
        done = bench.do(UPLOAD, name=f"leg {leg % 10}", path="out")
        if done.failed:
            failures.append(done.failed)

    threads = [threading.Thread(target=upload, args=(leg,)) for leg in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    listed = Shelf(bench.shared).listed()
    assert sorted(one.name for one in listed) == [f"leg {number}" for number in range(10)]
    assert len({one.id for one in listed}) == 10
    assert len(failures) == 10 and all("(409) Conflict" in failed for failed in failures)
    assert not list(Shelf(bench.shared).folder.glob(".new-*"))
    for number in range(10):
        assert len(arrived(bench, f"leg {number}")) == 40


def test_what_killed_uploads_left_goes(bench: Bench) -> None:
    bench.write(OUT)
    dead = bench.shared / ".new-999999999-0/x"
    dead.mkdir(parents=True)
    bench.well(UPLOAD, path="out")
    assert not dead.exists()


NAMES = st.text(string.ascii_lowercase + "-._% é", min_size=1, max_size=12)


@given(st.lists(NAMES, min_size=2, max_size=2, unique=True))
def test_different_names_have_different_folders(names: list[str]) -> None:
    folders = [folder_name(name) for name in names]
    assert folders[0] != folders[1]
    assert not any("/" in folder or folder.startswith(".") for folder in folders)
    assert len(folder_name(names[0] * 200).encode()) < 250


@given(st.text(min_size=1))
def test_a_name_that_is_let_through_is_one_folder(name: str) -> None:
    try:
        check_name(name)
    except Problem:
        return
    assert "/" not in folder_name(name) and "\0" not in folder_name(name)


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*", ["a-1", "a-2", "b"]),
        ("a-*", ["a-1", "a-2"]),
        ("a-?", ["a-1", "a-2"]),
        ("a-[12]", ["a-1", "a-2"]),
        ("a-[!1]", ["a-2"]),
        ("!a-*", ["b", ".c"]),
        ("{a-1,b}", ["a-1", "b"]),
        ("a-{1,{2,3}}", ["a-1", "a-2"]),
        ("{b}", []),
        ("@(b|a-1)", ["a-1", "b"]),
        ("!(b)", ["a-1", "a-2"]),
        (".*", [".c"]),
        ("a-\\*", []),
        ("", []),
    ],
)
def test_patterns_of_names(pattern: str, names: list[str]) -> None:
    assert matching(pattern, ["a-1", "a-2", "b", ".c"]) == names


def test_many_files_are_found_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b/2", "b/10", "a/z", "A/y", "c"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    found = search(["."], tmp_path, tmp_path, hidden=False)
    assert [inner for _, inner in found.named()] == ["A/y", "a/z", "b/10", "b/2", "c"]
