# ruff: noqa: E501  workflows stay as people write them
"""`kill -9` of placid in the midst of a run: the next start leaves nothing behind, and the run that
is carried on ends as an undisturbed one, no finished job repeated."""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from placid.app.running import known_actions, opened
from placid.app.sites import site
from placid.core.pipeline.asked import Asked
from placid.core.pipeline.facts import Fact, LegEnded, LegStarted
from tests.e2e.run.harness import Ran, Repository, heard_word, here, whole

HOST = """
one:
  outputs: {x: "${{ steps.s.outputs.x }}"}
  steps:
    - uses: actions/checkout@v4
    - run: (setsid nohup sleep 300 > /dev/null 2>&1 &); env -i setsid sleep 300 & sleep 0.02
    - {id: s, run: 'echo x=1 >> "$GITHUB_OUTPUT"; echo one >> "$COUNT/one"'}
two:
  needs: one
  strategy: {matrix: {n: [1, 2, 3]}}
  steps:
    - {background: true, run: "sleep 300 & while true; do sleep 0.01; done", id: behind}
    - run: 'sleep 0.0${{ matrix.n }}; echo x >> "$COUNT/two${{ matrix.n }}"'
    - run: chmod 500 . && mkfifo "$TMPDIR/pipe"
    - cancel: behind
three:
  needs: [one, two]
  if: always()
  steps:
    - run: 'test "${{ needs.one.outputs.x }} ${{ needs.two.result }}" = "1 success"; echo x >> "$COUNT/three"'
    - run: exit 1
      continue-on-error: true
"""
CONTAINER = """
a:
  container: {{image: {image}, volumes: ["/:/host:ro"]}}
  services: {{web: {{image: {image}, command: "sleep 300"}}}}
  steps:
    - run: sleep 300 & sleep 0.2
    - {{background: true, run: sleep 300, id: behind}}
    - run: sleep 0.2
    - uses: docker://{image}
      with: {{entrypoint: /bin/sleep, args: "0.2"}}
    - cancel: behind
"""


class Scene:
    """A repository whose runs have their temporary and work folders to themselves."""

    def __init__(self, folder: Path, text: str) -> None:
        self.temporary, self.cache, self.count = (folder / each for each in ("t", "cache", "count"))
        for each in (self.temporary, self.cache, self.count):
            each.mkdir()
        self.said: list[str] = []
        self.sign = f"sign-{os.getpid()}-{random.getrandbits(64):x}"
        self.env = {
            "TMPDIR": str(self.temporary),
            "XDG_CACHE_HOME": str(self.cache),
            "COUNT": str(self.count),
            "SIGN": self.sign,
        }
        self.there: Repository = here(folder / "repo", text, git=True)

    def killed(self, facts: int, later: float) -> bool:
        """Start a run and kill it so many seconds after so many facts; whether it was running."""
        passed = ("--pass", "COUNT", "--pass", "SIGN")
        process = self.there.start("--json", *passed, **self.env)
        assert process.stdout is not None
        for _ in range(facts):
            process.stdout.readline()
        time.sleep(later)
        process.kill()
        process.communicate()
        return process.returncode < 0

    def left(self) -> Mapping[str, object]:
        """All that is there and should not be."""
        work, records = self.cache / "placid" / "work", self.there.folder / ".placid/running"
        return {
            "processes": [
                pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if self._ours(pid)
            ],
            "temporary": os.listdir(self.temporary),
            "work": [str(each) for each in work.glob("*/*")] if work.exists() else [],
            "records": os.listdir(records) if records.exists() else [],
            "mounts": [
                line
                for line in Path("/proc/mounts").read_text().splitlines()
                if str(self.cache) in line
            ],
        }

    def _ours(self, pid: int) -> bool:
        try:
            environ = Path(f"/proc/{pid}/environ").read_bytes()
            folder = os.readlink(f"/proc/{pid}/cwd")
        except OSError:
            return False
        return self.sign.encode() in environ or folder.startswith(str(self.cache))

    def clean(self) -> None:
        """What the next start does before all else."""
        before = {name: os.environ.get(name) for name in self.env}
        os.environ.update(self.env)
        try:
            place, asked = site(self.there.folder), Asked(self.there.folder)
            with opened(place, known_actions(place, asked), self.said.append):
                pass
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value

    def facts(self, run: int) -> list[Fact]:
        place, asked = site(self.there.folder), Asked(self.there.folder)
        with opened(place, known_actions(place, asked), heard_word) as runs:
            return runs.facts(run)


NOTHING: dict[str, list[str]] = {
    "processes": [],
    "temporary": [],
    "work": [],
    "records": [],
    "mounts": [],
}


def moments(seed: int, *facts: int) -> list[tuple[int, float]]:
    """Some moments of a run: a little after the given numbers of facts."""
    chance = random.Random(seed)
    return [(each, chance.choice((0.0, chance.random() * 0.05))) for each in facts]


@pytest.mark.parametrize(("facts", "later"), moments(7, 0, *range(1, 34, 4)))
def test_killed_on_the_host(tmp_path: Path, facts: int, later: float) -> None:
    scene = Scene(tmp_path, whole(HOST))
    killed = scene.killed(facts, later)
    scene.clean()
    assert scene.left() == NOTHING, scene.said
    if not killed:
        return
    resumed = scene.there.placid("--resume", "--pass", "COUNT", "--pass", "SIGN", **scene.env)
    if "no run" in resumed.err or "was interrupted" in resumed.err:
        return  # it was killed before there was a run
    assert resumed.code == 0, resumed.err + resumed.out
    assert scene.left() == NOTHING, scene.said
    _same(scene, resumed.ran)


def _same(scene: Scene, ran: Ran) -> None:
    assert ran.jobs == {
        "one": "success",
        "two (1)": "success",
        "two (2)": "success",
        "two (3)": "success",
        "three": "success",
    }
    assert ran.outputs("one") == {"x": "1"}
    facts = scene.facts(1)
    ended: set[str] = set()
    for fact in facts:
        if isinstance(fact, LegStarted):
            assert fact.leg not in ended, "a finished job began anew"
        elif isinstance(fact, LegEnded):
            assert fact.leg not in ended
            ended.add(fact.leg)


@pytest.mark.parametrize(("facts", "later"), [(3, 0.0), (3, 0.4), (5, 0.1), (9, 0.1)])
def test_killed_with_containers(tmp_path: Path, image: str, facts: int, later: float) -> None:
    scene = Scene(tmp_path, whole(CONTAINER.format(image=image)))
    scene.killed(facts, later)
    scene.clean()
    assert scene.left() == NOTHING, scene.said
    until = time.monotonic() + 5  # a container that podman was about to make ends by itself
    while _containers(image) and time.monotonic() < until:
        time.sleep(0.05)
    assert _containers(image) == []


def _containers(image: str) -> list[str]:
    argv = ["podman", "ps", "--all", "--quiet", "--filter", f"ancestor={image}"]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()
