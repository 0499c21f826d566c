"""Places whose jobs are written down before they begin, so that a killed run can be cleaned up."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from pathlib import Path

import msgspec

from placid.edge.pipeline.cleaning import recorded
from placid.edge.pipeline.folders import Remover
from placid.ports.pipeline import DockerAction, Ended, Place, Places, PlaceSpec, Sink, Stop


class RecordedPlaces(msgspec.Struct, frozen=True):
    """ports.pipeline.Places around others. `home` is the `.placid` that has the records; `keep`:
    the jobs' folders stay."""

    places: Places
    home: Path
    remover: Remover
    keep: bool = False

    @contextlib.contextmanager
    def open(self, spec: PlaceSpec, say: Callable[[str], None], stop: Stop) -> Generator[Place]:
        record = recorded(self.home, spec.mark, spec.layout.root, self.remover, keep=self.keep)
        with record, self.places.open(spec, say, stop) as place:
            yield place

    def docker_action(self, spec: DockerAction, place: Place, sink: Sink, stop: Stop) -> Ended:
        return self.places.docker_action(spec, place, sink, stop)
