"""A container place for a test, and what tests do with it."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Generator, Mapping
from pathlib import Path

import msgspec

from placid.edge.pipeline.host import HostOptions
from placid.edge.pipeline.places import Places
from placid.engine.pipeline.stopping import Stopper
from placid.ports.pipeline import Command, ContainerSpec, Layout, Place, PlaceSpec
from tests.edge.pipeline.places import QUICK, Ran, fresh_mark

PLACES = Places(HostOptions(patience=QUICK))


@contextlib.contextmanager
def room(
    root: Path,
    container: ContainerSpec | None = None,
    services: Mapping[str, ContainerSpec] | None = None,
    said: list[str] | None = None,
    places: Places = PLACES,
) -> Generator[Place]:
    """A job's place, named "repo"; `said` gets what was said on the way."""
    spec = PlaceSpec(Layout(root, "repo"), fresh_mark(), container, services or {})
    with Stopper() as stop, places.open(spec, (said or []).append, stop) as place:
        yield place


def do(
    place: Place,
    *argv: str,
    env: Mapping[str, str] | None = None,
    folder: str = "",
    stop: Stopper | None = None,
) -> Ran:
    """Run a command in the workspace."""
    pieces: list[bytes] = []
    where = folder or place.inside(place.layout.workspace)
    command = Command(argv, where, place.environment if env is None else env)
    if stop is not None:
        return Ran(place.run(command, pieces.append, stop), b"".join(pieces))
    with Stopper() as mine:
        return Ran(place.run(command, pieces.append, mine), b"".join(pieces))


def part(place: Place, *names: str) -> dict[str, object]:
    """A part of what the place says of itself."""
    found = dict(place.described)
    for name in names:
        found = msgspec.convert(found[name], dict[str, object])
    return found


def podman(*arguments: str) -> str:
    """What podman answers."""
    done = subprocess.run(["podman", *arguments], capture_output=True, text=True, check=False)
    return done.stdout


def labelled(mark: str) -> list[str]:
    """Ids of the containers and networks of a mark."""
    flags = ("--filter", f"label=placid.mark={mark}", "--quiet")
    return (podman("ps", "--all", *flags) + podman("network", "ls", *flags)).split()
