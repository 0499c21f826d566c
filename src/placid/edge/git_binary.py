"""The user's own git, run with argv lists, a deadline, and nobody to ask.

Nothing can prompt: no terminal (a session of its own), GIT_TERMINAL_PROMPT=0, ssh in batch mode
unless the user names an ssh command. Variables that would aim git at another repository (GIT_DIR,
...: we may be started from a hook) are dropped. A login written into the URL is taken out of it
and handed over by a credential helper through the environment, so no argv and no message holds it.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit, urlunsplit

import anyio

from placid.base.errors import Problem, Unavailable
from placid.edge.git_environment import alone
from placid.edge.git_errors import problem

_HELPER = (
    "!f() { test \"$1\" = get && printf 'username=%s\\npassword=%s\\n' "
    '"$PLACID_GIT_USER" "$PLACID_GIT_PASSWORD"; }; f'
)
BATCH_SSH = "ssh -o BatchMode=yes -o ConnectTimeout=10"


@dataclass(frozen=True, slots=True)
class Login:
    """A user name and a password (or token) for a remote; the password is never printed."""

    user: str = ""
    password: str = field(default="", repr=False)


def parted(source: str) -> tuple[str, Login | None]:
    """A repository's address without the login that is written in it, and that login."""
    url = urlsplit(source)
    if url.scheme not in {"http", "https"} or "@" not in url.netloc:
        return source, None
    login, _, host = url.netloc.rpartition("@")
    user, _, password = login.partition(":")
    password = password or "x-oauth-basic"  # what GitHub takes beside a token as the user name
    return urlunsplit(url._replace(netloc=host)), Login(unquote(user), unquote(password))


@dataclass(frozen=True, slots=True)
class Said:
    """How a git command ended: its exit code, and what it wrote."""

    code: int
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        """What it printed, as text, without the last newline."""
        return self.raw.decode(errors="replace").rstrip("\n")


class Git:
    """Runs git. `where` is the place that errors name; `login` is offered to the remote."""

    def __init__(
        self, where: str, environ: Mapping[str, str] | None = None, login: Login | None = None
    ) -> None:
        self.where = where
        self.environ = os.environ if environ is None else environ
        self.login = login

    async def __call__(self, *args: str, stdin: bytes = b"", limit: float = 60.0) -> str:
        """What `git *args` printed, without the last newline; a Problem when it failed."""
        said = await self.ask(*args, stdin=stdin, limit=limit)
        if said.code:
            raise problem(said.err or said.out, self.where)
        return said.out

    async def ask(self, *args: str, stdin: bytes = b"", limit: float = 60.0) -> Said:
        """Run `git *args` and say how it ended; Unavailable after `limit` seconds."""
        process = await self._start(args)
        try:
            async with asyncio.timeout(limit):
                out, err = await process.communicate(stdin)
        except TimeoutError:
            raise Unavailable(
                f"git {_verb(args)} at {self.where} took longer than {limit:g} s",
                where=self.where,
                fix="it is tried again; check the network and the address",
            ) from None
        finally:
            if process.returncode is None:
                await _end(process)
        code = process.returncode or 0
        return Said(code, out, err.decode(errors="replace"))

    async def _start(self, args: tuple[str, ...]) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        try:
            return await asyncio.create_subprocess_exec(
                "git",
                *args,
                stdin=pipe,
                stdout=pipe,
                stderr=pipe,
                env=self._environment(),
                start_new_session=True,
            )
        except FileNotFoundError:
            raise Problem(
                "git is not installed, or not on the PATH",
                fix="install it, for example: apt-get install git",
            ) from None

    def _environment(self) -> dict[str, str]:
        theirs = alone(self.environ)
        return theirs | self._login(theirs)

    def _login(self, theirs: Mapping[str, str]) -> dict[str, str]:
        if self.login is None:
            return {}
        count = theirs.get("GIT_CONFIG_COUNT", "0")
        first = int(count) if count.isdigit() else 0
        settings = (("credential.helper", ""), ("credential.helper", _HELPER))
        variables = {"GIT_CONFIG_COUNT": str(first + len(settings))}
        for number, (key, value) in enumerate(settings, first):
            variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        return variables | {
            "PLACID_GIT_USER": self.login.user,
            "PLACID_GIT_PASSWORD": self.login.password,
        }


def _verb(args: tuple[str, ...]) -> str:
    rest = iter(args)
    for word in rest:
        if word in {"-C", "-c"}:
            next(rest, "")
        elif not word.startswith("-"):
            return word
    return ""


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with anyio.CancelScope(shield=True):
        await process.wait()
