"""The local target with a real Envoy and real apps: nothing fails, all is found again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from placid.base.errors import Problem
from placid.core.rollout.world import Split
from placid.edge.targets.local import LocalTarget
from placid.ports import Target
from tests.edge.local_home import RUN, Home, are_ready, exactly, gone, until
from tests.load import load
from tests.target_conformance import LAWS, Case, Law

pytestmark = pytest.mark.anyio

A, B = "aaaaaaaaaa-000001", "bbbbbbbbbb-000002"
HOLDER = Path(__file__).parents[1] / "apps" / "holder.py"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def ready(target: LocalTarget, release: str, copies: int) -> None:
    await target.scale(release, copies)
    await until(target, are_ready(release, copies))


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
async def test_it_keeps_the_laws_of_targets(law: Law, local: Home) -> None:
    @contextlib.asynccontextmanager
    async def fresh() -> AsyncGenerator[Case]:
        for release in (A, B):
            local.add(release)
        local.add("cccccccccc-000003", {"WEB_MODE": "crash"})
        async with local.target() as target:
            port: Target = target
            yield Case(port)

    await law(fresh)


@pytest.mark.promise("no-lost-request")
async def test_twenty_switches_under_load_fail_no_request(local: Home) -> None:
    names = [local.add(f"{letter * 10}-000000") for letter in "abcde"]
    old = names[-1]
    async with local.target() as target:
        await ready(target, old, 1)
        await target.shift(Split({old: 100.0}))
        async with load("127.0.0.1", local.port, 300) as tally:
            for turn in range(20):
                new = names[turn % len(names)]
                await until(target, gone(new))
                await ready(target, new, 1)
                if turn % 2:
                    await target.shift(Split({old: 90.0, new: 10.0}, "r", new))
                    await asyncio.sleep(0.05)
                await target.shift(Split({new: 100.0}))
                await target.retire(old)
                old = new
        assert tally.failures == []
        assert tally.sent > 1000
        assert set(tally.bodies) == set(names)


async def test_scaling_a_serving_release_down_and_up_fails_no_request(local: Home) -> None:
    local.add(A)
    async with local.target() as target:
        await ready(target, A, 3)
        await target.shift(Split({A: 100.0}))
        async with load("127.0.0.1", local.port, 300) as tally:
            for copies in (1, 3, 2, 1):
                await target.scale(A, copies)

                async def wish(copies: int = copies) -> None:
                    await target.scale(A, copies)

                await until(target, exactly(A, copies), wish)
        assert tally.failures == []


async def hold(local: Home, release: str, copies: int, *then: str) -> asyncio.subprocess.Process:
    """Start an agent that serves `release` in a process of its own."""
    ports = (str(local.port), str(local.preview))
    argv = [str(HOLDER), str(local.folder), *ports, release, str(copies), *then]
    agent = await asyncio.create_subprocess_exec(
        sys.executable, *argv, stdout=asyncio.subprocess.PIPE
    )
    assert agent.stdout
    for _ in range(1 + len(then)):
        line = await agent.stdout.readline()
        assert line, "the agent ended"
    return agent


async def kill(agent: asyncio.subprocess.Process) -> None:
    agent.kill()
    await agent.communicate()


@pytest.mark.promise("outlives")
async def test_a_killed_agent_leaves_traffic_flowing_and_the_next_adopts(local: Home) -> None:
    local.add(A)
    agent = await hold(local, A, 2)
    before = set(local.processes())
    async with load("127.0.0.1", local.port, 200) as tally:
        await kill(agent)
        await asyncio.sleep(0.3)
        async with local.target() as target:
            world = await target.look()
            assert world.of(A).ready == world.of(A).alive == world.of(A).wanted == 2
            assert world.of(A).failures == 0
            assert world.split == Split({A: 100.0})
            await target.scale(A, 2)
            await asyncio.sleep(0.3)
            assert set(local.processes()) == before
    assert tally.failures == []


async def test_an_agent_killed_while_draining_is_followed_by_one_that_ends_it(local: Home) -> None:
    local.add(A, {"WEB_GRACE": "0"}, drain=20.0)
    local.add(B)
    agent = await hold(local, A, 1)
    async with load("127.0.0.1", local.port, 50) as tally:
        await asyncio.sleep(1.1)  # a request of 2 s is under way
        async with asyncio.timeout(20):
            await kill(agent)
            async with local.target() as target:
                await ready(target, B, 1)
                await target.shift(Split({B: 100.0}))
                await target.retire(A)
                await target.look()
            async with local.target() as target:
                assert A in (await target.look()).releases
                await until(target, gone(A))
    assert tally.failures == []


async def test_what_was_started_in_the_moment_of_a_kill_is_found(local: Home) -> None:
    local.add(A)
    agent = await hold(local, A, 2)
    await kill(agent)
    before = set(local.processes())
    for record in (local.folder / "production" / "copies").iterdir():
        record.unlink()
    (local.folder / "production" / "envoy" / "envoy.json").unlink()
    async with local.target() as target:
        await target.scale(A, 2)
        world = await until(target, are_ready(A, 2))
        assert world.split == Split({A: 100.0})
        assert set(local.processes()) == before


async def test_a_killed_copy_leaves_at_once_and_comes_back(local: Home) -> None:
    local.add(A)
    async with local.target() as target:
        await ready(target, A, 2)
        await target.shift(Split({A: 100.0}))
        async with load("127.0.0.1", local.port, 200, slow=False) as tally:
            victim = next(pid for pid, env in local.processes().items() if "PORT" in env)
            os.kill(victim, signal.SIGKILL)

            async def wish() -> None:
                await target.scale(A, 2)

            world = await until(target, lambda world: world.of(A).failures == 1, wish)
            assert "SIGKILL" in world.of(A).trouble
            await until(target, are_ready(A, 2), wish)
        # only what was in flight on that copy may have failed
        assert tally.failed <= 3


async def test_a_killed_proxy_comes_back_with_the_same_routes(local: Home) -> None:
    local.add(A)
    async with local.target() as target:
        await ready(target, A, 1)
        await target.shift(Split({A: 100.0}, "rollout/1", A))
        victim = next(pid for pid, env in local.processes().items() if "PLACID_PROXY" in env)
        os.kill(victim, signal.SIGKILL)
        await until(target, lambda _: target.envoy.running())
        assert (await target.look()).split == Split({A: 100.0}, "rollout/1", A)
        async with load("127.0.0.1", local.port, 100, slow=False) as tally:
            await asyncio.sleep(0.3)
        assert tally.failures == []


async def test_a_reused_pid_is_not_taken_for_a_copy(local: Home) -> None:
    local.add(A)
    async with local.target() as target:
        await ready(target, A, 1)
    path = next((local.folder / "production" / "copies").iterdir())
    local.end()
    path.write_text(path.read_text().replace('"pid":', f'"pid":{os.getpid()},"was":'))
    async with local.target() as target:
        world = await target.look()
        assert world.of(A).alive == 0
        assert "ended while no agent watched" in world.of(A).trouble


TROUBLES: dict[str, tuple[dict[str, str], str, str]] = {
    "crash": ({"WEB_MODE": "crash"}, RUN, "copy 1 exited with 1 after 0."),
    "health": ({"WEB_HEALTH": "503"}, RUN, "within 1.5 s: the last answer was 503"),
    "silent": ({"WEB_MODE": "silent"}, RUN, "nothing listens on PORT ("),
    "hang": ({"WEB_MODE": "hang"}, RUN, "it did not answer within 0.2 s"),
    "fork": ({"WEB_MODE": "fork"}, RUN, "does it fork into the background?"),
    "missing": ({}, "no-such-program --serve", "copy 1 exited with 127 after"),
    "own port": ({}, f"PORT=28999 {RUN}", "but it listens on 28999: does it read PORT?"),
}


@pytest.mark.parametrize("case", TROUBLES)
async def test_a_copy_that_is_not_ready_says_why(case: str, local: Home) -> None:
    env, run, words = TROUBLES[case]
    local.add(A, env, run, deadline=1.5, timeout=0.2, stop=0.5)
    async with local.target() as target:
        await target.scale(A, 1)
        world = await until(target, lambda world: world.of(A).failures > 0)
        assert world.of(A).ready == 0
        assert words in world.of(A).trouble
        await target.retire(A)
        await until(target, gone(A))
        assert [env for env in local.processes().values() if "PORT" in env] == []


async def test_a_port_taken_in_between_is_no_failure(local: Home) -> None:
    first = "mkdir once 2>/dev/null && echo '[Errno 98] Address already in use' && exit 1; "
    local.add(A, run=first + RUN)
    async with local.target() as target:
        await target.scale(A, 1)
        world = await until(target, are_ready(A, 1))
        assert world.of(A).failures == 0
        assert (local.folder / "once").exists()


async def test_secrets_are_masked_in_the_trouble(local: Home) -> None:
    local.add(A, {"WEB_MODE": "crash", "WEB_SECRET": "hunter2-and-more"})
    async with local.target() as target:
        await target.scale(A, 1)
        world = await until(target, lambda world: world.of(A).failures > 0)
        assert world.of(A).trouble.endswith("about to fail with ***")


async def test_a_sick_copy_leaves_the_endpoints_unless_it_is_the_last(local: Home) -> None:
    local.add(A)
    async with local.target() as target:
        await ready(target, A, 2)
        await target.shift(Split({A: 100.0}))
        for expected in (1, 0):
            await ask(local.port, "/sick")
            await until(target, are_ready(A, expected))
        async with load("127.0.0.1", local.port, 100, slow=False) as tally:
            await asyncio.sleep(0.3)
        assert tally.failures == []  # no healthy copy is left, so all that run are used


async def ask(port: int, path: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return answer


async def test_processes_do_not_see_our_environment(
    local: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENT_TOKEN", "not for the app")
    local.add(A, {"COLOUR": "blue"})
    async with local.target() as target:
        await ready(target, A, 1)
        (env,) = [env for env in local.processes().values() if "PORT" in env]
        assert "AGENT_TOKEN" not in env
        assert env["COLOUR"] == "blue"
        assert env["PLACID_RELEASE"] == A
        assert env["PLACID_COPY"] == "1"


async def test_a_taken_port_is_a_problem_that_says_by_whom(local: Home) -> None:
    local.add(A)
    server = await asyncio.start_server(lambda r, w: None, "127.0.0.1", local.port)
    async with server, local.target() as target:
        with pytest.raises(Problem, match=rf"already taken by .*\(pid {os.getpid()}\)"):
            await target.scale(A, 1)
        assert local.processes() == {}


async def test_another_address_is_taken_without_a_restart(local: Home) -> None:
    local.add(A)
    async with local.target() as target:
        await ready(target, A, 1)
        await target.shift(Split({A: 100.0}))
    pids = set(local.processes())
    local.port += 1
    async with local.target() as target:
        await target.look()
        assert A.encode() in await ask(local.port, "/")
        assert set(local.processes()) == pids


async def test_nothing_runs_after_tearing_down(local: Home) -> None:
    local.add(A)
    async with local.target() as target:
        await ready(target, A, 2)
        await target.shift(Split({A: 100.0}))
        await target.tear_down()
    assert local.processes() == {}


async def test_nothing_runs_once_all_is_retired(local: Home) -> None:
    local.add(A)
    async with local.target() as target:
        await ready(target, A, 1)
        await target.shift(Split({A: 100.0}))
        await target.shift(Split())
        await target.retire(A)
        await until(target, lambda world: not world.releases)
        await until(target, lambda _: not target.envoy.running())
    assert local.processes() == {}
