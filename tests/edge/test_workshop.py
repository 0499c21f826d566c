"""Real builds of real commits: good, failing, noisy, killed, twice at once; configs and pruning."""

# ruff: noqa: ASYNC240  small files, read where the test needs them
from __future__ import annotations

import asyncio
import os
import shutil
import stat
import sys
import time
from pathlib import Path

import pytest

from placid.base.errors import Problem
from placid.edge.build_recipe import Mask, Plan, is_env, wants_venv
from placid.edge.git import GitRepository
from placid.edge.workshop import Site, Workshop
from tests.edge.pipeline.containers import images
from tests.edge.real_git import ENVIRON, Source, git

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Bench:
    """A repository, its home, and the plan that placid.yaml is said to hold."""

    def __init__(self, folder: Path) -> None:
        self.source = Source(folder / "source")
        self.home = self.source.folder / ".placid"
        self.repository = GitRepository(
            str(self.source.folder), "main", self.home / "repo.git", ENVIRON
        )
        (self.source.folder / ".git/info/exclude").write_text(".placid/\nsecret*\n.env*\n")
        self.plan = Plan(run="true")
        self.heard: list[str] = []

    def shop(self, environment: str = "", keep: int = 5, settings: str = "placid.yaml") -> Workshop:
        beside = (self.source.folder / settings).parent
        site = Site(self.home, settings, beside, environment, keep, ENVIRON | {"HOME": "/tmp"})
        return Workshop(site, self.repository.mirror, self.describe, self.heard.append)

    def describe(self, text: str | None) -> Plan:
        if text == "broken":
            raise Problem("the service has no run:", where="placid.yaml:1:1")
        return self.plan

    async def commit(self, subject: str, **files: str) -> str:
        commit = self.source.commit(subject, **files)
        return (await self.repository.head(commit)).commit

    async def release(self, commit: str, shop: Workshop | None = None) -> str:
        shop = shop or self.shop()
        await shop.make(commit)
        build = await shop.look(commit)
        assert build.release, build.why
        return build.release.id


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_a_release_of_the_exact_commit(bench: Bench) -> None:
    bench.plan = Plan(
        build="cat app.py > built; echo $PLACID_COMMIT $CI; env | sort >env", run="./app"
    )
    first = await bench.commit("First", app_py="one")
    await bench.commit("Second", app_py="two")
    shop = bench.shop()
    assert (await shop.look(first)).status == "missing"
    await shop.make(first)
    build = await bench.shop().look(first)
    assert build.status == "built"
    assert build.release
    assert build.release.commit == first
    assert build.release.tree == bench.source.tip(f"{first}^{{tree}}")
    assert build.release.id == f"{first[:10]}-{build.release.config[:6]}"
    assert Path(build.log).read_text() == f"{first} true\n"
    assert bench.heard == [f"{first} true"]
    manifest = shop.manifest(build.release.id)
    assert (manifest.run, manifest.release) == ("./app", build.release)
    folder = Path(manifest.folder)
    assert folder.is_absolute()
    assert (folder / "built").read_text() == "one"
    seen = {line.split("=")[0] for line in (folder / "env").read_text().splitlines()}
    shell = {"PWD", "OLDPWD", "SHLVL", "_"}
    assert seen - shell == {
        "CI",
        "HOME",
        "LANG",
        "PATH",
        "PLACID_COMMIT",
        "PLACID_JOB",
        "PLACID_TREE",
    }
    assert git(bench.source.folder, "status", "--porcelain") == ""
    await shop.make(first)
    assert len(bench.heard) == 1


async def test_a_failing_build_says_why(bench: Bench) -> None:
    bench.plan = Plan(build="echo start\necho 'Error: no such thing' >&2; echo bye; exit 3")
    commit = await bench.commit("First")
    await bench.shop().make(commit)
    build = await bench.shop().look(commit)
    assert (build.status, build.release) == ("failed", None)
    assert build.why == "`echo start...` exited with 3: Error: no such thing"
    assert Path(build.log).read_text() == "start\nError: no such thing\nbye\n"
    bench.plan = Plan(build="kill -9 $$")
    await bench.shop().make(commit)
    assert (await bench.shop().look(commit)).why.startswith("`kill -9 $$` was ended by signal 9")
    bench.plan = Plan(build="true")
    await bench.shop().make(commit)
    assert (await bench.shop().look(commit)).status == "built"


