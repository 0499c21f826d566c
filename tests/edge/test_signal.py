"""Evidence from the real proxy: each bad request once, with its share; counters that agree."""

from __future__ import annotations

import asyncio
import os
from collections import Counter

import pytest

from placid.core.rollout.world import Override, Split
from placid.edge.signals.envoy import EnvoySignal, Line, client, kind
from placid.edge.targets.local import LocalTarget
from placid.ports import Samples, Signal
from tests.edge.local_home import Home, are_ready, until
from tests.load import load

pytestmark = pytest.mark.anyio

A, B, LABEL = "aaaaaaaaaa-000001", "bbbbbbbbbb-000002", "rollout/production/7"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def serve(target: LocalTarget, percent: float) -> None:
    for name in (A, B):
        await target.scale(name, 1)
    for name in (A, B):
        await until(target, are_ready(name, 1))
    override = Override(B, "x-canary", "", "yes")
    await target.shift(Split({A: 100 - percent, B: percent}, LABEL, B, override))


async def get(port: int, path: str, *headers: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [f"GET {path} HTTP/1.1", "Host: x", "Connection: close", *headers, "", ""]
    writer.write("\r\n".join(lines).encode())
    answer = await reader.read()
    writer.close()
    return answer


async def logged(signal: Signal, count: int, label: str = LABEL) -> Samples:
    """The samples once so many bad requests are in them."""
    for _ in range(500):
        if len((samples := await signal.samples(label)).bad) >= count:
            return samples
        await asyncio.sleep(0.02)
    raise AssertionError(f"{count} bad requests were never seen")


async def test_every_5xx_is_evidence_once_with_its_share(local: Home) -> None:
    local.add(A, {"WEB_FAIL": "0.1"})
    local.add(B, {"WEB_FAIL": "0.5"})
    async with local.target() as target:
        signal = EnvoySignal(target)
        await serve(target, 25.0)
        async with load("127.0.0.1", local.port, 300, slow=False) as tally:
            for _ in range(10):
                await asyncio.sleep(0.1)
                await signal.samples(LABEL)
        samples = await logged(signal, tally.failed)
        assert len(samples.bad) == tally.failed
        assert {bad.kind for bad in samples.bad} == {"error"}
        assert {bad.weight for bad in samples.bad} == {0.25}
        blamed = Counter(bad.release for bad in samples.bad)
        assert blamed == {name: samples.totals[name].errors for name in (A, B)}
        for name in (A, B):
            assert samples.totals[name].requests == tally.bodies[name]
        # a new agent reads the same
        assert (await EnvoySignal(target).samples(LABEL)).bad == samples.bad
        assert (await signal.samples("another")).bad == ()


async def test_overrides_are_no_evidence(local: Home) -> None:
    local.add(A)
    local.add(B, {"WEB_FAIL": "1"})
    async with local.target() as target:
        signal = EnvoySignal(target)
        await serve(target, 50.0)
        for _ in range(5):
            assert b" 500 " in await get(local.port, "/", "x-canary: yes")
        await asyncio.sleep(0.3)
        assert (await signal.samples(LABEL)).bad == ()


async def test_the_slow_limit_moves_while_the_proxy_runs(local: Home) -> None:
    local.add(A)
    local.add(B)
    async with local.target() as target:
        signal = EnvoySignal(target)
        await serve(target, 10.0)
        await get(local.port, "/slow?0.3")
        await signal.slower_than(200.0)
        await asyncio.sleep(0.3)
        await get(local.port, "/slow?0.3")
        (bad,) = (await logged(signal, 1)).bad
        assert bad.kind == "slow"
        await signal.slower_than(2000.0)
        await asyncio.sleep(0.3)
        await get(local.port, "/slow?0.3")
        await asyncio.sleep(0.3)
        assert len((await signal.samples(LABEL)).bad) == 1


async def test_a_reset_is_an_error_of_the_app_and_a_client_that_leaves_is_not(local: Home) -> None:
    local.add(A)
    local.add(B)
    async with local.target() as target:
        signal = EnvoySignal(target)
        await serve(target, 10.0)
        _, writer = await asyncio.open_connection("127.0.0.1", local.port)
        writer.write(b"GET /slow?5 HTTP/1.1\r\nHost: x\r\n\r\n")
        await asyncio.sleep(0.3)
        writer.transport.abort()
        await get(local.port, "/reset")
        (bad,) = (await logged(signal, 1)).bad
        assert bad.kind == "error"
        totals = (await signal.samples(LABEL)).totals
        assert sum(totals[name].errors for name in (A, B)) == 1


async def test_the_log_is_turned_over_when_no_rollout_goes_on(
    local: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("placid.edge.signals.envoy.LARGEST_IDLE", 1000)
    local.add(A, {"WEB_FAIL": "1"})
    local.add(B, {"WEB_FAIL": "1"})
    async with local.target() as target:
        signal = EnvoySignal(target)
        await serve(target, 10.0)
        for _ in range(20):
            await get(local.port, "/")
        await logged(signal, 20)
        before = os.stat(target.envoy.bad).st_ino
        assert len((await signal.samples(LABEL)).bad) == 20
        assert os.stat(target.envoy.bad).st_ino == before
        await target.shift(Split({A: 100.0}))
        await signal.samples("")
        await target.shift(Split({A: 90.0, B: 10.0}, "next", B))
        await get(local.port, "/")
        assert len((await logged(signal, 1, "next")).bad) == 1
        assert os.stat(target.envoy.bad).st_ino != before


LINES = {
    Line("1", "a", 500, "-", 5): "error",
    Line("1", "a", 200, "UC", 5): "error",
    Line("1", "a", 503, "UF,URX", 5): "error",
    Line("1", "a", 0, "DC", 900): "slow",
    Line("1", "a", 200, None, 900): "slow",
}


@pytest.mark.parametrize("line", LINES)
def test_what_is_an_error_and_what_is_slow(line: Line) -> None:
    assert kind(line) == LINES[line]


def test_a_client_is_its_address_unless_many_may_share_it() -> None:
    assert client(Line("1", remote="8.8.8.8", forwarded="8.8.8.8", connection=4)) == "8.8.8.8"
    assert client(Line("1", remote="10.0.0.1", forwarded="9.9.9.9, 10.0.0.1")) == "9.9.9.9"
    assert client(Line("1", remote="127.0.0.1", connection=4)) == "127.0.0.1#4"
