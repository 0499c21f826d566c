"""Container images of releases, built by the user's podman, or docker where that is what runs.

podman asks for resource limits that a user (or a container) may not set; naming our own hard limits
keeps it from that. Images are known by their id alone, so nothing is tagged.
"""

from __future__ import annotations

import resource
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from placid.base.errors import Problem
from placid.ports import Job


def builder(path: str) -> str:
    """The program that builds images, by its path: podman, else docker; Problem for neither."""
    for name in ("podman", "docker"):
        if found := shutil.which(name, path=path):
            return found
    raise Problem(
        "the service is an image, and neither podman nor docker is installed",
        fix="install podman (apt-get install podman), or use run: instead of image:",
    )


async def build_image(
    folder: Path, dockerfile: str, env: Mapping[str, str], run: Callable[[Job], Awaitable[int]]
) -> str:
    """The id of the image that `dockerfile` in `folder` describes; Problem when it fails."""
    if not (folder / dockerfile).is_file():
        raise Problem(
            f"the commit holds no {dockerfile}", where="placid.yaml", fix="correct service.image"
        )
    program = builder(env["PATH"])
    with tempfile.TemporaryDirectory(prefix="placid-image-") as scratch:
        file = Path(scratch) / "id"
        argv = (program, "build", *_limits(program), "--iidfile", str(file))
        code = await run(Job((*argv, "-f", dockerfile, "."), str(folder), env))
        if code:
            raise Problem(f"{Path(program).name} build of {dockerfile} exited with {code}")
        return file.read_text().strip()


def _limits(program: str) -> tuple[str, ...]:
    if not program.endswith("podman"):
        return ()
    limits: list[str] = []
    for name, which in (("nofile", resource.RLIMIT_NOFILE), ("nproc", resource.RLIMIT_NPROC)):
        hard = resource.getrlimit(which)[1]
        if hard != resource.RLIM_INFINITY:
            limits += ["--ulimit", f"{name}={hard}:{hard}"]
    return tuple(limits)