async def test_a_bad_placid_yaml_is_a_failed_build(bench: Bench) -> None:
    commit = await bench.commit("First", placid_yaml="broken")
    await bench.shop().make(commit)
    build = await bench.shop().look(commit)
    assert (build.status, build.why) == ("failed", "placid.yaml:1:1: the service has no run:")


async def test_huge_output_is_bounded_and_long_lines_are_split(bench: Bench) -> None:
    bench.plan = Plan(build="head -c 60000000 /dev/zero | tr '\\0' x; echo; yes | head -n 100000")
    bench.heard = []
    commit = await bench.commit("First")
    await bench.shop().make(commit)
    build = await bench.shop().look(commit)
    assert build.status == "built"
    assert Path(build.log).stat().st_size < 51_000_000
    assert sum(map(len, bench.heard)) == 60_000_000 + 100_000
    assert max(map(len, bench.heard)) < 1_000_000


async def until(path: Path) -> None:
    while not path.exists():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def test_killed_in_the_middle_it_starts_afresh(bench: Bench, tmp_path: Path) -> None:
    go, pids = tmp_path / "go", tmp_path / "pids"
    waiting = (
        f"test -e {go} || {{ setsid sleep 300 & echo $! >>{pids}; sleep 301 & echo $$ >>{pids}"
    )
    bench.plan = Plan(build=f"echo x >>count; {waiting}; touch {tmp_path}/on; wait; }}")
    commit = await bench.commit("First")
    shop = bench.shop()
    making = asyncio.create_task(shop.make(commit))
    await until(tmp_path / "on")
    assert (await bench.shop().look(commit)).status == "running"
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making
    for pid in map(int, pids.read_text().split()):
        with pytest.raises(ProcessLookupError):
            _still_running(pid)
    assert (await bench.shop().look(commit)).status == "missing"
    go.touch()
    release = await bench.release(commit)
    folder = Path(bench.shop().manifest(release).folder)
    assert (folder / "count").read_text() == "x\n"


KILLED = """
import asyncio, os, sys
from pathlib import Path
from placid.edge.build_recipe import Plan
from placid.edge.git import GitRepository
from placid.edge.workshop import Site, Workshop

source, home, commit, script = sys.argv[1:]
repository = GitRepository(source, "main", Path(home) / "repo.git")
plan = Plan(build=script)
asyncio.run(Workshop(Site(Path(home)), repository.mirror, lambda _: plan).make(commit))
"""


async def test_the_agent_killed_in_the_middle(bench: Bench, tmp_path: Path) -> None:
    commit = await bench.commit("First")
    on, pid = tmp_path / "on", tmp_path / "pid"
    script = f"echo $$ >{pid}; touch {on}; while :; do echo x >>noise; sleep 0.01; done"
    argv = ("-c", KILLED, str(bench.source.folder), str(bench.home), commit, script)
    agent = await asyncio.create_subprocess_exec(sys.executable, *argv)
    try:
        await until(on)
        assert (await bench.shop().look(commit)).status == "running"
    finally:
        agent.kill()
        await agent.wait()
    assert (await bench.shop().look(commit)).status == "missing"
    release = await bench.release(commit)
    with pytest.raises(ProcessLookupError):
        _still_running(int(pid.read_text()))
    assert not (Path(bench.shop().manifest(release).folder) / "noise").exists()


def _still_running(pid: int) -> None:
    """ProcessLookupError unless the process runs; a zombie whose parent is gone does not."""
    os.kill(pid, 0)
    if Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] == "Z":
        raise ProcessLookupError


async def test_a_daemon_that_keeps_the_output_open_holds_nothing_up(bench: Bench) -> None:
    bench.plan = Plan(build="sleep 300 & echo done")
    assert await bench.release(await bench.commit("First"))
    assert bench.heard == ["done"]


