"""The webhook under a real server, with deliveries remembered in a ledger."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import aiohttp
import pytest
import uvicorn

from placid.base.errors import Problem, Unavailable
from placid.engine.deliveries import Delivered, Deliveries
from placid.faces.webhook import LIMIT, OnPush, webhook_app
from placid.formats.webhooks import Push
from tests.fakes import MemoryStore

pytestmark = pytest.mark.anyio

BODY = json.dumps({"ref": "refs/heads/main", "after": "a" * 40}).encode()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def headers(body: bytes = BODY, event: str = "push", delivery: str = "1") -> dict[str, str]:
    digest = hmac.new(b"secret", body, hashlib.sha256).hexdigest()
    return {
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": delivery,
        "X-Hub-Signature-256": f"sha256={digest}",
    }


@asynccontextmanager
async def served(on_push: OnPush) -> AsyncGenerator[aiohttp.ClientSession, None]:
    config = uvicorn.Config(webhook_app("secret", on_push), log_level="critical", ws="none")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        serving = asyncio.create_task(server.serve([listening]))
        try:
            async with aiohttp.ClientSession(url) as session:
                yield session
        finally:
            server.should_exit = True
            await serving


async def send(
    session: aiohttp.ClientSession,
    body: bytes = BODY,
    method: str = "POST",
    more: dict[str, str] | None = None,
) -> tuple[int, str]:
    async with session.request(
        method, "/webhook", data=body, headers=headers(body) | (more or {})
    ) as answer:
        told = json.loads(await answer.read() or b"{}")
        return answer.status, told.get("said", "")


@pytest.mark.promise("wake")
async def test_a_push_counts_once() -> None:
    store = MemoryStore()
    woken: list[Push] = []

    def on_push(deliveries: Deliveries) -> OnPush:
        async def receive(push: Push) -> bool:
            delivered = Delivered(push.keys, push.provider, push.repository, push.branch)
            if new := await deliveries.first(delivered):
                woken.append(push)
            return new

        return receive

    async with served(on_push(Deliveries(store, "shop"))) as session:
        assert await send(session) == (202, "looking at main")
        assert await send(session) == (200, "this delivery was received before")
        replayed = {"X-GitHub-Delivery": "2"}
        assert await send(session, more=replayed) == (200, "this delivery was received before")
        other = json.dumps({"ref": "refs/heads/main", "after": "b" * 40}).encode()
        assert (await send(session, other))[0] == 200  # the delivery id of the first
        assert (await send(session, other, more=replayed))[0] == 202
    async with served(on_push(Deliveries(store, "shop"))) as session:
        assert await send(session) == (200, "this delivery was received before")
    assert [push.commit[0] for push in woken] == ["a", "b"]
    assert len(store.rows["webhook/shop"]) == 2


async def test_two_agents_and_one_delivery() -> None:
    store = MemoryStore()
    both = [Deliveries(store, "shop"), Deliveries(store, "shop")]
    for number in range(20):
        delivered = Delivered((f"github:{number}",))
        first = await asyncio.gather(*(one.first(delivered) for one in both))
        assert sorted(first) == [False, True]


async def test_what_is_turned_away() -> None:
    async def on_push(push: Push) -> bool:
        raise Unavailable("the ledger is busy", retry_after=7)

    async with served(on_push) as session:
        assert (await send(session, more={"X-Hub-Signature-256": "sha256=00"}))[0] == 401
        assert (await send(session, more={"X-GitHub-Event": "ping"})) == (200, "pong")
        assert await send(session) == (503, "the ledger is busy")
        for method in ("GET", "PUT", "DELETE"):
            assert (await send(session, method=method))[0] == 405
        async with session.post("/webhook", data=BODY) as answer:
            assert answer.status == 400
        async with session.post("/other", data=BODY) as answer:
            assert answer.status == 404


async def test_a_body_that_is_too_large() -> None:
    async def on_push(push: Push) -> bool:
        raise AssertionError

    async def endless() -> AsyncGenerator[bytes, None]:
        for _ in range(LIMIT // 100_000 + 2):
            yield bytes(100_000)

    async with served(on_push) as session:
        for data in (io.BytesIO(bytes(LIMIT + 1)), endless()):
            try:
                async with session.post("/webhook", data=data, headers=headers()) as answer:
                    assert answer.status == 413
            except aiohttp.ClientConnectionError:
                pass  # the server may close while the rest is being sent


async def test_without_a_secret_there_is_no_webhook() -> None:
    async def on_push(push: Push) -> bool:
        raise AssertionError

    with pytest.raises(Problem, match="no secret"):
        webhook_app("", on_push)
