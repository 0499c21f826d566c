"""Ledgers of every kind, each test with an empty one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count
from pathlib import Path

import pytest

from placid.edge.store.opening import open_store
from placid.ports import Store
from tests.edge.store.postgres_server import Server, server
from tests.fakes import MemoryStore

Opener = Callable[[], AbstractAsyncContextManager[Store]]
"""Opens the test's ledger; calling it again opens the same one."""

_schemas = count()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server for this run of the tests."""
    with server() as started:
        yield started


def schema_url(started: Server) -> str:
    """The URL of a fresh, empty schema."""
    name = f"t{next(_schemas)}"
    started.run(f"CREATE SCHEMA {name}")
    return started.url() + f"?options=-csearch_path%3D{name}"


@pytest.fixture(params=["sqlite", "postgres"])
def durable(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """What `store:` would say: a ledger that several processes can open."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.db")
    started: Server = request.getfixturevalue("postgres")
    return schema_url(started)


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    """A ledger of each kind."""
    if request.param == "memory":
        return _remembering(MemoryStore())
    if request.param == "sqlite":
        return lambda: open_store("", home=tmp_path / ".placid")
    started: Server = request.getfixturevalue("postgres")
    url = schema_url(started)
    return lambda: open_store(url)


def _remembering(memory: Store) -> Opener:
    @asynccontextmanager
    async def opened() -> AsyncGenerator[Store]:
        yield memory

    return opened
