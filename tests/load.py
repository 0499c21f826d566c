"""Constant load on kept-alive connections: what a caller sees, every failure counted.

Raw asyncio sockets, so that 300 requests/s cost a few per cent of a core. The rate is open-loop:
request n is due at start + n/rate whatever the answers take, each on any idle connection. A
connection the server closed while idle is opened anew, and one closed with a request under way is a
failure, as it is for a browser's POST. Run it: `python -m tests.load HOST PORT RATE SECONDS`.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import sys
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field


@dataclass
class Tally:
    """What was seen: requests by status, failures with their time, bodies, latencies in s."""

    sent: int = 0
    status: collections.Counter[int] = field(default_factory=collections.Counter[int])
    bodies: collections.Counter[str] = field(default_factory=collections.Counter[str])
    failures: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])
    latencies: list[float] = field(default_factory=list[float])
    late: float = 0.0

    @property
    def failed(self) -> int:
        """Requests without a 2xx answer."""
        return len(self.failures)

    def saw(self, status: int, body: str, took: float) -> None:
        self.status[status] += 1
        self.bodies[body.partition(" ")[0]] += 1
        self.latencies.append(took)
        if not 200 <= status < 300:
            self.failures.append((time.time(), f"{status} {body.strip()}"))


class Connection(asyncio.Protocol):
    """One kept-alive connection; asks one request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.data = b""
        self.waiter: asyncio.Future[tuple[int, str]] | None = None
        self.open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.open = transport, True

    def connection_lost(self, exc: Exception | None) -> None:
        self.open = False
        if self.waiter and not self.waiter.done():
            self.waiter.set_exception(ConnectionResetError(str(exc or "closed")))

    def data_received(self, data: bytes) -> None:
        self.data += data
        head, end, rest = self.data.partition(b"\r\n\r\n")
        if not end or self.waiter is None or self.waiter.done():
            return
        length = 0
        for line in head.lower().split(b"\r\n")[1:]:
            if line.startswith(b"content-length:"):
                length = int(line[15:])
        if len(rest) >= length:
            status = int(head.split(None, 2)[1])
            self.data = b""
            self.waiter.set_result((status, rest.decode(errors="replace")))
            if b"connection: close" in head.lower() and self.transport:
                self.open = False
                self.transport.close()

    async def ask(self, request: bytes) -> tuple[int, str]:
        self.waiter = asyncio.get_running_loop().create_future()
        assert self.transport
        self.transport.write(request)
        return await self.waiter


class Load:
    """A constant stream of requests to one address, with a slow one each second."""

    def __init__(self, host: str, port: int, rate: float, path: str = "/") -> None:
        self.host, self.port, self.rate = host, port, rate
        self.tally = Tally()
        self.slow_path = "/slow?2"
        self._request = self.request(path)
        self._idle: list[Connection] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._stop = asyncio.Event()

    def request(self, path: str) -> bytes:
        return f"GET {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n\r\n".encode()

    async def _connection(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if connection.open:
                return connection
        loop = asyncio.get_running_loop()
        return (await loop.create_connection(Connection, self.host, self.port))[1]

    async def _one(self, request: bytes) -> None:
        begun = time.perf_counter()
        self.tally.sent += 1
        try:
            async with asyncio.timeout(30):
                connection = await self._connection()
                status, body = await connection.ask(request)
        except (OSError, TimeoutError) as error:
            self.tally.failures.append((time.time(), repr(error)))
            return
        if connection.open:
            self._idle.append(connection)
        self.tally.saw(status, body, time.perf_counter() - begun)

    def _begin(self, request: bytes) -> None:
        task = asyncio.create_task(self._one(request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def run(self, *, slow: bool = True) -> None:
        """Send until `stop`, then wait for the answers still due."""
        begun, number, slows = time.perf_counter(), 0, 0
        while not self._stop.is_set():
            now = time.perf_counter() - begun
            due = int(now * self.rate)
            self.tally.late = max(self.tally.late, (due - number) / self.rate)
            while number < due:
                number += 1
                self._begin(self._request)
            if slow and slows < int(now):
                slows += 1
                self._begin(self.request(self.slow_path))
            await asyncio.sleep(1 / max(self.rate, 100))
        if self._tasks:
            await asyncio.wait(list(self._tasks))
        for connection in self._idle:
            if connection.transport:
                connection.transport.close()

    def stop(self) -> None:
        """Send no more."""
        self._stop.set()


@contextlib.asynccontextmanager
async def load(host: str, port: int, rate: float, *, slow: bool = True) -> AsyncGenerator[Tally]:
    """Load while the block runs; the tally is complete after it."""
    source = Load(host, port, rate)
    task = asyncio.create_task(source.run(slow=slow))
    try:
        yield source.tally
    finally:
        source.stop()
        await task


async def main(host: str, port: int, rate: float, length: float) -> Tally:
    """Load for a while."""
    async with load(host, port, rate) as tally:
        await asyncio.sleep(length)
    return tally


if __name__ == "__main__":
    found = asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])))
    took = sorted(found.latencies)
    print(f"sent {found.sent}, failed {found.failed}, by status {dict(found.status)}")
    print(f"median {took[len(took) // 2] * 1000:.1f} ms, latest {found.late * 1000:.0f} ms behind")
    print(*found.failures[:20], sep="\n")
