"""Images that are not here yet: pulled from their registry with progress, in three attempts."""

from __future__ import annotations

import re
import select
from collections.abc import Callable
from pathlib import Path

from placid.base.errors import Problem
from placid.edge.engines import Engine, environment
from placid.edge.pipeline import flags
from placid.edge.pipeline.calls import Call, cancelled, last, lines, logins, stream
from placid.ports.pipeline import ContainerSpec, Stop

DENIED = re.compile(
    r"unauthorized|denied|authentication required|manifest unknown|invalid reference"
    r"|not found: |name unknown|repository does not exist|requested access",
    re.I,
)
UNREACHED = re.compile(
    r"no such host|timeout|timed out|refused|unreachable|temporary failure|server misbehaving"
    r"|dial tcp|eof|reset by peer|tls|proxyconnect",
    re.I,
)
PAUSES = (1.0, 3.0)  # seconds between docker's attempts; podman makes its own


def pull(
    engine: Engine, spec: ContainerSpec, private: Path, say: Callable[[str], None], stop: Stop
) -> str:
    """Pull the image of `spec`; its full name. Problem when it cannot be had.

    `private` is a folder for the login, which is removed again.
    """
    image = flags.full_name(flags.name_of(spec.image))
    argv, folder = [engine.program, *engine.flags], private / f"login-{abs(hash(image))}"
    login: list[str] = []
    if spec.username or spec.password:
        folder.mkdir(mode=0o700, exist_ok=True)
        file = logins(folder, image, spec.username, spec.password)
        argv += [] if engine.podman else ["--config", str(folder)]
        login = ["--authfile", str(file)] if engine.podman else []
    try:
        why = _attempts([*argv, "pull", *login, image], () if engine.podman else PAUSES, say, stop)
    finally:
        (folder / "config.json").unlink(missing_ok=True)
    if why:
        raise _refused(Path(engine.program).name, image, why, known=bool(login))
    return image


def _attempts(
    argv: list[str], pauses: tuple[float, ...], say: Callable[[str], None], stop: Stop
) -> str:
    """Try, and again after each pause; the reason of the last failure, "" when it is pulled."""
    why = ""
    for pause in (*pauses, None):
        say(f"Pulling {argv[-1]}")
        sink, said = lines(say)
        ended = stream(Call(argv, environment(network=True)), sink, stop)
        if ended.code == 0:
            return ""
        if ended.stopped or stop.asked:
            raise cancelled(f"pulling {argv[-1]}")
        why = last("\n".join(said))
        if pause is None or DENIED.search(why):
            return why
        say(f"That failed; once more in {pause:g} s")
        if select.select([stop.fileno()], [], [], pause)[0]:
            raise cancelled(f"pulling {argv[-1]}")
    return why


def _refused(program: str, image: str, why: str, *, known: bool) -> Problem:
    what = f"the image {image} cannot be pulled: {why}"
    if UNREACHED.search(why) and not DENIED.search(why):
        fix = "there is no way to its registry; bring the image here by"
        fix += f" `{program} load`, or build it"
    elif known:
        fix = "correct the image's name, or the credentials"
    else:
        fix = "correct the image's name; a private one needs `credentials:`"
    return Problem(what, fix=fix)
