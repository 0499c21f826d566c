"""The tree of one commit, checked out and built: the part of a release that can be shared.

    builds/<commit>/tree/         the worktree        builds/<commit>/build.log    all output
    builds/<commit>/tree.json     written last: without it the tree is taken for interrupted

A commit whose untracked config files are put into its tree has one tree for each such set of files
(`tree-<hash>`), so that no release changes under another. The build sees a clean environment. When
its script calls pip and makes no virtual environment itself, it and the app get one that belongs to
the release: `.venv`, first in PATH.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import anyio
import anyio.to_thread
import msgspec

from placid.base.errors import Problem
from placid.edge.build_recipe import Config, Mask, Plan, wants_venv
from placid.edge.files import write_whole
from placid.edge.git_mirror import Mirror
from placid.edge.images import build_image
from placid.edge.runners.process import kill_marked
from placid.ports import Job, Runner

_LOG_LIMIT = 50_000_000  # bytes of output that are kept; a build may print without end
_TREE = "PLACID_TREE"
_ROOTLESS = ("XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "DBUS_SESSION_BUS_ADDRESS")
_PASSED = (
    *("HOME", "LANG", "USER", "LOGNAME", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"),
)


class Made(msgspec.Struct, frozen=True):
    """What a finished tree holds: the image's id, and the folder of its virtual environment."""

    image: str = ""
    venv: str = ""


class BuildFailed(Exception):
    """The user's build ended badly; the text says how, in one sentence."""


class Log:
    """build.log: every line masked, shown to a listener, and the last ones remembered."""

    def __init__(self, file: BinaryIO, mask: Mask, listener: Callable[[str], None] | None) -> None:
        self._file, self._mask, self._listener = file, mask, listener
        self._left = _LOG_LIMIT
        self.last: list[str] = []

    def line(self, text: str) -> None:
        """Add a line."""
        text = self._mask(text)
        self.last = [*self.last[-39:], text]
        if self._listener is not None:
            self._listener(text)
        data = (text + "\n").encode()
        if self._left > 0 and len(data) >= self._left:
            data = b"placid: the rest of the output is left out\n"
            self._left = 0
        if self._left > 0 or data.startswith(b"placid: the rest"):
            self._file.write(data)
            self._file.flush()
        self._left -= len(data)


@dataclass(frozen=True, slots=True)
class Tree:
    """Where the tree of a commit lies, and how it is made. `inside`: placid.yaml's own folder."""

    commit: str
    folder: Path
    inside: PurePosixPath
    mirror: Mirror
    runner: Runner
    environ: Mapping[str, str]

    @property
    def app(self) -> Path:
        """The working directory of the app."""
        return self.folder / self.inside

    def made(self) -> Made | None:
        """What is in it, when it was finished."""
        with suppress(OSError, msgspec.DecodeError):
            return msgspec.json.decode(self._done.read_bytes(), type=Made)
        return None

    async def make(self, plan: Plan, config: Config, log: Log) -> Made:
        """Check the commit out and build it, afresh; BuildFailed or a Problem says why not.

        A build whose agent was killed may still be at work in the tree: it is ended first.
        """
        await kill_marked(_TREE, str(self.folder))
        await remove_tree(self.mirror, self.folder)
        self._done.unlink(missing_ok=True)
        await self.mirror.git(
            *("worktree", "add", "-q", "--force", "--detach", str(self.folder), self.commit),
            limit=600.0,
        )
        for line in said_of(self.folder):
            log.line(f"placid: {line}")
        _place(config, self.app)
        made = await self._built(plan, log)
        write_whole(self._done, msgspec.json.encode(made))
        return made

    @property
    def _done(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.json")

    async def _built(self, plan: Plan, log: Log) -> Made:
        env = build_environment(self.environ, self.commit) | {_TREE: str(self.folder)}
        venv = ""
        if wants_venv(plan.build):
            venv = str(self.app / ".venv")
            log.line("placid: pip installs into an environment of this release, .venv")
            python = shutil.which("python3", path=env["PATH"]) or sys.executable
            await self._run((python, "-m", "venv", venv), env, log)
            env |= {"PATH": f"{venv}/bin:{env['PATH']}", "VIRTUAL_ENV": venv}
        if plan.build:
            await self._run(("/bin/sh", "-c", plan.build), env, log)
        if not plan.image:
            return Made(venv=venv)
        env |= {name: self.environ[name] for name in _ROOTLESS if name in self.environ}
        image = await build_image(self.app, plan.image, env, lambda job: self._job(job, log))
        return Made(image=image)

    async def _run(self, argv: tuple[str, ...], env: Mapping[str, str], log: Log) -> None:
        code = await self._job(Job(argv, str(self.app), env), log)
        if code:
            shown = argv[-1].strip() if argv[0] == "/bin/sh" else "python3 -m venv"
            raise BuildFailed(f"`{_short(shown)}` {_ended(code)}: {that_matters(log.last)}")

    async def _job(self, job: Job, log: Log) -> int:
        async with self.runner.run(job) as lines:
            async for line in lines:
                log.line(line)
            return await lines.exit()


def build_environment(environ: Mapping[str, str], commit: str) -> dict[str, str]:
    """The clean environment of a build: nothing of placid's own virtual environment in it."""
    own = str(Path(sys.prefix) / "bin") if sys.prefix != sys.base_prefix else None
    path = environ.get("PATH", os.defpath)
    kept = {name: environ[name] for name in _PASSED if name in environ}
    return {
        "LANG": "C.UTF-8",
        "HOME": "/",
        **kept,
        "PATH": ":".join(part for part in path.split(":") if part and part != own),
        "CI": "true",
        "PLACID_COMMIT": commit,
    }


def said_of(tree: Path) -> list[str]:
    """What a plain checkout does not bring, in words."""
    said: list[str] = []
    if (tree / ".gitmodules").exists():
        said.append("this commit has submodules, their folders are empty: placid fetches none")
    with suppress(OSError):
        lfs = "filter=lfs" in (tree / ".gitattributes").read_text(errors="replace")
        if lfs and shutil.which("git-lfs") is None:
            said.append("this commit keeps files in Git LFS: without git-lfs they are pointers")
    return said


async def remove_tree(mirror: Mirror, folder: Path) -> None:
    """Remove a worktree and what git remembers of it; nothing happens when there is none."""
    await remove(folder)
    await mirror.git("worktree", "prune")
    if os.path.lexists(folder):  # noqa: ASYNC240  one stat
        raise Problem(
            f"cannot remove {folder}", where=str(folder), fix="remove it by hand, maybe with sudo"
        )


async def remove(folder: Path) -> None:
    """Remove a folder with all in it, off the event loop: node_modules takes seconds."""
    await anyio.to_thread.run_sync(lambda: shutil.rmtree(folder, ignore_errors=True))


def _place(config: Config, app: Path) -> None:
    for name in config.placed():
        path = app / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, config.files[name])


def that_matters(lines: list[str]) -> str:
    """The last line that says what is wrong, or the last one."""
    full = [line.strip() for line in lines if line.strip()]
    telling = [
        x for x in full if any(w in x.lower() for w in ("error", "fatal", "not found", "cannot"))
    ]
    return _short((telling or full or ["it printed nothing"])[-1], 200)


def _ended(code: int) -> str:
    return f"exited with {code}" if code > 0 else f"was ended by signal {-code}"


def _short(text: str, most: int = 60) -> str:
    first = text.splitlines()[0] if text else ""
    return first if first == text and len(first) <= most else f"{first[:most]}..."
