"""Visitors as a process: `python -m bench.ground.visitors PORT RATE CLIENTS SLOW FILE`.

Each of CLIENTS keeps one connection and takes its turn, so that Envoy sees that many clients. What
matters is appended to FILE as it happens, one line each: `first TIME RELEASE`, `fail TIME WHAT`; on
SIGTERM the answers still due are awaited, and `end` and the totals as JSON are the last line.
"""

from __future__ import annotations

import asyncio
import collections
import json
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from tests.load import Connection, Load, Tally


@dataclass
class Noted(Tally):
    """A tally that writes down first answers and failures, and when each release last answered."""

    out: TextIO = sys.stdout
    last: dict[str, float] = field(default_factory=dict[str, float])
    noted: int = 0

    def saw(self, status: int, body: str, took: float) -> None:
        release, now = body.partition(" ")[0], time.time()
        if release not in self.last:
            self._write("first", now, release)
        self.last[release] = now
        super().saw(status, body, took)
        self.note()

    def note(self) -> None:
        """Write the failures not yet written."""
        for at, what in self.failures[self.noted :]:
            self._write("fail", at, what)
        self.noted = len(self.failures)

    def _write(self, kind: str, at: float, what: str) -> None:
        self.out.write(f"{kind} {at:.6f} {what}\n")
        self.out.flush()

    def summary(self) -> str:
        """All counts, in one line of JSON."""
        took = sorted(self.latencies) or [0.0]
        return json.dumps(
            {
                "sent": self.sent,
                "failed": self.failed,
                "answered": dict(self.bodies),
                "last": self.last,
                "median_ms": took[len(took) // 2] * 1000,
                "p99_ms": took[len(took) * 99 // 100] * 1000,
                "late_ms": self.late * 1000,
            }
        )


class Visitors(Load):
    """Load from so many clients in turn, each on a connection of its own."""

    def __init__(self, port: int, rate: float, clients: int, noted: Noted) -> None:
        super().__init__("127.0.0.1", port, rate)
        self.tally = self.noted = noted
        self._clients, self._queue = clients, collections.deque[Connection]()

    async def _connection(self) -> Connection:
        self._queue.extend(self._idle)
        self._idle.clear()
        if len(self._queue) >= self._clients:
            while self._queue:
                connection = self._queue.popleft()
                if connection.open:
                    return connection
        return await super()._connection()


async def visit(port: int, rate: float, clients: int, slow: bool, file: Path) -> None:
    """Visit until SIGTERM."""
    with file.open("w") as out:
        noted = Noted(out=out)
        visitors = Visitors(port, rate, clients, noted)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, visitors.stop)
        task = asyncio.create_task(visitors.run(slow=slow))
        while not task.done():
            await asyncio.wait([task], timeout=0.02)
            noted.note()
        await task
        noted.note()
        out.write(f"end {noted.summary()}\n")


if __name__ == "__main__":
    port, rate, clients, slow, file = sys.argv[1:]
    asyncio.run(visit(int(port), float(rate), int(clients), slow == "slow", Path(file)))
