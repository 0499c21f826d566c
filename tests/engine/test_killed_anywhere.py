"""The process is killed at every call to the outside, and the end is the same."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import anyio
import pytest
from anyio.lowlevel import checkpoint

from placid.core.rollout.steps import Judge, Scale, Shift, Step
from placid.edge.store.ledger import Ledger
from placid.edge.store.places import open_ledger
from placid.ports import Row
from tests.engine.fakes import release
from tests.engine.stage import Stage
from tests.fakes import Crashed, Fuse, MemoryStore

pytestmark = pytest.mark.anyio

QUICK: dict[str, tuple[Step, ...]] = {
    "canary": (Scale(1), Shift(10.0), Judge(0.3), Scale(2), Shift(100.0), Judge(0.3)),
    "rolling": (
        Scale(1),
        Shift(50.0),
        Judge(0.2),
        Scale(1, "old"),
        Scale(2),
        Shift(100.0),
        Judge(0.2),
        Scale(0, "old"),
    ),
}


class SqliteOnOneThread(MemoryStore):
    """The real SQLite ledger without threads, so that the clock can jump; wakes by looking."""

    def __init__(self, ledger: Ledger, fuse: Fuse) -> None:
        super().__init__(fuse)
        self.ledger = ledger

    async def read(self, stream: str, after: int = 0) -> Sequence[Row]:
        await checkpoint()
        self.fuse.touch()
        return self.ledger.read(stream, after)

    async def append(self, stream: str, expected: int, facts: Sequence[bytes]) -> None:
        await checkpoint()
        self.fuse.touch()
        self.ledger.append(stream, expected, facts)
        self.fuse.touch()

    async def changed(self, stream: str, after: int) -> None:
        while self.ledger.end(stream) <= after:  # noqa: ASYNC110 - another process may write
            await anyio.sleep(0.05)


async def run(stage: Stage, commit: str) -> bool:
    """Whether the deploy came to its end (False: killed)."""
    try:
        await stage.deploy(commit)
    except BaseExceptionGroup as group:
        assert group.subgroup(Crashed) is not None, group
        return False
    except Crashed:
        return False
    return True


async def story_of(stage: Stage, fuse: Fuse, bad: bool) -> tuple[object, ...]:
    """Deploy a good release, then one more (killed where the fuse says), and say how it ended."""
    await stage.deploy("aaaaa")
    if bad:
        stage.judge.bad.add(release("bbbbb").id)
    stage.arm(fuse)
    if not await run(stage, "bbbbb"):
        stage.arm(Fuse())
        assert await run(stage, "bbbbb")
    stage.arm(Fuse())
    state = await stage.state()
    assert not stage.target.violations
    assert state.rollouts == 2, "a rollout was begun twice"
    world = stage.target.world
    return state.live, dict(state.quarantined), world.split.weights, state.rollouts


@pytest.mark.promise("crash")
@pytest.mark.parametrize("strategy", QUICK)
@pytest.mark.parametrize("bad", [False, True], ids=["good", "bad"])
async def test_killed_anywhere_it_ends_the_same(strategy: str, bad: bool, tmp_path: Path) -> None:
    def stage(name: str, ledger: Ledger) -> Stage:
        assert name
        return Stage(steps=QUICK[strategy], store=SqliteOnOneThread(ledger, Fuse()))

    calm = Fuse()
    with open_ledger(tmp_path / "calm.db") as ledger:
        wanted = await story_of(stage("calm", ledger), calm, bad)
    assert calm.count > 30
    for kill_at in range(1, calm.count + 1):
        with open_ledger(tmp_path / f"{kill_at}.db") as ledger:
            ended = await story_of(stage(str(kill_at), ledger), Fuse(kill_at), bad)
        assert ended == wanted, f"killed at call {kill_at}"
        (tmp_path / f"{kill_at}.db").unlink()
