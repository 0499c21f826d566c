"""Whole deploys on in-memory ports with a clock that jumps."""

from __future__ import annotations

import anyio
import pytest
from inline_snapshot import snapshot

from placid.core.rollout.environment import HeadSeen
from placid.core.rollout.environment_facts import RollbackAsked, RolloutEnded
from placid.core.rollout.facts import AbortAsked, PauseAsked, PromoteAsked
from placid.core.rollout.steps import Approve, Judge, Scale, Shift
from placid.engine.environments import rollout_stream
from placid.engine.rollouts import story
from tests.engine.fakes import release
from tests.engine.stage import Stage, kinds
from tests.fakes import now

pytestmark = pytest.mark.anyio


async def outcomes(stage: Stage) -> list[str]:
    return [fact.outcome for fact in await stage.facts() if isinstance(fact, RolloutEnded)]


async def test_the_first_deploy_then_a_good_canary() -> None:
    stage = Stage()
    await stage.deploy("aaaaa")
    stage.target.log.clear()
    state = await stage.deploy("bbbbb")

    assert state.live == release("bbbbb")
    assert state.previous == (release("aaaaa"),)
    assert stage.target.log == snapshot(
        [
            "scale bbbbb 1",
            "shift aaaaa=100",
            "shift aaaaa=90 bbbbb=10",
            "scale bbbbb 2",
            "shift bbbbb=100",
        ]
    )
    assert not stage.target.violations


@pytest.mark.promise("back")
async def test_a_bad_canary_goes_back_and_is_quarantined_and_git_is_reverted() -> None:
    stage = Stage(how="revert")
    await stage.deploy("aaaaa")
    stage.judge.bad.add(release("bbbbb").id)
    stage.head = HeadSeen("bbbbb")
    await stage.keep(lambda s: bool(s.quarantined) and s.revert is None)
    state = await stage.state()

    assert state.live == release("aaaaa")
    assert "5xx 50 %" in state.quarantined["bbbbb"]
    assert stage.repository.reverts == {"bbbbb"}
    assert stage.target.world.split.weights == {release("aaaaa").id: 100.0}
    assert release("bbbbb").id not in stage.target.world.releases
    assert await outcomes(stage) == ["promoted", "rolled_back"]


async def test_a_first_deploy_that_fails_leaves_nothing_running() -> None:
    stage = Stage()
    stage.target.broken.add(release("aaaaa").id)
    state = await stage.deploy("aaaaa")

    assert state.live is None
    assert not stage.target.world.releases
    assert not stage.target.world.split.weights
    ended = (await stage.facts())[-2]
    assert isinstance(ended, RolloutEnded)
    assert ended.why == snapshot(
        "the new release is not healthy: copy 1 exited with 1;"
        " there was nothing before it, so nothing runs now"
    )


async def test_a_build_that_fails_leaves_production_untouched() -> None:
    stage = Stage()
    await stage.deploy("aaaaa")
    before = stage.target.world.releases
    stage.builds.broken.add("bbbbb")
    state = await stage.deploy("bbbbb")

    assert state.live == release("aaaaa")
    assert stage.target.world.releases == before
    assert kinds(await stage.facts())[-1] == "build_failed"


@pytest.mark.promise("every-commit")
async def test_a_newer_commit_in_the_middle_takes_its_place_without_blame() -> None:
    stage = Stage()
    await stage.deploy("aaaaa")
    stage.head = HeadSeen("bbbbb")
    await stage.keep(lambda s: s.rollout is not None)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stage.keep_until_live, "ccccc")
        await anyio.sleep(5)
        stage.head = HeadSeen("ccccc")
    assert await outcomes(stage) == ["promoted", "superseded", "promoted"]
    assert not (await stage.state()).quarantined
    assert not stage.target.violations


async def test_somebody_stops_it() -> None:
    stage = Stage()
    await stage.deploy("aaaaa")
    stage.head = HeadSeen("bbbbb")
    stream = story(stage.store, rollout_stream("shop", "production", 2))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stage.keep_until_quarantine)
        await anyio.sleep(5)
        await stream.tell(AbortAsked("ada", now()))
    assert await outcomes(stage) == ["promoted", "aborted"]
    assert (await stage.state()).quarantined == snapshot({"bbbbb": "ada asked to stop"})


