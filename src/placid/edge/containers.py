"""Copies that are containers, through the user's own podman or docker.

`podman run` stays in the foreground as the copy's process: it outlives us as any copy does, gives
its output and exit code on, and passes SIGTERM to the container. Variables are named on the command
line and valued in its environment, so that no secret is in an argv. Which flags a machine needs is
found by trying a program that no image has: an engine that works says that it is missing.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import signal
import time
from collections.abc import Mapping, Sequence

from placid.base.errors import Problem
from placid.edge.engines import Engine, candidates, programs
from placid.edge.processes import Identity, alive, clean_environment, ended

LABEL = "placid"
MISSING = re.compile(r"(placid-probe|exec pid1).*(no such file|not found)", re.I | re.S)


async def output(argv: Sequence[str]) -> tuple[int, str]:
    """Exit code and both streams of a short command; it is ended when we are cancelled."""
    env = clean_environment({k: v for k, v in os.environ.items() if k.startswith(("XDG_", "DBUS"))})
    child = await asyncio.create_subprocess_exec(
        *argv,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=env,
    )
    try:
        text, _ = await child.communicate()
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()
        raise
    return child.returncode or 0, text.decode(errors="replace")


async def engine(image: str) -> Engine:
    """An engine that has `image` and can run it. Problem when there is none."""
    said = ""
    for candidate in candidates():
        code, text = await output(
            [candidate.program, *candidate.flags, "image", "inspect", "--format", "{{.Id}}", image]
        )
        if code == 0:
            run = [*candidate.run, "--rm", "--network", "host", "--entrypoint", "/placid-probe"]
            code, text = await output([candidate.program, *candidate.flags, "run", *run, image])
            if MISSING.search(text):
                return candidate
        said = said or (text.strip().splitlines() or [""])[-1]
    if not programs():
        raise Problem("neither podman nor docker is installed", fix="apt-get install podman")
    raise Problem(f"no container can be run here: {said}", fix="try `podman run` by hand")


def name(marks: Mapping[str, str], release: str, copy: int, port: int) -> str:
    """A container's name: unique on this machine, and the same for one start of one copy."""
    home = hashlib.sha256(repr(sorted(marks.items())).encode()).hexdigest()[:8]
    return f"placid-{home}-{release}-{copy}-{port}"


def command(
    engine: Engine, called: str, image: str, env: Mapping[str, str], group: str
) -> list[str]:
    """The argv that runs a copy; the values of `env` must be in its environment."""
    argv = [engine.program, *engine.flags, "run", *engine.run, "--rm", "--name", called]
    argv += ["--label", f"{LABEL}={group}", "--network", "host"]
    for variable in sorted(env):
        argv += ["--env", variable]
    return [*argv, image]


def group(marks: Mapping[str, str]) -> str:
    """The label's value by which an environment's containers are found again."""
    return hashlib.sha256(repr(sorted(marks.items())).encode()).hexdigest()[:16]


async def stop(called: str, client: Identity, until: float) -> None:
    """SIGTERM by way of the client, removed by force when it has not ended in time."""
    if alive(client):
        with contextlib.suppress(ProcessLookupError):
            os.kill(client.pid, signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, until - time.time())):
                await ended(client)
    await remove(called)


async def remove(called: str) -> None:
    """Remove a container by force, wherever it is."""
    for program in programs():
        await output([program, "rm", "--force", called])


async def running(labelled: str) -> dict[str, str]:
    """Names of an environment's containers: name to the program that has them."""
    found: dict[str, str] = {}
    for program in programs():
        flags = ["--filter", f"label={LABEL}={labelled}", "--format", "{{.Names}}"]
        code, text = await output([program, "ps", "--all", *flags])
        if code == 0:
            found |= dict.fromkeys(text.split(), program)
    return found
