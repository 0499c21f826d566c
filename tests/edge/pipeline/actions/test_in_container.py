"""Native actions for a job in a container: they work from outside, on what is mounted."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from placid.edge.pipeline.actions.native import find
from placid.edge.pipeline.places import Places
from placid.ports.pipeline import Command, ContainerSpec, Layout, PlaceSpec
from tests.edge.pipeline.actions.uses import Bench, Never, tree
from tests.edge.pipeline.containers import images
from tests.edge.real_git import git


@pytest.fixture(scope="module")
def image() -> Iterator[str]:
    if not images.usable():
        pytest.skip(images.REASON)
    name = images.make("natives", changes=("ENV PATH=/usr/bin:/bin",))
    yield name
    subprocess.run(["podman", "rmi", "--force", name], capture_output=True, check=False)


@pytest.fixture
def inside(bench: Bench, image: str, tmp_path: Path) -> Iterator[Bench]:
    """The bench's job, in a container."""
    spec = PlaceSpec(
        Layout(tmp_path / "contained", "shop"), f"natives-{tmp_path.name}", ContainerSpec(image)
    )
    stop = Never()
    with Places().open(spec, bench.said.append, stop) as place:
        yield replace(bench, place=place, stop=stop)
    stop.close()


def sh(bench: Bench, script: str) -> str:
    """What a shell in the container says."""
    heard: list[bytes] = []
    folder = bench.place.inside(bench.workspace)
    command = Command(("sh", "-ec", script), folder, bench.place.environment)
    ended = bench.place.run(command, heard.append, bench.stop)
    said = b"".join(heard).decode()
    assert ended.code == 0, said
    return said.strip()


def test_the_whole_job(inside: Bench) -> None:
    done = inside.well("actions/checkout@v4", fetch_depth="0")
    assert sh(inside, "cat app.py docs/a.md") == "2\na"
    assert not (inside.workspace / ".git/objects/info/alternates").exists()
    assert git(inside.workspace, "fsck", "--no-dangling") == ""
    assert git(inside.workspace, "rev-list", "--count", "HEAD") == "2"
    assert git(inside.workspace, "status", "-sb") == "## main...origin/main"
    assert done.outputs["commit"] == inside.source.tip()
    sh(inside, "mkdir out ~/.store; echo one > out/one; echo two > ~/.store/two")
    workspace = inside.place.inside(inside.workspace)
    inside.well("actions/upload-artifact@v4", path=f"{workspace}/out/*\n!{workspace}/x")
    got = inside.well("actions/download-artifact@v4", name="artifact", path=f"{workspace}/got")
    assert got.outputs == {"download-path": f"{workspace}/got"}
    assert sh(inside, "cat got/one") == "one"
    inside.well("actions/cache/save@v4", path="~/.store", key="k")
    sh(inside, "rm -r ~/.store")
    inside.well("actions/cache/restore@v4", path="~/.store", key="k")
    assert sh(inside, "cat ~/.store/two") == "two"


def test_what_lies_only_in_the_container_is_refused(inside: Bench) -> None:
    failed = inside.do("actions/upload-artifact@v4", path="/etc/*").failed
    assert "/etc/* lies inside of the container" in failed
    inside.well("actions/cache/save@v4", path="/opt/x", key="k")
    assert "lies inside of the container" in "".join(inside.said)
    assert tree(inside.kept) == {}


def test_tools_are_the_images(inside: Bench) -> None:
    said = "Python 3.12 is not installed here"
    assert said in inside.do("actions/setup-python@v5", python_version="3.12").failed
    sh(inside, "mkdir -p ~/bin; printf '#!/bin/sh\\necho Python 3.12.9\\n' > ~/bin/python3.12")
    sh(inside, "chmod +x ~/bin/python3.12")
    home = inside.place.environment["HOME"]
    use = inside.using("actions/setup-python@v5", python_version="3.12")
    native = find("actions/setup-python", inside.settings)
    assert native is not None
    path = f"{home}/bin:{inside.place.environment['PATH']}"
    done = native(msgspec.structs.replace(use, env={"PATH": path}))
    assert done.outputs == {"python-version": "3.12.9", "python-path": f"{home}/bin/python3.12"}
    assert done.path == [home, f"{home}/bin"]
