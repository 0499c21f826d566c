"""Actions that are containers: an image, or a Dockerfile that is built once for each content.

GitHub mounts the job's folders at places of their own, /github/workspace and so on, and variables
that name such a folder are translated.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from uuid import uuid4

from placid.base.errors import Problem
from placid.edge.engines import environment, limits
from placid.edge.pipeline import flags
from placid.edge.pipeline.calls import Call, ask, cancelled, has, remove, stream
from placid.edge.pipeline.container import mounts
from placid.edge.pipeline.reclaiming import reclaim
from placid.edge.pipeline.room import Room, fetched
from placid.ports.pipeline import (
    ContainerSpec,
    DockerAction,
    Ended,
    Layout,
    Place,
    Sink,
    Stop,
)

BUILT = "placid-action"
WORKSPACE = "/github/workspace"


def run(room: Room, spec: DockerAction, place: Place, sink: Sink, stop: Stop) -> Ended:
    """Run the action to its end; Problem when its image cannot be had."""
    layout = place.layout
    image = ""
    private = Path(tempfile.mkdtemp(prefix="_placid_", dir=layout.root))
    try:
        image = _image(room, spec, private, sink, stop)
        name = f"placid-{uuid4().hex[:16]}"
        given = translated(spec.env, place) | {"HOME": "/github/home", "GITHUB_ACTIONS": "true"}
        told = flags.variables({"CI": "true", **given})
        argv = [*room.common(name), "--rm", *room.engine.run, "--workdir", WORKSPACE]
        for outer, inner in folders(layout):
            outer.mkdir(parents=True, exist_ok=True)
            argv += flags.mount(outer, inner)
        argv += told.write(private / "variables")
        argv += ["--entrypoint", spec.entrypoint] if spec.entrypoint else []
        call = Call(
            [*argv, image, *spec.args],
            environment() | told.named,
            lambda signal: ask(room.engine, "kill", "--signal", signal, name).code == 0,
            room.patience,
        )
        ended = stream(call, sink, stop)
        if ended.stopped:
            remove(room.engine, name)
        return ended
    finally:
        if image:
            reclaim(room.engine, layout.root, image)
        shutil.rmtree(private, ignore_errors=True)


def folders(layout: Layout) -> list[tuple[Path, str]]:
    """The job's folders and what the action knows them as, the innermost first."""
    return [
        (layout.workspace, WORKSPACE),
        (layout.home, "/github/home"),
        (layout.event, "/github/workflow"),
        (layout.files, "/github/file_commands"),
        (layout.temp, "/github/runner_temp"),
    ]


def translated(env: Mapping[str, str], place: Place) -> dict[str, str]:
    """The environment, with values that are paths of the job's folders as the action knows them."""
    names = folders(place.layout)
    known = [(str(outer), inner) for outer, inner in names]
    if place.kind == "container":
        known += [(place.inside(outer), inner) for outer, inner in names]
        known += [(inner, inner) for _, inner in mounts(place.layout)]
    return {name: _translated(value, known) for name, value in env.items()}


def _translated(value: str, known: list[tuple[str, str]]) -> str:
    for outer, inner in known:
        if value == outer or value.startswith(outer + "/"):
            return str(PurePosixPath(inner)) + value[len(outer) :]
    return value


def _image(room: Room, spec: DockerAction, private: Path, sink: Sink, stop: Stop) -> str:
    if spec.dockerfile is not None:
        return _built(room, spec.dockerfile, sink, stop)
    image = flags.name_of(spec.image)
    if has(room.engine, image):
        return image
    return fetched(room, ContainerSpec(image), private, stop)


def _built(room: Room, dockerfile: Path, sink: Sink, stop: Stop) -> str:
    """The image of a Dockerfile, with its folder as the context."""
    if not dockerfile.is_file():
        raise Problem(f"the action has no {dockerfile.name}", where=str(dockerfile))
    image = f"localhost/{BUILT}:{content(dockerfile)}"
    if has(room.engine, image):
        return image
    argv = [room.engine.program, *room.engine.flags, "build", "--tag", image]
    argv += ["--label", f"{BUILT}=true", *(limits() if room.engine.podman else ())]
    argv += ["--file", str(dockerfile), str(dockerfile.parent)]
    ended = stream(Call(argv, environment(network=True)), sink, stop)
    if ended.stopped:
        raise cancelled("the action's image was being built")
    if ended.code:
        raise Problem(
            f"Docker build failed with exit code {ended.code}",
            where=str(dockerfile),
            fix="the log above says why; a base image that is not here needs a network",
        )
    return image


def content(dockerfile: Path) -> str:
    """A name for what the image is made from: the Dockerfile's folder, and which file it is."""
    digest = hashlib.sha256(dockerfile.name.encode())
    for name, path in _files(dockerfile.parent):
        digest.update(f"\0{name}\0{path.lstat().st_mode & 0o111:o}\0".encode(errors="replace"))
        if path.is_symlink():
            digest.update(os.fsencode(os.readlink(path)))
        elif path.is_file():
            with contextlib.suppress(OSError), path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:32]


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Everything below a folder in a fixed order, but git's own files."""
    for parent, names, files in os.walk(folder):
        names[:] = sorted(name for name in names if name != ".git")
        for name in sorted([*names, *files]):
            path = Path(parent, name)
            yield str(path.relative_to(folder)), path
