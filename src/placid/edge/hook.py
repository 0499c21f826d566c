"""Git hooks that wake the agent, and the inbox they drop a file into.

    git push / commit / merge --> hook (4 lines of sh) --> .placid/inbox/wake.<pid> --> Inbox.wait

A hook only says "look now": what there is to do is found by looking, so a lost file costs one poll
and a forged one costs one `ls-remote`. It never fails the push. A hook that was there before is
moved aside and still runs, with its own arguments, input and exit code.
"""

from __future__ import annotations

import os
import shlex
from contextlib import suppress
from pathlib import Path

import anyio

from placid.base.errors import Problem
from placid.edge.files import write_whole
from placid.edge.git_binary import Git
from placid.edge.inotify import Touches

_MARK = "# placid: wakes the agent that follows this repository"
_BEFORE = ".before-placid"
_EVERYWHERE = ("post-receive",)
_WORKING = ("post-commit", "post-merge", "post-rewrite")
_PACE = 0.1  # seconds between two looks where nothing tells of new files
_REST = 5.0  # seconds between two looks where something does: the folder may be another one


async def install(repository: Path, home: Path) -> str:
    """Write the hooks of a local repository; a sentence that says what was done.

    Problem when it keeps its hooks elsewhere (core.hooksPath): those are not ours to change.
    """
    folder, names = await _hooks(repository)
    chained = _write_all(folder, names, home)
    more = f"; what was in {', '.join(chained)} still runs after it" if chained else ""
    return f"{', '.join(names)} in {folder} wake the agent{more}"


async def uninstall(repository: Path) -> str:
    """Remove the hooks and put back what was there before; a sentence that says what was done."""
    folder, _ = await _hooks(repository)
    removed: list[str] = []
    for name in (*_EVERYWHERE, *_WORKING):
        hook = folder / name
        if not _ours(hook):
            continue
        before = hook.with_name(name + _BEFORE)
        if before.exists():
            before.replace(hook)
        else:
            hook.unlink()
        removed.append(name)
    return f"removed {', '.join(removed)} from {folder}" if removed else "no hook was installed"


async def _hooks(repository: Path) -> tuple[Path, tuple[str, ...]]:
    """The folder of a repository's hooks, and the names of those that tell of new commits."""
    git = Git(str(repository))
    at = ("-C", str(repository), "rev-parse")
    common = await git(*at, "--git-common-dir")
    usual = os.path.realpath(repository / common / "hooks")  # noqa: ASYNC240  a few lstats
    hooks = await git(*at, "--git-path", "hooks")
    folder = Path(os.path.realpath(repository / hooks))  # noqa: ASYNC240
    bare = await git(*at, "--is-bare-repository") == "true"
    if str(folder) != usual:
        raise Problem(
            f"this repository takes its hooks from {folder} (core.hooksPath)",
            where=str(repository),
            fix=f"add placid's line to the hooks there yourself, or: "
            f"git -C {shlex.quote(str(repository))} config --unset core.hooksPath",
        )
    return folder, _EVERYWHERE if bare else (*_EVERYWHERE, *_WORKING)


def _script(inbox: Path) -> str:
    """A subshell, for in POSIX sh a redirection that fails ends the script itself."""
    file = f"{shlex.quote(str(inbox))}/wake.$$"
    return (
        f"#!/bin/sh\n{_MARK}\n(: >{file}) 2>/dev/null || :\n"
        f'if [ -x "$0{_BEFORE}" ]; then exec "$0{_BEFORE}" "$@"; fi\nexit 0\n'
    )


def _write_all(folder: Path, names: tuple[str, ...], home: Path) -> list[str]:
    inbox = home.absolute() / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    return [name for name in names if _write(folder / name, _script(inbox))]


def _write(hook: Path, script: str) -> bool:
    """Put a script at `hook`; whether another hook was there, and is chained."""
    before = hook.with_name(hook.name + _BEFORE)
    if os.path.lexists(hook) and not _ours(hook):
        hook.replace(before)
    write_whole(hook, script.encode(), 0o755)
    return before.exists()


def _ours(hook: Path) -> bool:
    with suppress(OSError):
        return _MARK.encode() in hook.read_bytes()
    return False


class Inbox:
    """The folder `.placid/inbox`. Files that came while nobody waited wake the next wait."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "inbox"

    async def wait(self) -> None:
        """Return once a hook has dropped a file (within 100 ms), and take all files away."""
        while not self._taken():
            try:
                touches = Touches(self.folder)
            except OSError:
                await anyio.sleep(_PACE)
                continue
            try:
                with anyio.move_on_after(_REST):
                    while not self._taken():
                        await anyio.wait_readable(touches.fileno())
                        touches.drain()
                    return
            finally:
                touches.close()

    def _taken(self) -> bool:
        try:
            names = os.listdir(self.folder)
        except FileNotFoundError:
            self.folder.mkdir(parents=True, exist_ok=True)
            return False
        for name in names:
            with suppress(OSError):
                (self.folder / name).unlink()
        return bool(names)
