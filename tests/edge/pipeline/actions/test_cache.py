"""Caches: keys and scopes as on GitHub, real tar files, and nothing half, whoever is killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tarfile
import textwrap
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from placid.edge.pipeline.actions.caches.choosing import chosen
from placid.edge.pipeline.actions.caches.entry import Entry
from placid.edge.pipeline.actions.caches.hoard import Hoard
from placid.edge.pipeline.actions.caches.keys import Wanted, choose
from placid.edge.pipeline.actions.native import Settings
from placid.edge.pipeline.actions.programs import Outside
from placid.ports.pipeline import Done, Layout
from tests.edge.pipeline.actions.uses import Bench, close, opened, tree

CACHE = "actions/cache@v4"
SAVE, RESTORE = "actions/cache/save@v4", "actions/cache/restore@v4"
MODULES = {"node_modules/a/index.js": "a", "node_modules/b.js": "b"}


def saved(bench: Bench, key: str, content: str = "", path: str = "node_modules") -> None:
    """Keep something under a key."""
    bench.write(MODULES | ({"node_modules/key": content or key}))
    bench.well(SAVE, path=path, key=key)


def restored(bench: Bench, key: str, others: str = "", **inputs: str) -> tuple[Done, str]:
    """Restore into an empty workspace: what the action said, and what came."""
    shutil.rmtree(bench.workspace / "node_modules", ignore_errors=True)
    inputs = {"path": "node_modules", "key": key, "restore_keys": others} | inputs
    done = bench.well(RESTORE, **inputs)
    came = bench.workspace / "node_modules/key"
    return done, came.read_text() if came.exists() else ""


def test_a_miss_is_saved_after_the_job_and_hit_in_the_next(bench: Bench) -> None:
    first = bench.well(CACHE, path="node_modules", key="Linux-1")
    assert first.outputs == {} and not first.always
    assert bench.said[-1] == "Cache not found for input keys: Linux-1"
    bench.write(MODULES)
    (bench.workspace / "node_modules/b.js").chmod(0o755)
    (bench.workspace / "node_modules/link").symlink_to("a/index.js")
    bench.after(first, CACHE)
    assert bench.said[-1] == "Cache saved with key: Linux-1"
    shutil.rmtree(bench.workspace / "node_modules")
    second = bench.well(CACHE, path="node_modules", key="Linux-1")
    assert second.outputs == {"cache-hit": "true"}
    assert tree(bench.workspace) == {**MODULES, "node_modules/link": "-> a/index.js"}
    assert os.access(bench.workspace / "node_modules/b.js", os.X_OK)
    bench.after(second, CACHE)
    assert bench.said[-1] == "Cache hit occurred on the primary key Linux-1, not saving cache."


def test_a_restore_key_is_no_hit_and_the_new_key_is_saved(bench: Bench) -> None:
    saved(bench, "npm-old")
    done = bench.well(CACHE, path="node_modules", key="npm-new", restore_keys="npm-\n")
    assert done.outputs == {"cache-hit": "false"}
    bench.after(done, CACHE)
    assert restored(bench, "npm-new")[0].outputs["cache-hit"] == "true"


def test_the_outputs_of_restore(bench: Bench) -> None:
    missed, _ = restored(bench, "k-1")
    assert missed.outputs == {"cache-primary-key": "k-1"}
    saved(bench, "k-1")
    assert restored(bench, "k-1")[0].outputs == {
        "cache-primary-key": "k-1",
        "cache-hit": "true",
        "cache-matched-key": "k-1",
    }
    assert restored(bench, "k-2", "k-")[0].outputs == {
        "cache-primary-key": "k-2",
        "cache-hit": "false",
        "cache-matched-key": "k-1",
    }


def test_the_newest_of_a_prefix_wins_and_keys_go_in_order(bench: Bench) -> None:
    for key in ("a-1", "b-1", "b-2", "a-2", "b-", "c"):
        saved(bench, key)
    assert restored(bench, "a-9", "a-")[1] == "a-2"
    assert restored(bench, "x", "nope\nb-\na-")[1] == "b-"
    assert restored(bench, "a")[1] == "a-2"
    assert restored(bench, "b-1")[1] == "b-1"
    assert restored(bench, "x", "")[1] == ""
    assert restored(bench, "x", "b-2")[1] == "b-2"


def test_other_paths_are_another_cache(bench: Bench) -> None:
    saved(bench, "k")
    assert restored(bench, "k", path="node_modules\nmore")[1] == ""
    assert restored(bench, "k", path="  node_modules  ")[1] == "k"


def test_a_key_is_saved_once(bench: Bench) -> None:
    saved(bench, "k", "first")
    saved(bench, "k", "second")
    assert bench.said[-2:] == [
        "Failed to save: Unable to reserve cache with key k, another job may be creating"
        " this cache.",
        "::warning::Cache save failed.",
    ]
    assert restored(bench, "k")[1] == "first"


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"path": "x"}, "Input required and not supplied: key"),
        ({"key": "k"}, "Input required and not supplied: path"),
        ({"key": "a,b", "path": "x"}, "Key Validation Error: a,b cannot contain commas."),
        (
            {"key": "k" * 513, "path": "x"},
            f"Key Validation Error: {'k' * 513} cannot be larger than 512 characters.",
        ),
        (
            {"key": "k", "path": "x", "restore_keys": "\n".join("abcdefghij")},
            "Key Validation Error: Keys are limited to a maximum of 10.",
        ),
        (
            {"key": "k", "path": "x", "fail_on_cache_miss": "true"},
            "Failed to restore cache entry. Exiting as fail-on-cache-miss is set. Input key: k",
        ),
    ],
)
def test_what_fails(bench: Bench, inputs: dict[str, str], said: str) -> None:
    assert bench.do(CACHE, **inputs).failed == said
    assert bench.do(RESTORE, **inputs).failed == said


def test_looking_only(bench: Bench) -> None:
    saved(bench, "k")
    done, came = restored(bench, "k", lookup_only="true")
    assert done.outputs["cache-hit"] == "true" and came == ""
    assert bench.said[-1] == "Cache found and can be restored from key: k"


def test_nothing_to_save_is_a_warning(bench: Bench) -> None:
    bench.well(SAVE, path="nope/*", key="k")
    assert "do(es) not exist, hence no cache is being saved." in bench.said[-2]
    assert Hoard(bench.kept, 0).entries() == []


def test_scopes_are_branches(bench: Bench) -> None:
    event = {"repository": {"default_branch": "main"}}

    def on(ref: str, base: str = "") -> None:
        bench.github = {"ref": ref, "base_ref": base, "event": event}

    on("refs/heads/main")
    saved(bench, "k-main")
    on("refs/heads/dev")
    saved(bench, "k-dev")
    on("refs/heads/other")
    saved(bench, "k-other")
    assert restored(bench, "k-")[1] == "k-other"
    on("refs/heads/fresh")
    assert restored(bench, "k-")[1] == "k-main"
    assert restored(bench, "k-dev")[1] == ""
    on("refs/pull/7/merge", "dev")
    assert restored(bench, "k-")[1] == "k-dev"
    assert restored(bench, "k-main")[1] == "k-main"
    assert restored(bench, "k-other")[1] == ""
    saved(bench, "k-main", "the pull request's own")
    assert restored(bench, "k-main")[1] == "the pull request's own"
    on("refs/heads/main")
    assert restored(bench, "k-main")[1] == "k-main"


def test_a_cache_fits_in_another_jobs_folder(bench: Bench, tmp_path: Path) -> None:
    home, outer = bench.place.layout.home, tmp_path / "outer"
    warm = tmp_path / "warm"
    warm.mkdir()
    (home / ".npm").symlink_to(warm)
    (warm / "tarball").write_text("npm")
    (home / ".m2").mkdir()
    (home / ".m2/jar").write_text("jar")
    outer.mkdir()
    (outer / "file").write_text("outside")
    path = f"~/.m2\n{outer}\n~/.npm\napp/**/*.o"
    bench.write({"app/a/x.o": "x", "app/a/x.c": "c"})
    bench.well(SAVE, path=path, key="k")
    shutil.rmtree(outer)
    other = opened(tmp_path, bench.source, "other job")
    try:
        other.kept = bench.kept
        assert other.well(RESTORE, path=path, key="k").outputs["cache-hit"] == "true"
        assert tree(other.place.layout.home) == {".m2/jar": "jar", ".npm/tarball": "npm"}
        assert tree(other.workspace) == {"app/a/x.o": "x"}
        assert tree(outer) == {"file": "outside"}
    finally:
        close(other)


@pytest.mark.parametrize(
    ("lines", "paths"),
    [
        (["a"], ["a"]),
        (["a/*"], ["a/b", "a/x"]),
        (["a", "a/b"], ["a"]),
        (["**/x"], ["a/b/x", "a/x"]),
        (["a/**"], ["a"]),
        (["**/b"], ["a/b"]),
        (["a/*", "!a/x"], ["a/b"]),
        (["a", "!a/x"], ["a"]),
        (["a/*/"], ["a/b"]),
        (["nope"], []),
        (["!a"], []),
        (["a/x", "c"], ["a/x", "c"]),
    ],
)
def test_which_paths_are_kept(tmp_path: Path, lines: list[str], paths: list[str]) -> None:
    for name in ("a/b/x", "a/x", "c"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    found = chosen(lines, tmp_path, tmp_path)
    assert [str(Path(path).relative_to(tmp_path)) for path in found] == paths


def test_the_longest_unused_makes_room(bench: Bench) -> None:
    bench.write({"node_modules/big": os.urandom(300_000).hex()})
    for key in ("one", "two", "three"):
        saved(bench, key)
    (size,) = {entry.size // 100_000 for entry in Hoard(bench.kept, 0).entries()}
    bench.settings = Settings(room=(size + 1) * 100_000 * 3)
    assert restored(bench, "one")[1] == "one"
    bench.write({"node_modules/big": os.urandom(300_000).hex()})
    saved(bench, "four")
    keys = {entry.key for entry in Hoard(bench.kept, 0).entries()}
    assert keys == {"one", "three", "four"}


def test_a_broken_cache_is_a_miss_and_goes(bench: Bench) -> None:
    saved(bench, "k")
    (archive,) = bench.kept.glob("caches/*/root.tar*")
    archive.write_bytes(archive.read_bytes()[:60])  # without zstd a tar ends in a long padding
    done, _ = restored(bench, "k")
    assert done.outputs == {"cache-primary-key": "k"}
    assert any(line.startswith("::warning::Failed to restore: tar failed") for line in bench.said)
    assert Hoard(bench.kept, 0).entries() == []
    saved(bench, "k")
    assert restored(bench, "k")[1] == "k"


def test_nothing_lands_outside(bench: Bench, tmp_path: Path) -> None:
    saved(bench, "k")
    (archive,) = bench.kept.glob("caches/*/root.tar*")
    (facts,) = bench.kept.glob("caches/*/entry.json")
    facts.write_text(facts.read_text().replace(archive.name, "root.tar"))
    archive.unlink()
    evil = tmp_path / "evil"
    evil.write_text("evil")
    with tarfile.open(archive.with_name("root.tar"), "w") as tar:
        for name in ("../../../../escaped", f"{tmp_path}/escaped"):
            tar.add(evil, arcname=name)
        link = tarfile.TarInfo("way")
        link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path)
        tar.addfile(link)
        tar.add(evil, arcname="way/escaped")
    restored(bench, "k")
    root = bench.place.layout.root
    escaped = [path for path in tmp_path.rglob("escaped") if not path.is_relative_to(root)]
    assert escaped == []


def test_legs_that_save_one_key_at_once(bench: Bench) -> None:
    bench.write(MODULES | {"node_modules/big": "x" * 1_000_000})

    def leg() -> None:
        bench.well(SAVE, path="node_modules", key="k")

    threads = [threading.Thread(target=leg) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [entry.key for entry in Hoard(bench.kept, 0).entries()] == ["k"]
    assert bench.said.count("Cache saved with key: k") == 1
    assert not list((bench.kept / "caches").glob(".new-*"))


SAVER = textwrap.dedent("""
    import sys
    from pathlib import Path
    from placid.edge.pipeline.actions.caches.hoard import Hoard
    from placid.edge.pipeline.actions.caches.keys import Wanted
    from placid.edge.pipeline.actions.programs import Outside
    from placid.ports.pipeline import Layout
    kept, root = Path(sys.argv[1]), Path(sys.argv[2])
    print("ready", flush=True)
    want = Wanted(sys.argv[3], (), "v", ("refs/heads/main",))
    Hoard(kept, 1 << 40).save(want, [str(root / "big")], Layout(root, "r"), Outside())
    print("done", flush=True)