async def test_two_builders_of_one_commit(bench: Bench, tmp_path: Path) -> None:
    count = tmp_path / "count"
    bench.plan = Plan(build=f"echo x >>{count}; sleep 0.2")
    commit = await bench.commit("First")
    async with asyncio.TaskGroup() as group:
        for environment in ("", "", "staging"):
            group.create_task(bench.shop(environment).make(commit))
    assert count.read_text() == "x\n"
    releases = {await bench.release(commit, bench.shop(e)) for e in ("", "staging")}
    assert len(releases) == 1


async def test_config_travels_with_the_release(bench: Bench) -> None:
    bench.plan = Plan(
        config=("conf/a.env", "secret.env", "secret.ini"),
        env={"A": "plan", "PLAN": "yes"},
        build="cat secret.ini; echo hunter22 pw4db",
    )
    bench.source.write("secret.env", "B=hunter22\nURL=postgres://u:pw4db@h/d\nFLAG=true\n")
    bench.source.write("secret.ini", "key = 1\n")
    commit = await bench.commit("First", conf__a_env="A=file\nB=1")
    first = await bench.release(commit)
    manifest = bench.shop().manifest(first)
    assert manifest.env == {
        "A": "file",
        "PLAN": "yes",
        "B": "hunter22",
        "URL": "postgres://u:pw4db@h/d",
        "FLAG": "true",
    }
    assert bench.heard == ["key = 1", "*** ***"]
    record = bench.home / "releases" / first / "release.json"
    assert stat.S_IMODE(record.stat().st_mode) == 0o600
    assert (record.parent / "config/conf/a.env").read_text() == "A=file\nB=1"
    assert (Path(manifest.folder) / "secret.ini").read_text() == "key = 1\n"
    bench.source.write("secret.ini", "key = 2\n")
    assert (await bench.shop().look(commit)).status == "missing"
    second = await bench.release(commit)
    assert second != first
    assert (Path(manifest.folder) / "secret.ini").read_text() == "key = 1\n"
    assert (Path(bench.shop().manifest(second).folder) / "secret.ini").read_text() == "key = 2\n"
    bench.source.write("secret.ini", "key = 1\n")
    assert await bench.release(commit) == first
    (bench.source.folder / "secret.ini").unlink()
    assert (await bench.shop().look(commit)).status == "built"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("gone.env", "neither in the commit nor beside placid.yaml"),
        ("../x.env", "outside of the repository"),
        ("/etc/passwd", "outside of the repository"),
        ("bad.env", "bad.env:2: this line sets no variable"),
    ],
)
async def test_a_config_file_that_cannot_be_had(bench: Bench, name: str, why: str) -> None:
    bench.plan = Plan(config=(name,))
    commit = await bench.commit("First", bad_env="A=1\nnonsense")
    await bench.shop().make(commit)
    build = await bench.shop().look(commit)
    assert build.status == "failed"
    assert why in build.why


async def test_an_app_in_a_folder_of_its_own(bench: Bench) -> None:
    bench.plan = Plan(build="ls", config=("a.env",))
    commit = await bench.commit("First", shop__placid_yaml="", shop__a_env="A=1")
    release = await bench.release(commit, bench.shop(settings="shop/placid.yaml"))
    assert bench.heard == ["a.env", "placid.yaml"]
    manifest = bench.shop().manifest(release)
    assert manifest.folder.endswith("/tree/shop")
    assert manifest.env == {"A": "1"}


