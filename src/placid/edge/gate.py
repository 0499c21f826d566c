"""Builds behind their pipeline: a commit whose pipeline is not green is never built.

    look    built: it passed before. Else the verdict that is kept says failed, or it is missing
    make    the gate in a process of its own (`python -m placid.app.gating`), then the build

The verdict lies in `.placid/gates/<commit>.json`; a red one is asked for again by `make`, which
finds the newest run in the ledger. One lock per commit keeps two agents apart.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from placid.base.errors import Problem
from placid.edge.files import exclusive, is_locked, write_whole
from placid.edge.processes import clean_environment
from placid.ports import Build, Builds

_PATIENCE = 20.0


class Gating(msgspec.Struct, frozen=True):
    """What a gate is asked: the commit of `repository` (a mirror), and where its facts go.

    workflow  the only workflow that counts, "" for all that a push starts
    secrets   a file of NAME=value lines, "" for none
    """

    repository: str
    home: str
    app: str
    store: str
    commit: str
    ref: str
    workflow: str = ""
    secrets: str = ""
    pure: dict[str, list[str]] = {}


class Verdict(msgspec.Struct, frozen=True):
    """Whether the commit may be deployed, and why when it may not; `log` is that of the step that
    failed. `settled` is false when nothing is known: the run was stopped."""

    passed: bool
    why: str = ""
    runs: tuple[int, ...] = ()
    log: str = ""
    settled: bool = True


class GatedBuilds:
    """`ports.Builds` around others.

    gating  says what to ask for a commit; guarded: whether it has workflows at all
    """

    def __init__(
        self,
        builds: Builds,
        home: Path,
        gating: Callable[[str], Gating],
        guarded: Callable[[str], Awaitable[bool]],
        say: Callable[[str], None],
    ) -> None:
        self._builds, self._home, self._gating = builds, home, gating
        self._guarded, self._say = guarded, say

    async def look(self, commit: str) -> Build:
        """See ports.Builds."""
        build = await self._builds.look(commit)
        if build.status in ("built", "running"):
            return build
        if is_locked(self._path(commit, "lock")):
            return Build("running")
        verdict = self._verdict(commit)
        if verdict is not None and not verdict.passed:
            return Build("failed", why=verdict.why, log=verdict.log)
        return build

    async def make(self, commit: str) -> None:
        """See ports.Builds: the pipeline first."""
        if not await self._guarded(commit):
            await self._builds.make(commit)
            return
        async with exclusive(self._path(commit, "lock")):
            verdict = self._verdict(commit)
            if verdict is None or not verdict.passed:
                verdict = await self._ask(commit)
                if not verdict.settled:
                    return
                write_whole(self._path(commit, "json"), msgspec.json.encode(verdict))
        if verdict.passed:
            await self._builds.make(commit)

    async def prune(self, keep: frozenset[str]) -> None:
        """See ports.Builds."""
        await self._builds.prune(keep)

    def _path(self, commit: str, ending: str) -> Path:
        return self._home / "gates" / f"{commit}.{ending}"

    def _verdict(self, commit: str) -> Verdict | None:
        try:
            return msgspec.json.decode(self._path(commit, "json").read_bytes(), type=Verdict)
        except (OSError, msgspec.DecodeError):
            return None

    async def _ask(self, commit: str) -> Verdict:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "placid.app.gating",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=clean_environment({}),
            start_new_session=True,
        )
        assert child.stdin is not None and child.stderr is not None and child.stdout is not None
        child.stdin.write(msgspec.json.encode(self._gating(commit)))
        child.stdin.close()
        try:
            while line := await child.stderr.readline():
                self._say(f"  pipeline | {line.decode(errors='replace').rstrip()}")
            said = await child.stdout.read()
            await child.wait()
        except BaseException:
            await _stop(child)
            raise
        try:
            return msgspec.json.decode(said, type=Verdict)
        except msgspec.DecodeError:
            raise Problem(f"the pipeline of {commit[:10]} ended without a verdict") from None


async def _stop(child: asyncio.subprocess.Process) -> None:
    """Cancel the run as Ctrl-C would; it cleans up after itself."""
    with contextlib.suppress(ProcessLookupError):
        child.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(_PATIENCE):
            await asyncio.shield(child.wait())
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