""")


@pytest.mark.parametrize("delay", [0.0, 0.005, 0.02, 0.05, 0.1])
def test_a_killed_save_leaves_no_half_cache(tmp_path: Path, delay: float) -> None:
    kept, root = tmp_path / "kept", tmp_path / "root"
    (root / "big").mkdir(parents=True)
    for number in range(200):
        (root / f"big/{number}").write_bytes(os.urandom(100_000))
    argv = [sys.executable, "-c", SAVER, str(kept), str(root), "k"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
    hoard, layout = Hoard(kept, 1 << 40), Layout(root, "r")
    entries = hoard.entries()
    want = Wanted("k", (), "v", ("refs/heads/main",))
    # What the killed one had started (tar) may hold the key for another moment.
    until = time.monotonic() + 30
    saved_now = bool(entries)
    while not saved_now and time.monotonic() < until:
        saved_now = hoard.save(want, [str(root / "big")], layout, Outside()) is not None
    assert saved_now
    other = Wanted("other", (), "v", ("refs/heads/main",))
    assert hoard.save(other, [str(root / "big/1")], layout, Outside()) is not None
    assert not list((kept / "caches").glob(".new-*"))
    found = choose(hoard.entries(), want)
    assert found is not None
    before = {path.name: path.read_bytes() for path in (root / "big").iterdir()}
    shutil.rmtree(root / "big")
    hoard.restore(found, layout, Outside())
    assert {path.name: path.read_bytes() for path in (root / "big").iterdir()} == before


def test_a_stopped_job_saves_and_restores_nothing(bench: Bench) -> None:
    saved(bench, "k")
    done = bench.well(CACHE, path="node_modules", key="l")
    bench.stop.ask()
    assert bench.do(CACHE, path="node_modules", key="k").failed == "The operation was canceled."
    assert bench.after(done, CACHE).failed == "The operation was canceled."
    assert {entry.key for entry in Hoard(bench.kept, 0).entries()} == {"k"}


KEYS = st.text("ab-", min_size=1, max_size=4)
SCOPES = st.sampled_from(["one", "two", "three"])
ENTRIES = st.lists(st.tuples(KEYS, SCOPES), max_size=12)


@given(ENTRIES, KEYS, st.lists(KEYS, max_size=3), st.permutations(["one", "two"]))
def test_the_choice_is_githubs(
    made: list[tuple[str, str]], key: str, others: list[str], scopes: list[str]
) -> None:
    entries = [Entry(one, "v", scope, at, 1, ()) for at, (one, scope) in enumerate(made)]
    found = choose(entries, Wanted(key, tuple(others), "v", tuple(scopes)))
    matching = [
        (scopes.index(entry.scope), order, entry.key != wanted, -entry.created)
        for order, wanted in enumerate([key, *others])
        for entry in entries
        if entry.scope in scopes and entry.key.startswith(wanted)
    ]
    best = min(matching, default=None)
    assert (found.created if found else None) == (-best[3] if best else None)
    other = [replace_version(entry) for entry in entries]
    assert choose(other, Wanted(key, tuple(others), "v", tuple(scopes))) is None


def replace_version(entry: Entry) -> Entry:
    return Entry(entry.key, "w", entry.scope, entry.created, entry.size, entry.archives)


def test_the_origins_ref_is_the_scope_when_the_context_has_none(bench: Bench) -> None:
    saved(bench, "k")
    bench.origin = replace(bench.origin, ref="refs/heads/dev")
    assert restored(bench, "k")[1] == ""
