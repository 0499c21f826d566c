"""The bare mirror under `.placid/repo.git`: where commits are fetched to, and kept alive.

    source --fetch--> refs/heads/*, refs/tags/*    what the followed repository shows
                      refs/placid/<commit>         every commit ever deployed, come what may
                      refs/placid-reverts/<bad>    the commit that takes a bad one back, made once

Nothing is checked out here, so the user's own working tree is never touched. Writers take the lock
beside it; a lock file that git left behind when the machine died is removed once it is old.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from placid.base.errors import Problem, Unavailable
from placid.edge.files import exclusive
from placid.edge.git_binary import BATCH_SSH, Git

FULL_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_STALE = 30.0  # seconds: no ref is locked this long by a git that still runs
_LOCK = re.compile(r"'([^']+\.lock)'")


class Mirror:
    """The mirror at `path` of the repository at `source` (an absolute path or a URL)."""

    def __init__(self, source: str, branch: str, path: Path, *, git: Git) -> None:
        self.source, self.branch, self.path = source, branch, path
        self._run = git
        self._ready = False

    async def git(self, *args: str, stdin: bytes = b"", limit: float = 60.0) -> str:
        """Run git in the mirror; what it printed."""
        return await self._run(*self._at(), *args, stdin=stdin, limit=limit)

    async def asks(self, *args: str) -> bool:
        """Whether a git command in the mirror ends with 0; a Problem when it fails otherwise."""
        said = await self._run.ask(*self._at(), *args)
        return said.code == 0

    def _at(self) -> tuple[str, ...]:
        return ("-C", str(self.path), "-c", "core.hooksPath=/dev/null")

    @asynccontextmanager
    async def alone(self) -> AsyncGenerator[None]:
        """Nobody else writes to the mirror meanwhile; it exists and follows `source`."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        async with exclusive(self.path.with_suffix(".lock")):
            await self.open()
            yield

    async def open(self) -> None:
        """Make the mirror when it is missing or half made, and aim it at `source`."""
        if self._ready and self.path.exists():
            return
        if not self.path.joinpath("HEAD").exists() or not await self.asks("rev-parse"):
            await self._run("init", "-q", "--bare", "--template=", str(self.path))
        await self.git("config", "remote.origin.url", self.source)
        await self.git("symbolic-ref", "HEAD", f"refs/heads/{self.branch}")
        environ = self._run.environ
        own = {"GIT_SSH", "GIT_SSH_COMMAND"} & set(environ)
        if not own and not await self.asks("config", "--get", "core.sshCommand"):
            await self.git("config", "core.sshCommand", BATCH_SSH)
        self._ready = True

    async def tip(self, branch: str = "") -> str:
        """The commit that a branch of the source (the followed one) points at, "" for none."""
        if not self._ready:
            async with self.alone():
                pass
        name = f"refs/heads/{branch or self.branch}"
        listed = await self.git("ls-remote", "origin", name, limit=30.0)
        refs = (line.split("\t", 1) for line in listed.splitlines() if "\t" in line)
        return next((commit for commit, ref in refs if ref == name), "")

    async def fetch(self, *refspecs: str) -> None:
        """Fetch from the source, or refs alone when nothing is new."""
        wanted = ("fetch", "-q", "--no-tags", "--update-shallow", "--no-write-fetch-head")
        try:
            await self.git(*wanted, "origin", *refspecs, limit=600.0)
        except Unavailable as problem:
            if not _removed_stale(problem.what, self.path):
                raise
            await self.git(*wanted, "origin", *refspecs, limit=600.0)

    async def resolve(self, revision: str) -> str:
        """The full id of the commit that a revision names in the mirror, "" when it names none."""
        if not revision or revision.startswith("-") or "\0" in revision:
            return ""
        said = await self._run.ask(
            *self._at(), "rev-parse", "-q", "--verify", f"{revision}^{{commit}}"
        )
        return said.out if said.code == 0 else ""

    async def read(self, commit: str, path: str) -> bytes | None:
        """The bytes of the file at `path` in `commit`, None when it holds no such file."""
        said = await self._run.ask(*self._at(), "cat-file", "blob", f"{commit}:{path}")
        return said.raw if said.code == 0 else None

    async def has(self, commit: str) -> bool:
        """Whether the mirror holds the commit with this full id."""
        if not FULL_ID.fullmatch(commit):
            return False
        return await self.asks("cat-file", "-e", f"{commit}^{{commit}}")

    async def branches(self) -> list[str]:
        """The names of the branches that were last fetched."""
        listed = await self.git("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads")
        return listed.split()

    async def keep(self, commit: str) -> None:
        """Never let git's cleaning remove `commit`, even when no branch holds it any more."""
        await self.git("update-ref", f"refs/placid/{commit}", commit)


def _removed_stale(what: str, mirror: Path) -> bool:
    """Remove the lock that git complains of if it is the mirror's, and old; whether it did."""
    found = _LOCK.search(what.replace("(", "'").replace(" exists", "'"))
    if not found or not Path(found[1]).is_relative_to(mirror):
        return False
    with suppress(FileNotFoundError):
        lock = Path(found[1])
        if time.time() - lock.stat().st_mtime < _STALE:
            return False
        lock.unlink()
    return True


def local(source: str) -> Path | None:
    """The folder of the repository on this machine that holds `source`, None for a URL."""
    if source.startswith("file://"):
        return _top(Path(source.removeprefix("file://")))
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", source):
        return None
    path = Path(source).expanduser()
    scp = re.match(r"(?:[^/@:]+@)?[^/:]+:", source)
    if scp and not path.exists():
        return None
    return _top(path.absolute())


def _top(path: Path) -> Path:
    """The nearest folder upwards that is a repository; the path itself when none is."""
    for folder in (path, *path.parents):
        if (folder / ".git").exists() or (
            (folder / "objects").is_dir() and (folder / "HEAD").exists()
        ):
            return folder
    return path


def missing(branch: str, source: str, known: list[str]) -> Problem:
    """Why a branch is not there: the repository is empty, or has other branches."""
    if not known:
        return Problem(
            f"the repository at {source} has no commits yet",
            where=source,
            fix=f"commit something to {branch}: git commit -m 'First commit'",
        )
    some = ", ".join(known[:8])
    return Problem(
        f"there is no branch {branch!r} at {source}",
        where=source,
        fix=f"push it, or set source.branch in placid.yaml to one of: {some}",
    )
