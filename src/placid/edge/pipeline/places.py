"""Where jobs run: on this machine or in a container, with services beside them or without.

What only containers need is imported when the first job needs one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Generator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from placid.edge.pipeline.host import HostOptions, HostPlace
from placid.ports.pipeline import DockerAction, Ended, Place, PlaceSpec, Sink, Stop

if TYPE_CHECKING:
    from placid.edge.pipeline.rooms import Rooms


class Places(msgspec.Struct):
    """ports.pipeline.Places. `host` says how jobs run on this machine."""

    host: HostOptions = msgspec.field(default_factory=HostOptions)
    _marks: dict[Path, str] = msgspec.field(default_factory=dict[Path, str])
    _rooms: Rooms | None = None

    @contextlib.contextmanager
    def open(self, spec: PlaceSpec, say: Callable[[str], None], stop: Stop) -> Generator[Place]:
        """The place of a job; `say` takes lines of its log, also from other threads and when it is
        left. Problem when its container or a service cannot be had."""
        self._marks[spec.layout.root] = spec.mark
        try:
            if spec.container is None and not spec.services:
                with HostPlace(spec, self.host) as host:
                    yield host
            else:
                with self._containers().open(spec, say, stop) as place:
                    yield place
        finally:
            del self._marks[spec.layout.root]

    def docker_action(self, spec: DockerAction, place: Place, sink: Sink, stop: Stop) -> Ended:
        """Run a container action to its end, in the network of its job."""
        mark = self._marks[place.layout.root]
        return self._containers().act(spec, place, mark, sink, stop)

    def _containers(self) -> Rooms:
        if self._rooms is None:
            from placid.edge.pipeline.rooms import Rooms  # noqa: PLC0415  only here

            self._rooms = Rooms(self.host)
        return self._rooms


def differs(spec: PlaceSpec) -> tuple[str, ...]:
    """What is otherwise on GitHub for a job with this place, one sentence each."""
    found: list[str] = []
    if spec.container is not None:
        found.append("on GitHub the Docker socket of the machine is mounted in the job's container")
        if not spec.services:
            found.append("on GitHub the job's container is in a network that has a name")
    if spec.container is not None or spec.services:
        found.append("GitHub pulls every image; here one that is on this machine is used as it is")
    if spec.services and spec.container is None:
        found.append("ports of services are published on 127.0.0.1 only")
    specs = [*([spec.container] if spec.container else []), *spec.services.values()]
    names = [volume for each in specs for volume in each.volumes if volume[:1] not in "/."]
    if names:
        found.append(f"the volume {names[0].partition(':')[0]} outlives the run on this machine")
    return tuple(found)


def reclaim(folder: Path) -> None:
    """Make a job's folder removable that a killed run left: where containers wrote into it, some of
    its files may be another user's."""
    from placid.edge.pipeline.reclaiming import reclaim_after_kill  # noqa: PLC0415  only here

    reclaim_after_kill(folder)


def clean(marks: Collection[str]) -> list[str]:
    """Remove the containers and networks that runs with these marks left behind when they were
    killed; returns a sentence for each that stays. Asks the engines, so 0.1 s and more."""
    from placid.edge.pipeline.removing import clean as removed  # noqa: PLC0415  only here

    return removed(marks)
