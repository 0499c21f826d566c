"""Every commit is rolled out as its own placid.yaml says, and as was recorded when that began."""

from __future__ import annotations

import anyio
import msgspec
import pytest
from inline_snapshot import snapshot

from placid.base.errors import Problem
from placid.core.rollout.environment import HeadSeen
from placid.core.rollout.environment_facts import BuildFailed, RollbackAsked
from placid.core.rollout.facts import Opened
from placid.core.rollout.policy import Policy, Standard
from placid.core.rollout.steps import Approve, Judge, Scale, Shift
from placid.core.rollout.world import Override
from placid.engine.environments import rollout_stream
from placid.engine.rollouts import story
from tests.engine.fakes import release
from tests.engine.stage import CANARY, Stage
from tests.fakes import now

pytestmark = pytest.mark.anyio

LARGE = Policy(
    "rolling",
    (Scale(4), Shift(50.0), Judge(5.0), Scale(3, "old"), Shift(100.0), Judge(5.0), Scale(0, "old")),
    4,
    standard=Standard(errors=0.2),
    override=Override("", "x-canary"),
)
SMALL = Policy("canary", (Scale(1), Shift(10.0), Judge(5.0), Shift(100.0), Judge(5.0)), 1)


async def opened(stage: Stage, number: int) -> Opened:
    """The first fact of a rollout."""
    first = (await story(stage.store, rollout_stream("shop", "production", number)).read())[0]
    assert isinstance(first, Opened)
    return first


async def rest(stage: Stage) -> None:
    """Let a process keep what is live for a while."""
    with anyio.move_on_after(5):
        await stage.keep(lambda _: False)


async def test_each_commit_is_rolled_out_as_it_says() -> None:
    stage = Stage(policies={"bbbbb": LARGE})
    await stage.deploy("aaaaa")
    await stage.deploy("bbbbb")
    await rest(stage)
    first, second = await opened(stage, 1), await opened(stage, 2)
    assert (first.strategy, first.copies, first.standard) == ("canary", 2, Standard())
    assert (second.strategy, second.steps) == ("rolling", LARGE.steps)
    assert (second.override, second.standard) == (LARGE.override, LARGE.standard)
    assert stage.target.world.of(release("bbbbb").id).wanted == 4


async def test_the_release_before_keeps_its_own_size_until_the_new_one_serves() -> None:
    stage = Stage(policies={"aaaaa": LARGE, "bbbbb": SMALL, "ccccc": LARGE})
    await stage.deploy("aaaaa")
    stage.target.log.clear()
    await stage.deploy("bbbbb")
    assert "scale aaaaa 1" not in stage.target.log
    stage.target.log.clear()
    await stage.deploy("ccccc")
    assert stage.target.log == snapshot(
        [
            "scale ccccc 4",
            "shift bbbbb=100",
            "shift bbbbb=50 ccccc=50",
            "shift ccccc=100",
            "scale bbbbb 0",
        ]
    )
    assert not stage.target.violations


async def test_a_rollout_under_way_stays_as_it_was_recorded() -> None:
    stage = Stage(policies={"bbbbb": LARGE})
    await stage.deploy("aaaaa")
    stage.head = HeadSeen("bbbbb")
    with anyio.move_on_after(3):
        await stage.keep(lambda _: False)
    stage.policies["bbbbb"] = SMALL
    stage.steps = SMALL.steps
    await stage.keep_until_live("bbbbb")
    await rest(stage)
    assert (await opened(stage, 2)).steps == LARGE.steps
    assert stage.target.world.of(release("bbbbb").id).wanted == 4


async def test_going_back_restores_how_the_release_was_kept() -> None:
    stage = Stage(policies={"aaaaa": LARGE, "bbbbb": SMALL})
    await stage.deploy("aaaaa")
    await stage.deploy("bbbbb")
    await stage.tell(RollbackAsked("ada", now()))
    await stage.keep(lambda s: s.live == release("aaaaa") and not s.blamed)
    await rest(stage)
    assert stage.target.world.of(release("aaaaa").id).wanted == 4
    assert (await stage.state()).policies[release("aaaaa").id] == LARGE


async def test_git_is_brought_back_when_the_bad_commit_wants_it() -> None:
    quiet, loud = Policy("canary", CANARY, 2), Policy("canary", CANARY, 2, git="revert")
    stage = Stage(policies={"bbbbb": quiet, "ccccc": loud})
    await stage.deploy("aaaaa")
    stage.judge.bad |= {release("bbbbb").id, release("ccccc").id}
    await stage.deploy("bbbbb")
    await rest(stage)
    assert not stage.repository.reverts
    await stage.deploy("ccccc")
    await rest(stage)
    assert stage.repository.reverts == {"ccccc"}


async def test_what_a_newer_commit_does_is_said_by_the_one_under_way() -> None:
    stage = Stage(policies={"bbbbb": Policy("canary", CANARY, 2, newer="wait")})
    await stage.deploy("aaaaa")
    stage.head = HeadSeen("bbbbb")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stage.keep_until_live, "ccccc")
        await anyio.sleep(5)
        stage.head = HeadSeen("ccccc")
    assert (await stage.state()).previous == (release("bbbbb"), release("aaaaa"))


async def test_approval_is_asked_by_the_commit_that_wants_it() -> None:
    asks = msgspec.structs.replace(SMALL, steps=(Approve(), *SMALL.steps))
    stage = Stage(policies={"bbbbb": asks})
    await stage.deploy("aaaaa")
    stage.head = HeadSeen("bbbbb")
    await rest(stage)
    assert (await stage.state()).live == release("aaaaa")
    assert not stage.target.world.of(release("bbbbb").id).wanted


async def test_a_commit_that_says_nothing_is_kept_as_the_agent_says_now() -> None:
    stage = Stage()
    await stage.deploy("aaaaa")
    stage.copies = 3
    await rest(stage)
    assert stage.target.world.of(release("aaaaa").id).wanted == 3


async def test_what_cannot_be_read_does_not_build_and_what_is_live_is_kept() -> None:
    stage = Stage(unreadable={"bbbbb": Problem('unknown key "stratgy"', where="placid.yaml:7:3")})
    await stage.deploy("aaaaa")
    await stage.deploy("bbbbb")
    failed = (await stage.facts())[-1]
    assert isinstance(failed, BuildFailed)
    assert failed.why == 'unknown key "stratgy"'
    assert (await stage.state()).live == release("aaaaa")