async def test_prune_keeps_the_newest_and_the_named(bench: Bench) -> None:
    releases: list[str] = []
    for number in range(5):
        commit = await bench.commit(f"Commit {number}")
        releases.append(await bench.release(commit))
        os.utime(bench.home / "releases" / releases[-1] / "release.json", (number + 1, number + 1))
        os.utime(bench.home / "builds" / commit / "lock", (number + 1, number + 1))
    shop = bench.shop(keep=2)
    await shop.prune(frozenset({releases[0]}))
    for number in (0, 3, 4):
        assert Path(shop.manifest(releases[number]).folder, "app.py").exists()
    for number in (1, 2):
        with pytest.raises(Problem, match="not kept on this machine any more"):
            shop.manifest(releases[number])
    trees = git(bench.home / "repo.git", "worktree", "list").splitlines()
    assert len(trees) == 4
    assert len(list((bench.home / "builds").glob("*/tree"))) == 3
    await shop.prune(frozenset())
    assert len(list((bench.home / "builds").glob("*/tree"))) == 2
    for name in ("../../x", "", "zzz"):
        with pytest.raises(Problem, match="is no release"):
            shop.manifest(name)
    commit = releases[1][:10]
    again = await bench.release((await bench.repository.head(commit)).commit)
    assert again == releases[1]


async def test_submodules_and_lfs_are_said(bench: Bench) -> None:
    commit = await bench.commit("First", _gitmodules="", _gitattributes="*.bin filter=lfs")
    await bench.release(commit)
    log = Path((await bench.shop().look(commit)).log).read_text()
    assert "submodules" in log
    assert ("Git LFS" in log) == (shutil.which("git-lfs") is None)


async def test_pip_gets_an_environment_of_the_release(bench: Bench) -> None:
    bench.plan = Plan(
        build="pip --version; command -v python; python -c 'import sys; print(sys.prefix)'"
    )
    commit = await bench.commit("First")
    manifest = bench.shop().manifest(await bench.release(commit))
    venv = f"{manifest.folder}/.venv"
    assert bench.heard[2:] == [f"{venv}/bin/python", venv]
    assert manifest.env["PATH"].startswith(f"{venv}/bin:")


@pytest.mark.parametrize(
    ("script", "wants"),
    [
        ("pip install -r requirements.txt", True),
        ("npm ci && pip3 install .", True),
        ("python -m pip install .", True),
        ("set -e\npython3.11 -m pip install .", True),
        ("python3 -m venv venv && venv/bin/pip install .", False),
        ("uv sync", False),
        ("poetry install && pip list", False),
        ("make pip install", False),
        ("", False),
    ],
)
async def test_when_pip_needs_an_environment(script: str, wants: bool) -> None:
    assert wants_venv(script) == wants


async def test_names_and_masks() -> None:
    assert [is_env(n) for n in ("a/.env", "prod.env", ".env.local", "env", "a.envx", "x.ini")] == [
        *(True, True, True),
        *(False, False, False),
    ]
    mask = Mask(["s3cr3t", "true", "8080", "one line\nother line", "amqp://a:b%40cd@h", ""])
    assert mask("true 8080 s3cr3ts other line b%40cd") == "true 8080 ***s *** ***"


@pytest.mark.skipif(
    not images.usable(),
    reason=images.REASON,
)
async def test_an_image(bench: Bench) -> None:
    shutil.copy("/bin/busybox", bench.source.folder / "busybox")
    dockerfile = f'FROM scratch\nCOPY busybox /bin/sh\nLABEL t="{time.time_ns()}"\n'
    bench.plan = Plan(image="Dockerfile", run="ignored")
    commit = await bench.commit("First", Dockerfile=dockerfile)
    release = await bench.release(commit)
    manifest = bench.shop().manifest(release)
    assert manifest.image.startswith("sha256:")
    assert manifest.run == ""
    exists = ("podman", "image", "exists", manifest.image)
    try:
        bad = await bench.commit("Bad", Dockerfile="FROM scratch\nCOPY nothing /\n")
        await bench.shop().make(bad)
        build = await bench.shop().look(bad)
        assert build.why.startswith("podman build of Dockerfile exited with")
        assert "nothing" in build.why
        bench.plan = Plan(image="Missing")
        await bench.shop().make(bad)
        assert "holds no Missing" in (await bench.shop().look(bad)).why
        assert await (await asyncio.create_subprocess_exec(*exists)).wait() == 0
    finally:
        await bench.shop(keep=0).prune(frozenset())
    assert await (await asyncio.create_subprocess_exec(*exists)).wait() == 1
