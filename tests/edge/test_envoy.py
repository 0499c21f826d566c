"""The proxy: what it is told, and that it does it."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import ssl
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placid.base.errors import Problem
from placid.core.rollout.world import Override, Split
from placid.edge import envoy_routes as routes
from placid.edge.envoy_admin import LONGEST_SOCKET_PATH, socket_path
from placid.edge.envoy_config import ProxySettings, bounds
from placid.edge.processes import ended, identify
from placid.edge.targets.local import LocalTarget
from tests.edge.local_home import Home, are_ready, gone, until
from tests.load import load

pytestmark = pytest.mark.anyio

A, B = "aaaaaaaaaa-000001", "bbbbbbbbbb-000002"

names = st.text("abcdef0123456789-", min_size=1, max_size=17)
overrides = st.none() | st.builds(Override, names, st.text(), st.text(), st.text())
splits = st.builds(
    Split,
    st.dictionaries(names, st.floats(0, 100)),
    st.text(),
    names,
    overrides,
    st.just("") | names,
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@given(splits)
def test_a_split_is_read_back_as_it_was_kept(split: Split) -> None:
    text = routes.keep(split)["split"]
    assert isinstance(text, str)
    assert routes.kept(text) == split


@given(st.text(), st.floats(0, 100))
def test_evidence_knows_label_and_share(label: str, percent: float) -> None:
    split = Split({A: 100 - percent, B: percent}, label, B)
    found = routes.evidence(str(routes.weighted(split)["name"]))
    if label.startswith(routes.ON_PURPOSE):
        return
    assert found is not None
    assert found[0] == label
    assert found[1] == pytest.approx(percent / 100, abs=1e-9)


@given(st.dictionaries(names, st.floats(0.001, 100), min_size=1))
def test_shares_are_exact_to_a_millionth(weights: dict[str, float]) -> None:
    whole = sum(weights.values())
    for name, part in routes.shares(Split(weights)).items():
        assert part / routes.WHOLE == pytest.approx(weights[name] / whole, abs=1e-6)


def test_requests_sent_somewhere_on_purpose_are_no_evidence() -> None:
    for route in ("!override", "!preview", "!refused", "", "-"):
        assert routes.evidence(route) is None


def test_buckets_are_fine_and_ascend() -> None:
    found = bounds()
    assert found == sorted(set(found))
    assert all(b / a <= 1.2 for a, b in itertools.pairwise(found[4:]))


@pytest.mark.parametrize("ms", [50, 95, 100, 150, 200, 250, 400, 500, 750, 1000, 1500, 5000, 60000])
def test_an_objective_people_write_is_a_bound(ms: int) -> None:
    assert ms in bounds()


def test_a_bound_has_two_digits_because_envoy_keeps_no_more() -> None:
    assert all(bound == float(f"{bound:.1e}") for bound in bounds())


def test_a_long_home_gets_a_short_socket(tmp_path: Path) -> None:
    long = tmp_path.joinpath(*["folder"] * 20)
    assert len(str(socket_path(long))) <= LONGEST_SOCKET_PATH
    assert socket_path(long) == socket_path(long)
    assert socket_path(long) != socket_path(long / "x")


async def serve(target: LocalTarget, *names: str) -> None:
    for name in names:
        await target.scale(name, 1)
    for name in names:
        await until(target, are_ready(name, 1))


async def get(url: str, *options: str) -> str:
    curl = await asyncio.create_subprocess_exec(
        "curl", "-sk", "-m", "10", *options, url, stdout=asyncio.subprocess.PIPE
    )
    text, _ = await curl.communicate()
    return text.decode()


async def test_weights_are_kept_within_binomial_error(local: Home) -> None:
    local.add(A)
    local.add(B)
    async with local.target() as target:
        await serve(target, A, B)
        await target.shift(Split({A: 80.0, B: 20.0}))
        async with load("127.0.0.1", local.port, 600, slow=False) as tally:
            await asyncio.sleep(3)
        assert tally.failures == []
        share = tally.bodies[B] / tally.sent
        spread = (0.2 * 0.8 / tally.sent) ** 0.5
        assert abs(share - 0.2) < 5 * spread, tally.bodies
        totals = await target.traffic()
        assert totals[A].requests + totals[B].requests == tally.sent
        assert totals[B].errors == 0


async def test_header_cookie_and_preview_reach_their_release(local: Home) -> None:
    local.add(A)
    local.add(B)
    async with local.target() as target:
        await serve(target, A, B)
        override = Override(B, "x-canary", "canary", "yes")
        await target.shift(Split({A: 100.0}, "r", B, override, B))
        url = f"http://127.0.0.1:{local.port}/"
        assert A in await get(url)
        assert B in await get(url, "-H", "x-canary: yes")
        assert A in await get(url, "-H", "x-canary: no")
        assert B in await get(url, "-b", "a=1; canary=yes; b=2")
        assert A in await get(url, "-b", "a=1; uncanary=yes")
        assert B in await get(f"http://127.0.0.1:{local.preview}/")
        await target.shift(Split({A: 100.0}))
        assert A in await get(url, "-H", "x-canary: yes")
        assert "no release is on preview" in await get(f"http://127.0.0.1:{local.preview}/")


async def test_only_its_hosts_are_served(local: Home) -> None:
    local.add(A)
    settings = ProxySettings(f"127.0.0.1:{local.port}", hosts=("shop.example", "*.shop.example"))
    async with LocalTarget(local.folder, "production", settings, local.manifest) as target:
        await serve(target, A)
        await target.shift(Split({A: 100.0}))
        url = f"http://127.0.0.1:{local.port}/"
        assert A in await get(url, "-H", "Host: shop.example:8080")
        assert A in await get(url, "-H", "Host: www.shop.example")
        assert await get(url, "-o", "/dev/null", "-w", "%{http_code}") == "404"


def certificate(folder: Path, name: str) -> None:
    """A self-signed certificate for a name, in cert.pem and key.pem."""
    paths = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subprocess.run(
        ["openssl", "req", "-x509", *curve, "-subj", f"/CN={name}", "-days", "2", *paths],
        check=True,
        capture_output=True,
    )


def presented(port: int) -> str:
    """The subject of the certificate that a server shows."""
    pem = ssl.get_server_certificate(("127.0.0.1", port))
    return subprocess.run(
        ["openssl", "x509", "-noout", "-subject"],
        input=pem.encode(),
        check=True,
        capture_output=True,
    ).stdout.decode()


async def test_a_renewed_certificate_is_served_without_a_restart(local: Home) -> None:
    local.add(A)
    certificate(local.folder, "first.example")
    settings = ProxySettings(
        f"127.0.0.1:{local.port}",
        certificate=str(local.folder / "cert.pem"),
        key=str(local.folder / "key.pem"),
    )
    async with LocalTarget(local.folder, "production", settings, local.manifest) as target:
        await serve(target, A)
        await target.shift(Split({A: 100.0}))
        assert A in await get(f"https://127.0.0.1:{local.port}/")
        assert "first.example" in await asyncio.to_thread(presented, local.port)
        certificate(local.folder, "second.example")
        async with asyncio.timeout(10):
            while "second.example" not in await asyncio.to_thread(presented, local.port):
                await target.look()


async def test_a_missing_certificate_is_a_problem(local: Home) -> None:
    local.add(A)
    settings = ProxySettings(f"127.0.0.1:{local.port}", certificate="/none.pem", key="/none.key")
    async with LocalTarget(local.folder, "production", settings, local.manifest) as target:
        with pytest.raises(Problem, match="certificate cannot be read"):
            await target.scale(A, 1)


async def test_a_dead_copy_leaves_rotation_while_no_agent_runs(local: Home) -> None:
    local.add(A)
    async with local.target() as target:
        await target.scale(A, 2)
        await until(target, are_ready(A, 2))
        await target.shift(Split({A: 100.0}))
    victim = next(pid for pid, env in local.processes().items() if "PORT" in env)
    process = identify(victim)
    assert process is not None
    os.kill(victim, signal.SIGKILL)
    await ended(process)
    async with load("127.0.0.1", local.port, 200, slow=False) as tally:
        await asyncio.sleep(1)
    assert tally.failures == []  # a refused connection is tried on the other copy


async def test_slow_requests_and_websockets_outlast_a_switch(local: Home) -> None:
    local.add(A)
    local.add(B)
    async with local.target() as target:
        await serve(target, A)
        await target.shift(Split({A: 100.0}))
        reader, writer = await asyncio.open_connection("127.0.0.1", local.port)
        head = (
            "GET /upgrade HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        )
        writer.write(head.encode())
        assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
        slow = asyncio.create_task(get(f"http://127.0.0.1:{local.port}/slow?2"))
        await until(target, lambda world: world.of(A).active == 2)
        await serve(target, B)
        await target.shift(Split({B: 100.0}))
        await target.retire(A)
        assert A in await slow
        writer.write(b"still here")
        assert await reader.readexactly(10) == b"still here"
        writer.close()
        await until(target, gone(A))
