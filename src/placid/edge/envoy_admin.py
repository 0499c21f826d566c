"""Envoy's admin interface over its unix socket: few words, asked rarely.

Unavailable when nobody answers: Envoy is starting, or gone.
"""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import io
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import msgspec

from placid.base.errors import Unavailable
from placid.ports import Totals

LONGEST_SOCKET_PATH = 100
COUNTS = r"^cluster\.[^.]+\.upstream_rq_(completed|5xx|time)$"


class Bucket(msgspec.Struct, frozen=True):
    """Requests at or below a bound in ms."""

    upper_bound: float
    cumulative: int


class Histogram(msgspec.Struct, frozen=True):
    name: str
    buckets: list[Bucket] = []


class Stat(msgspec.Struct, frozen=True):
    """Either one number by name, or all histograms at once."""

    name: str = ""
    value: int | str = 0
    histograms: list[Histogram] = []


class Stats(msgspec.Struct, frozen=True):
    stats: list[Stat]


def socket_path(folder: Path) -> Path:
    """Where the admin socket lies: beside the files, or under a short name for a long path."""
    near = folder / "admin.sock"
    if len(os.fsencode(near)) <= LONGEST_SOCKET_PATH:
        return near
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:20]
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or "/nonexistent")
    if runtime.is_dir() and len(os.fsencode(runtime)) < 60:
        return runtime / f"placid-{name}.sock"
    return Path(f"/tmp/placid-{os.getuid()}") / f"{name}.sock"


class Received:
    """Bytes that were read from a socket, as http.client wants to see them."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self.raw)


def decoded(raw: bytes) -> str:
    """The body of a whole HTTP answer; ValueError when it is no success."""
    answer = http.client.HTTPResponse(Received(raw))  # type: ignore[arg-type]
    answer.begin()
    if answer.status not in (200, 503):  # /ready says in words why it is not
        raise ValueError(f"{answer.status} {answer.reason}")
    return answer.read().decode(errors="replace")


class Admin:
    """Questions to one Envoy."""

    def __init__(self, path: Path) -> None:
        self.path = path

    async def ask(self, resource: str, method: str = "GET") -> str:
        """The answer's text; Unavailable when there is none within 5 s."""
        try:
            async with asyncio.timeout(5):
                return await self._ask(resource, method)
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise Unavailable("the proxy does not answer", retry_after=1.0) from error

    async def _ask(self, resource: str, method: str) -> str:
        reader, writer = await asyncio.open_unix_connection(str(self.path), limit=1 << 26)
        try:
            head = f"{method} {resource} HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n"
            writer.write(head.encode())
            raw = await reader.read(-1)
        finally:
            writer.close()
        return decoded(raw)

    async def live(self) -> bool:
        """True when Envoy has read its files and listens."""
        try:
            return (await self.ask("/ready")).strip() == "LIVE"
        except Unavailable:
            return False

    async def numbers(self, pattern: str) -> dict[str, str]:
        """Counters, gauges and texts whose name matches: name to value."""
        text = await self.ask(f"/stats?filter={quote(pattern)}")
        pairs = (line.partition(": ") for line in text.splitlines())
        return {name: value.strip('"') for name, _, value in pairs}

    async def active(self) -> dict[str, int]:
        """Requests in flight per release."""
        found = await self.numbers(r"^cluster\.[^.]+\.upstream_rq_(active|pending_active)$")
        counts: dict[str, int] = {}
        for name, value in found.items():
            release = name.split(".")[1]
            counts[release] = counts.get(release, 0) + int(value)
        return counts

    async def endpoints(self) -> dict[str, dict[int, dict[str, str]]]:
        """What Envoy knows of each copy: release, port, then words such as rq_active."""
        found: dict[str, dict[int, dict[str, str]]] = {}
        for line in (await self.ask("/clusters")).splitlines():
            release, *rest = line.split("::")
            ports = found.setdefault(release, {})
            if len(rest) == 3 and rest[0].startswith("127.0.0.1:"):
                ports.setdefault(int(rest[0].rpartition(":")[2]), {})[rest[1]] = rest[2]
        return found

    async def totals(self) -> dict[str, Totals]:
        """Counts per release since Envoy started."""
        query = f"/stats?filter={quote(COUNTS)}&format=json&histogram_buckets=cumulative"
        stats = msgspec.json.decode(await self.ask(query), type=Stats).stats
        plain = {stat.name: int(stat.value) for stat in stats if stat.name}
        latency = {
            histogram.name: tuple((b.upper_bound, b.cumulative) for b in histogram.buckets)
            for stat in stats
            for histogram in stat.histograms
        }
        releases = sorted({name.split(".")[1] for name in plain})
        return {release: totals(release, plain, latency) for release in releases}


def totals(
    release: str,
    plain: Mapping[str, int],
    latency: Mapping[str, tuple[tuple[float, int], ...]],
) -> Totals:
    """Errors are the 5xx that callers saw, those that Envoy answered for a lost copy included."""
    prefix = f"cluster.{release}.upstream_rq"
    return Totals(
        plain.get(f"{prefix}_completed", 0),
        plain.get(f"{prefix}_5xx", 0),
        latency.get(f"{prefix}_time", ()),
    )
