"""Evidence from the bundled Envoy: its log of bad requests, and its counters per release.

The log is read only where it has grown, for one rollout's label at a time; a new agent reads it
from its beginning and so loses nothing. The share under which a request was assigned is in the
name of its route. A client that goes away is no error of the app, but one that waited longer than
asked has seen a slow answer. The log is turned over while no rollout is going on.
"""

from __future__ import annotations

import ipaddress
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from placid.edge.envoy import Envoy
from placid.edge.envoy_config import FLAGS
from placid.edge.envoy_routes import evidence
from placid.ports import Bad, Samples

LARGEST_IDLE = 16 * 1024 * 1024
LARGEST = 256 * 1024 * 1024
MOST = 100_000
SWITCHED = 101


class Line(msgspec.Struct, frozen=True):
    """One line of the log; what Envoy does not know is null."""

    time: str
    release: str | None = None
    status: int | None = None
    flags: str | None = None
    ms: int | None = None
    route: str | None = None
    connection: int | None = None
    remote: str | None = None
    forwarded: str | None = None


class Behind(Protocol):
    """What has an Envoy: the local target."""

    @property
    def envoy(self) -> Envoy: ...


class EnvoySignal:
    """Bad requests and totals of one environment; implements ports.Signal."""

    sticky = False

    def __init__(self, target: Behind) -> None:
        self._envoy = target.envoy
        self._label: str | None = None
        self._bad: list[Bad] = []
        self._file = 0
        self._offset = 0
        self._decoder = msgspec.json.Decoder(Line)

    async def samples(self, label: str) -> Samples:
        """See ports.Signal. At most 100,000 bad requests: more settle nothing that these do not."""
        if label != self._label:
            self._label, self._bad, self._offset = label, [], 0
            if self._turned.exists():
                self._read(self._turned, 0)
        self._follow()
        await self._turn()
        return Samples(tuple(self._bad), dict(await self._envoy.traffic()))

    async def slower_than(self, ms: float) -> None:
        """See ports.Signal."""
        self._envoy.slower_than(ms)

    @property
    def _turned(self) -> Path:
        return self._envoy.bad.with_suffix(".log.1")

    def _follow(self) -> None:
        try:
            found = os.stat(self._envoy.bad)
        except OSError:
            return
        if found.st_ino != self._file or found.st_size < self._offset:
            if self._file and self._offset and self._turned.exists():
                self._read(self._turned, self._offset)  # what came after our last look
            self._file, self._offset = found.st_ino, 0
        if found.st_size > self._offset:
            self._offset = self._read(self._envoy.bad, self._offset)

    def _read(self, path: Path, offset: int) -> int:
        """Read whole lines from `offset`; returns where the next read begins."""
        with path.open("rb") as file:
            file.seek(offset)
            for raw in file:
                if not raw.endswith(b"\n"):
                    break
                offset += len(raw)
                if len(self._bad) < MOST and (bad := self._bad_of(raw)) is not None:
                    self._bad.append(bad)
        return offset

    def _bad_of(self, raw: bytes) -> Bad | None:
        try:
            line = self._decoder.decode(raw)
        except msgspec.DecodeError:
            return None
        known = evidence(line.route or "")
        if known is None or known[0] != self._label or not line.release:
            return None
        if line.status == SWITCHED:
            return None  # a websocket: its length is no slowness
        ended = float(line.time) + (line.ms or 0) / 1000
        at = datetime.fromtimestamp(ended, UTC)
        return Bad(at, line.release, kind(line), known[1], client(line))

    async def _turn(self) -> None:
        """Begin a new log when this one is large; during a rollout only when it is huge."""
        limit = LARGEST if self._envoy.wished().label else LARGEST_IDLE
        if self._offset > limit and self._envoy.running():
            os.replace(self._envoy.bad, self._turned)
            await self._envoy.reopen_log()


def kind(line: Line) -> Literal["error", "slow"]:
    """An error is a 5xx or an answer that the app broke off; everything else logged is slow."""
    broken = {flag for flag in (line.flags or "").split(",") if flag in FLAGS}
    return "error" if (line.status or 0) >= 500 or broken else "slow"


def client(line: Line) -> str:
    """Who sent it: the first forwarded address, else a public one, else the connection.

    A private address is likely a proxy or a program with many users behind it.
    """
    hops = [hop.strip() for hop in (line.forwarded or "").split(",") if hop.strip()]
    first = hops[0] if hops else line.remote or ""
    if len(hops) > 1:
        return first
    try:
        public = ipaddress.ip_address(first).is_global
    except ValueError:
        public = False
    return first if public else f"{first}#{line.connection}"
