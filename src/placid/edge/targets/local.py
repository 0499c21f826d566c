"""Processes on this machine behind the bundled Envoy: the target that needs nothing else.

`.placid/<env>/` holds all there is to know: the proxy's files (the split among them), a record per
copy and per release, logs. Copies and proxy outlive the agent; entering the target finds them
again, also those started in the moment an agent was killed, and goes on with what was under way.
Only the holder of the environment's lease may enter. Background tasks probe and drain, so `look`
only reads what they know.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from placid.base.errors import Problem, Unavailable
from placid.core.rollout.world import Split, World
from placid.edge.adoption import adopt
from placid.edge.envoy import Envoy
from placid.edge.envoy_config import Health, ProxySettings
from placid.edge.fleet import Fleet, Site
from placid.edge.records import ReleaseRecord, Shelf
from placid.ports import Manifest, Totals


class LocalTarget:
    """One environment on this machine; implements ports.Target as an async context manager."""

    def __init__(
        self,
        home: Path,
        environment: str,
        proxy: ProxySettings,
        manifest: Callable[[str], Manifest],
    ) -> None:
        folder = home.absolute() / environment
        marks = {"PLACID_HOME": str(home.absolute()), "PLACID_ENVIRONMENT": environment}
        self.envoy = Envoy(folder / "envoy", proxy, marks)
        self._site = Site(Shelf(folder), self.envoy, marks, manifest, self._emptied)
        self._fleets: dict[str, Fleet] = {}
        self._routing = asyncio.Lock()
        self._last = Split()

    async def __aenter__(self) -> Self:
        self._site.shelf.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._last = self.envoy.wished()
        self._fleets |= await adopt(self._site)
        for fleet in list(self._fleets.values()):
            if fleet.record.retiring and not fleet.copies:
                self._site.begin(self._emptied(fleet.release))
        if self._needs_proxy():
            await self.envoy.ensure()
            self._tell_clusters(self._last)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._site.end()

    # -- ports.Target --------------------------------------------------------------------------

    async def look(self) -> World:
        """What runs, and the split that the proxy carries out. Restarts a proxy that has died.

        Problem when the proxy cannot run (its address is taken, its program is missing).
        """
        if self._site.bugs:
            raise self._site.bugs.pop(0)
        active: Mapping[str, int] = {}
        if self._needs_proxy():
            await self.envoy.ensure()
            active = await self._active()
        fleets = {r: f.running(active.get(r, 0)) for r, f in sorted(self._fleets.items())}
        return World(fleets, await self._split())

    async def scale(self, release: str, copies: int) -> None:
        """See ports.Target; Problem when the release's files are gone or the proxy cannot run."""
        if release not in self._fleets:
            if copies == 0:
                return
            self._site.manifest(release)
            self._fleets[release] = Fleet(self._site, ReleaseRecord(release))
        if copies > 0:
            await self.envoy.ensure()
        self._fleets[release].scale(copies)
        self._tell_clusters(self.envoy.wished())

    async def shift(self, split: Split) -> None:
        """See ports.Target; returns once the proxy carries it out, a few ms later."""
        named = releases(split)
        if strangers := sorted(named - set(self._fleets)):
            raise Problem(f"{', '.join(strangers)} does not run in this environment")
        async with self._routing:
            if named or self.envoy.running():
                await self.envoy.ensure()
                await self._route(split)
            else:
                self.envoy.write_routes(split)
            self._last = split
            if not self._needs_proxy():
                await self.envoy.stop()

    async def retire(self, release: str) -> None:
        """See ports.Target; a release that does not run here is retired already."""
        if fleet := self._fleets.get(release):
            fleet.retire()

    # -- beyond the port -----------------------------------------------------------------------

    async def traffic(self) -> Mapping[str, Totals]:
        """Requests, errors and latency per release since the proxy started, for `status`.

        Needs no entering: any process may ask.
        """
        return await self.envoy.traffic()

    async def tear_down(self) -> None:
        """Stop everything of this environment at once: copies, proxy. For `demo` and tests."""
        await self._site.end()
        records = [fleet.copies.values() for fleet in self._fleets.values()]
        copies = [copy for some in records for copy in some]
        for copy in copies:
            copy.note(draining=1.0, terminated=1.0)
        await asyncio.gather(*(copy.stop() for copy in copies))
        for copy in copies:
            await copy.sweep()
            self._site.shelf.drop_copy(copy.record)
        await self.envoy.stop()

    # -- inside --------------------------------------------------------------------------------

    def _needs_proxy(self) -> bool:
        return bool(self._fleets) or any(self.envoy.wished().weights.values())

    async def _active(self) -> Mapping[str, int]:
        try:
            return await self.envoy.admin.active()
        except Unavailable:
            return {}

    async def _split(self) -> Split:
        """The split carried out: while the proxy has not taken a new one, the one before."""
        if not self.envoy.running():
            return self.envoy.wished()
        try:
            found = await self.envoy.carried_out()
        except Unavailable:
            found = None
        if found is not None:
            self._last = found
        return self._last

    async def _route(self, split: Split) -> None:
        """Clusters first, then the routes, then clusters that no route names any more."""
        self._tell_clusters(split)
        ports = {
            release: [e.port for e in self._fleets[release].endpoints()]
            for release in sorted(releases(split))
        }
        await self.envoy.know(ports)
        await self.envoy.route(split)
        self._tell_clusters(split)

    def _tell_clusters(self, split: Split) -> None:
        """Let Envoy know every release that runs here or that a route names, now or next."""
        named = releases(split) | releases(self.envoy.wished())
        health: dict[str, Health] = {}
        for release in sorted(named | set(self._fleets)):
            fleet = self._fleets.get(release)
            if fleet is not None:
                fleet.publish()
            else:
                self.envoy.endpoints(release, [])
            manifest = fleet.manifest if fleet else None
            health[release] = (
                Health(manifest.health, manifest.interval, manifest.timeout)
                if manifest
                else Health()
            )
        self.envoy.clusters(health)

    async def _emptied(self, release: str) -> None:
        """The last copy of a retired release has gone: forget it, and the proxy with the last."""
        fleet = self._fleets.get(release)
        if fleet is None or not fleet.record.retiring:
            return
        del self._fleets[release]
        self._site.shelf.drop_release(release)
        async with self._routing:
            self._tell_clusters(self.envoy.wished())
            if release not in releases(self.envoy.wished()):
                self.envoy.forget(release)
            if not self._needs_proxy():
                await self.envoy.stop()


def releases(split: Split) -> set[str]:
    """Every release that a route of the split names."""
    named = {release for release, weight in split.weights.items() if weight > 0}
    if split.override is not None:
        named.add(split.override.release)
    return named | ({split.preview} if split.preview else set())
