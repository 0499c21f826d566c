"""What the containers of one job have in common: an engine, a network, a mark, and their images."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from placid.base.errors import Problem
from placid.edge.engines import Engine, confined, likely
from placid.edge.pipeline import flags
from placid.edge.pipeline.calls import LABEL, has
from placid.edge.pipeline.pulling import pull
from placid.edge.pipeline.running import Patience
from placid.ports.pipeline import ContainerSpec, Stop

MISSING = re.compile(r"no such image|image not known|unable to find image|image .*not found", re.I)


class EngineFails(Problem):
    """This way of calling the engine does not work; another one may."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a container of this job is to have. `network` is "" for one of its own."""

    engine: Engine
    mark: str
    network: str = ""
    say: Callable[[str], None] = field(default=print)
    patience: Patience = field(default_factory=Patience)

    def common(self, name: str) -> list[str]:
        """The argv of `run` that all containers have."""
        engine = self.engine
        argv = [engine.program, *engine.flags, "run", "--pull=never", "--name", name]
        argv += ["--label", f"{LABEL}={self.mark}"]
        if engine.podman and confined():
            argv += ["--security-opt", "label=disable"]
        return [*argv, *(("--network", self.network) if self.network else engine.private)]


def fetched(room: Room, spec: ContainerSpec, private: Path, stop: Stop) -> str:
    """Pull an image that the engine does not have; EngineFails when another engine has it."""
    image = flags.name_of(spec.image)
    for other in likely():
        if other.program != room.engine.program and has(other, image):
            raise EngineFails(f"the image {image} is only in {other.program}")
    return pull(room.engine, spec, private, room.say, stop)
