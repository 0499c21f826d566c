"""A home with releases of the test app; every process of its targets ends with the test."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from pathlib import Path

import msgspec

from placid.core.rollout.world import Release, World
from placid.edge.envoy_config import ProxySettings
from placid.edge.loopback import free_port
from placid.edge.processes import marked
from placid.edge.targets.local import LocalTarget
from placid.ports import Manifest

WEB = Path(__file__).parents[1] / "apps" / "web.py"
RUN = f"exec {sys.executable} -S {WEB}"
QUICK = {"interval": 0.1, "deadline": 10.0, "drain": 5.0, "stop": 2.0}


class Home:
    """Releases under a folder, and the port of the proxy before them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.preview = free_port({self.port})

    def add(
        self, release: str, env: Mapping[str, str] | None = None, run: str = RUN, **more: float
    ) -> str:
        """Write a release's manifest; `more` are its times."""
        times = {**QUICK, **more}
        manifest = Manifest(
            Release(release, release * 8, "", ""),
            str(self.folder),
            run,
            env=dict(env or {}),
            interval=times["interval"],
            timeout=times.get("timeout", 1.0),
            deadline=times["deadline"],
            drain=times["drain"],
            stop=times["stop"],
        )
        return self.put(manifest)

    def put(self, manifest: Manifest) -> str:
        """Write a manifest where `manifest` finds it; returns the release's id."""
        path = self.folder / "releases" / manifest.release.id / "release.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.encode(manifest))
        return manifest.release.id

    def manifest(self, release: str) -> Manifest:
        path = self.folder / "releases" / release / "release.json"
        return msgspec.json.decode(path.read_bytes(), type=Manifest)

    @property
    def proxy(self) -> ProxySettings:
        return ProxySettings(f"127.0.0.1:{self.port}", f"127.0.0.1:{self.preview}")

    def target(self) -> LocalTarget:
        """A target that has not been entered."""
        return LocalTarget(self.folder, "production", self.proxy, self.manifest)

    def processes(self) -> dict[int, dict[str, str]]:
        """Everything that runs here."""
        found = marked({"PLACID_HOME": str(self.folder)})
        return {pid: env for pid, env in found.items() if pid != os.getpid()}

    def end(self) -> None:
        """Kill what is left."""
        for _ in range(100):
            if not (found := self.processes()):
                return
            for pid in found:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, 0)


Holds = Callable[[World], bool]


def are_ready(release: str, copies: int) -> Holds:
    return lambda world: world.of(release).ready == copies


def exactly(release: str, copies: int) -> Holds:
    """So many are ready, and no others exist."""
    return lambda world: world.of(release).alive == world.of(release).ready == copies


def gone(release: str) -> Holds:
    return lambda world: release not in world.releases


async def until(
    target: LocalTarget, holds: Holds, again: Callable[[], Awaitable[None]] | None = None
) -> World:
    """Look until it holds (20 s at most), wishing `again` before each look as the engine does."""
    end = time.monotonic() + 20
    while True:
        if again is not None:
            await again()
        world = await target.look()
        if holds(world):
            return world
        assert time.monotonic() < end, world
        await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def home(folder: Path) -> AsyncGenerator[Home]:
    """A home whose processes all end with the block."""
    place = Home(folder)
    try:
        yield place
    finally:
        place.end()