@pytest.mark.promise("people")
async def test_pause_holds_and_promote_passes() -> None:
    stage = Stage()
    await stage.deploy("aaaaa")
    stage.head = HeadSeen("bbbbb")
    stream = story(stage.store, rollout_stream("shop", "production", 2))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stage.keep_until_live, "bbbbb")
        await anyio.sleep(5)
        await stream.tell(PauseAsked("ada", now()))
        await anyio.sleep(60)
        assert (await stage.state()).live == release("aaaaa")
        await stream.tell(PromoteAsked("ada", now(), full=True))
    assert not stage.target.violations


async def test_approval_waits_for_a_person() -> None:
    stage = Stage(steps=(Scale(2), Approve("look at it"), Shift(100.0), Judge(1.0)))
    stage.head = HeadSeen("aaaaa")
    stream = story(stage.store, rollout_stream("shop", "production", 1))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stage.keep_until_live, "")
        await anyio.sleep(60)
        assert not stage.target.world.split.weights
        await stream.tell(PromoteAsked("ada", now()))


async def test_going_back_after_promotion_is_instant_and_blames_the_commit() -> None:
    stage = Stage()
    await stage.deploy("aaaaa")
    await stage.deploy("bbbbb")
    await stage.tell(RollbackAsked("ada", now()))
    began = anyio.current_time()
    state = await stage.keep(lambda s: s.live == release("aaaaa") and not s.blamed)

    assert anyio.current_time() - began < 5
    assert state.quarantined == snapshot({"bbbbb": "ada went back"})
    assert stage.target.world.split.weights == {release("aaaaa").id: 100.0}
    assert not stage.target.violations


async def test_asking_to_go_back_in_the_middle_only_undoes_what_is_under_way() -> None:
    stage = Stage()
    await stage.deploy("aaaaa")
    await stage.deploy("bbbbb")
    stage.head = HeadSeen("ccccc")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stage.keep_until_quarantine)
        await anyio.sleep(5)
        await stage.tell(RollbackAsked("ada", now()))
    state = await stage.state()
    assert state.live == release("bbbbb")
    assert state.back is None
    assert list(state.quarantined) == ["ccccc"]


async def test_a_release_that_cannot_be_gone_back_to_is_not_blamed() -> None:
    stage = Stage(how="revert")
    await stage.deploy("aaaaa")
    await stage.deploy("bbbbb")
    stage.target.sicken(release("aaaaa").id)
    await stage.tell(RollbackAsked("ada", now()))
    state = await stage.keep(lambda s: s.rollouts == 3 and s.rollout is None)

    assert state.live == release("bbbbb")
    assert not state.quarantined
    assert state.revert is None
    assert not stage.repository.reverts


async def test_no_further_back_than_releases_are_kept() -> None:
    stage = Stage()
    for commit in ("aaaaa", "bbbbb", "ccccc", "ddddd", "eeeee", "fffff", "ggggg", "hhhhh"):
        await stage.deploy(commit)
        with anyio.move_on_after(2):
            await stage.keep(lambda _: False)
    assert release("aaaaa").id not in stage.builds.kept
    assert {release(c).id for c in ("ccccc", "ggggg", "hhhhh")} <= stage.builds.kept
    await stage.tell(RollbackAsked("ada", now(), "aaaaa"))
    await stage.keep(lambda s: s.back is None)
    assert kinds(await stage.facts())[-1] == "refused"


async def test_a_sick_stable_release_holds_the_rollout() -> None:
    stage = Stage()
    await stage.deploy("aaaaa")
    stage.judge.sick = True
    stage.head = HeadSeen("bbbbb")
    with anyio.move_on_after(60):
        await stage.keep(lambda s: s.live == release("bbbbb"))
    assert (await stage.state()).live == release("aaaaa")


async def test_when_stable_dies_the_healthy_canary_serves() -> None:
    stage = Stage()
    await stage.deploy("aaaaa")
    stage.head = HeadSeen("bbbbb")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stage.keep_until_live, "bbbbb")
        await anyio.sleep(5)
        stage.target.sicken(release("aaaaa").id)
        await anyio.sleep(1)
        assert stage.target.world.split.weights == {release("bbbbb").id: 100.0}
