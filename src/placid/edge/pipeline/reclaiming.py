"""Files that a container made in the job's folder and that another user owns: made ours again.

Root needs none of this. For a user's podman they belong to the numbers that stand for users inside,
which `podman unshare` may give away; with docker they belong to root, and only a container can.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from placid.edge.engines import Engine, likely
from placid.edge.pipeline import flags
from placid.edge.pipeline.calls import ask


def reclaim(engine: Engine, folder: Path, image: str) -> None:
    """Give all that lies in `folder` to this user; `image` is one that has chown, for docker."""
    if not foreign(folder):
        return
    if engine.podman:
        ask(engine, "unshare", "chown", "-R", "0:0", str(folder))
        return
    run = ["run", "--rm", "--pull=never", "--network", "none", "--user", "0"]
    run += [*flags.mount(folder, "/__w"), "--entrypoint", "chown", image]
    ask(engine, *run, "-R", f"{os.geteuid()}:{os.getegid()}", "/__w")


def reclaim_after_kill(folder: Path) -> None:
    """The same for what a killed run left: by podman, or with any image that docker has."""
    for engine in likely():
        images = [""]
        if not engine.podman:
            images = ask(engine, "images", "--quiet").out.split()[:5]
        for image in images:
            reclaim(engine, folder, image)


def foreign(folder: Path) -> bool:
    """Whether another user owns something in the folder, and we are not root."""
    if os.geteuid() == 0 or not folder.exists():
        return False
    argv = ["find", str(folder), "!", "-user", str(os.geteuid()), "-print", "-quit"]
    try:
        found = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError:
        return True
    return bool(found.stdout or found.returncode)
