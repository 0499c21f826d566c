"""The services of a job: containers beside it, in a network of their own, ready before its steps.

All start at once, while the job's container starts, too. A service with a health check is ready
when that check first passes; we ask every 100 ms, not every `interval`, and give up when the engine
would have (after `start-period` and `retries` times `interval`). One without is ready when it runs.

Steps in a container reach a service by its name; steps on this machine by the ports it publishes,
on the loopback address only.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from select import select
from uuid import uuid4

from placid.base.errors import Problem
from placid.edge.engines import environment
from placid.edge.pipeline import flags
from placid.edge.pipeline.calls import LABEL, Call, ask, call, cancelled, remove, stream
from placid.edge.pipeline.looking import Check, Looked, looked
from placid.edge.pipeline.room import MISSING, EngineFails, Room, fetched
from placid.edge.pipeline.running import Patience
from placid.edge.pipeline.stopping import EarlierStop
from placid.ports.pipeline import ContainerSpec, Layout, Stop

NETWORK = "placid-"
_EVERY = 0.1  # seconds between two looks
_AT_ONCE = Patience(interrupt=0.0, terminate=0.0)
_LAST = 20  # lines of a log in an error
_ADDRESS_TAKEN = "address already in use"


@contextlib.contextmanager
def networked(room: Room) -> Generator[Room]:
    """The room with a network for its containers to meet in."""
    name = f"{NETWORK}{uuid4().hex[:16]}"
    made = ask(room.engine, "network", "create", "--label", f"{LABEL}={room.mark}", name)
    if made.code:
        raise EngineFails(f"no network can be made for the services: {made.why}")
    try:
        yield replace(room, network=name)
    finally:
        ask(room.engine, "network", "rm", name)


@dataclass(slots=True)
class Service:
    """One service, from its start to its end."""

    room: Room
    name: str
    spec: ContainerSpec
    published: bool
    container: str

    def ready(self, private: Path, stop: Stop) -> Looked:
        """Start it and wait until it is ready; Problem when it will not be."""
        self._start(private, stop)
        seen = self.look()
        if seen.check is None:
            return seen
        self.room.say(f"Waiting for service {self.name} to be healthy")
        until = time.monotonic() + seen.check.patience
        while True:
            began = time.monotonic()
            if self._passes(seen.check, stop):
                self.room.say(f"{self.name} service is healthy.")
                return seen
            self._alive()
            if time.monotonic() > until:
                raise self._trouble(
                    f"service {self.name} is unhealthy: its check still fails after"
                    f" {seen.check.patience:g} s"
                )
            _pause(stop, began + _EVERY - time.monotonic(), self.name)

    def _passes(self, check: Check, stop: Stop) -> bool:
        engine = self.room.engine
        argv = [engine.program, *engine.flags, "exec", self.container, *check.argv]
        with EarlierStop(stop, time.monotonic() + check.timeout) as limited:
            ended = stream(Call(argv, environment(), patience=_AT_ONCE), _nothing, limited)
        return ended.code == 0

    def look(self) -> Looked:
        """What it is like now."""
        said = ask(self.room.engine, "inspect", "--type", "container", self.container)
        if said.code:
            raise Problem(f"service {self.name} is gone: {said.why}")
        return looked(said.out)

    def logs(self) -> list[str]:
        """All it has written."""
        said = ask(self.room.engine, "logs", self.container)
        return (said.out + said.err).splitlines()

    def finished(self) -> None:
        """Problem when it has failed meanwhile."""
        seen = self.look()
        if not seen.running and seen.code:
            raise self._trouble(f"service {self.name} exited with code {seen.code}")

    def _alive(self) -> None:
        seen = self.look()
        if not seen.running:
            raise self._trouble(f"service {self.name} exited with code {seen.code}")

    def _trouble(self, what: str) -> Problem:
        end = self.logs()[-_LAST:]
        shown = "\n".join(["its last lines:", *end]) if end else "it has written nothing"
        return Problem(f"{what}; {shown}", where=f"services.{self.name}")

    def _start(self, private: Path, stop: Stop) -> None:
        image = flags.name_of(self.spec.image)
        for attempt in range(2):
            argv, named = self._argv(private / f"{self.container}.env", image)
            said = call(argv, environment() | named)
            if said.code == 0:
                return
            remove(self.room.engine, self.container)
            if not MISSING.search(said.err) or attempt:
                raise self._refused(said.why)
            image = fetched(self.room, self.spec, private, stop)

    def _refused(self, why: str) -> Problem:
        what = f"service {self.name} cannot be started: {why}"
        if _ADDRESS_TAKEN in why.lower():
            fix = "publish the container's port alone (`- 5432`), and take the port it got from"
            fix += f" job.services.{self.name}.ports"
            return Problem(what, where=f"services.{self.name}.ports", fix=fix)
        return EngineFails(what, where=f"services.{self.name}")

    def _argv(self, file: Path, image: str) -> tuple[list[str], dict[str, str]]:
        spec = self.spec
        chosen = flags.options(spec.options, ("--network", "--net"))
        argv = [*self.room.common(self.container), "--detach", "--network-alias", self.name]
        argv += flags.without_limits(self.room.engine.run, chosen)
        told = flags.variables({"CI": "true", **spec.env, "GITHUB_ACTIONS": "true"})
        argv += told.write(file)
        argv += [word for volume in spec.volumes for word in ("--volume", volume)]
        if self.published:
            argv += [word for port in spec.ports for word in ("--publish", flags.port(port))]
        argv += ["--entrypoint", spec.entrypoint] if spec.entrypoint else []
        return [*argv, *chosen, image, *flags.words(spec.command, "command")], told.named


class Services:
    """The services of one job, starting since this was made."""

    def __init__(self, room: Room, private: Path, stop: Stop) -> None:
        self._room, self._private = room, private
        self._stop = EarlierStop(stop)
        self._pool = ThreadPoolExecutor(16, "service")
        self._all: list[tuple[Service, Future[Looked]]] = []

    def start(self, specs: Mapping[str, ContainerSpec], *, published: bool) -> None:
        """Begin to start them all."""
        for name, spec in specs.items():
            one = Service(self._room, name, spec, published, f"placid-{uuid4().hex[:16]}")
            self._room.say(f"Starting service {name}: {spec.image}")
            self._all.append((one, self._pool.submit(one.ready, self._private, self._stop)))

    def wait(self) -> dict[str, object]:
        """`job.services`, when all are ready; the first Problem otherwise."""
        for future in wait([future for _, future in self._all], None, FIRST_EXCEPTION).done:
            future.result()
        unchecked = [service for service, future in self._all if not future.result().check]
        for each in [self._pool.submit(service.finished) for service in unchecked]:
            each.result()
        return {
            service.name: {
                "id": future.result().id,
                "network": self._room.network,
                "ports": dict(future.result().ports),
            }
            for service, future in self._all
        }

    def end(self) -> None:
        """Say what they have written, and remove them."""
        self._stop.ask()
        for _, future in self._all:
            future.cancel()
        self._pool.shutdown(wait=True)
        self._stop.close()
        for service, future in self._all:
            if future.done() and not future.cancelled() and not future.exception():
                self._room.say(f"Print service container logs: {service.name}")
                for line in service.logs():
                    self._room.say(line)
        remove(self._room.engine, *(service.container for service, _ in self._all))


@contextlib.contextmanager
def begun(
    room: Room, layout: Layout, specs: Mapping[str, ContainerSpec], stop: Stop, *, published: bool
) -> Generator[Callable[[], dict[str, object]]]:
    """Services that are starting; call what this gives to wait until they are ready."""
    layout.root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="_placid_", dir=layout.root) as private:
        all_ = Services(room, Path(private), stop)
        try:
            all_.start(specs, published=published)
            yield all_.wait
        finally:
            all_.end()


def _nothing(_: bytes) -> None:
    """What a health check says is of no interest."""


def _pause(stop: Stop, seconds: float, name: str) -> None:
    """Wait; Problem when the job is stopped meanwhile."""
    select([stop.fileno()], [], [], max(0.0, seconds))
    if stop.asked or (stop.deadline is not None and time.monotonic() >= stop.deadline):
        raise cancelled(f"service {name} was starting")
