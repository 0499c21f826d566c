"""Jobs that need podman or docker: which of them, in which network, and what they leave.

Which way of calling an engine works here shows when a container is started, and is remembered: a
way that fails costs its time once. Everything of a run carries the run's mark as a label, so that
what a killed run left is found by it alone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path

from placid.base.errors import Problem
from placid.edge.engines import Engine, likely
from placid.edge.pipeline import docker_action, services
from placid.edge.pipeline.calls import ask
from placid.edge.pipeline.container import ContainerPlace, opened
from placid.edge.pipeline.host import HostOptions, HostPlace
from placid.edge.pipeline.room import EngineFails, Room
from placid.ports.pipeline import DockerAction, Ended, Place, PlaceSpec, Sink, Stop


class Rooms:
    """Opens the places that need an engine. `host` is for jobs with services but no container."""

    def __init__(self, host: HostOptions) -> None:
        self._host = host
        self._proven: Engine | None = None
        self._rooms: dict[Path, Room] = {}

    @contextlib.contextmanager
    def open(self, spec: PlaceSpec, say: Callable[[str], None], stop: Stop) -> Generator[Place]:
        """A job's place, with the first engine that can make it."""
        stack, room, place = self._entered(spec, say, stop)
        with stack:
            self._rooms[spec.layout.root] = room
            try:
                yield place
            finally:
                del self._rooms[spec.layout.root]

    def act(
        self, spec: DockerAction, place: Place, mark: str, sink: Sink, stop: Stop
    ) -> Ended:  # a container action
        """Run a container action."""
        room = self._rooms.get(place.layout.root)
        if room is None:
            say, patience = _line(sink), self._host.patience
            room = Room(self._working(), mark, say=say, patience=patience)
        return docker_action.run(room, spec, place, sink, stop)

    def _entered(
        self, spec: PlaceSpec, say: Callable[[str], None], stop: Stop
    ) -> tuple[ExitStack, Room, Place]:
        failed: Problem | None = None
        for engine in [self._proven] if self._proven else likely():
            room = Room(engine, spec.mark, say=say, patience=self._host.patience)
            with ExitStack() as stack:
                try:
                    room, place = _enter(stack, room, spec, stop, self._host)
                except EngineFails as error:
                    failed = failed or error
                    continue
                self._proven = engine
                return stack.pop_all(), room, place
        raise failed or _no_engine()

    def _working(self) -> Engine:
        """An engine that has proven itself, else the first that answers."""
        if self._proven is None:
            self._proven = next((each for each in likely() if not ask(each, "version").code), None)
        if self._proven is None:
            raise _no_engine()
        return self._proven


def _enter(
    stack: ExitStack, room: Room, spec: PlaceSpec, stop: Stop, host: HostOptions
) -> tuple[Room, Place]:
    """Make everything the job needs; all of it ends with the stack."""
    layout, container = spec.layout, spec.container
    ready: Callable[[], dict[str, object]] = dict[str, object]
    if spec.services:
        room = stack.enter_context(services.networked(room))
        published = container is None
        begun = services.begun(room, layout, spec.services, stop, published=published)
        ready = stack.enter_context(begun)
    if container is None:
        return room, stack.enter_context(HostPlace(spec, host, {"services": ready()}))
    inner, env, called = stack.enter_context(opened(room, layout, container, stop))
    described: dict[str, object] = {"container": {"id": called, "network": room.network}}
    described["services"] = ready()
    return room, ContainerPlace(layout, inner, env, described)


def _no_engine() -> Problem:
    return Problem(
        "containers need podman or docker, and neither works here",
        fix="install podman (apt-get install podman), or start docker",
    )


def _line(sink: Sink) -> Callable[[str], None]:
    return lambda text: sink(text.encode() + b"\n")
