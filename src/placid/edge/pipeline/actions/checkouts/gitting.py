"""Git, run for a checkout: sealed from the user's settings, or with them to reach a server."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from pathlib import Path

from placid.base.errors import Problem
from placid.edge.git_environment import alone, with_settings
from placid.edge.pipeline.actions.programs import Outside, Ran

_SEALED = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "HOME": "/"}
_SETTINGS = {
    "safe.directory": "*",  # it is only read from, or our own
    "core.hooksPath": os.devnull,
    "core.fsync": "none",  # a workspace need not survive the machine
    "submodule.recurse": "false",
    "advice.detachedHead": "false",
    "protocol.file.allow": "always",
}


class Git:
    """Git in one folder. `environ` is the whole environment of the command."""

    def __init__(self, outside: Outside, folder: Path, environ: Mapping[str, str]) -> None:
        self.outside, self.folder, self._environ = outside, folder, environ

    def __call__(self, *args: str, stdin: bytes = b"", where: str = "") -> str:
        """What `git *args` printed, without the last newline; a Problem when it failed."""
        ran = self.ask(*args, stdin=stdin)
        if ran.code:
            from placid.edge.git_errors import problem  # noqa: PLC0415  rarely

            raise problem(ran.err or ran.text, where or str(self.folder))
        return ran.text

    def ask(self, *args: str, stdin: bytes = b"") -> Ran:
        """Run `git *args`, and say how it ended."""
        argv = ("git", "-C", str(self.folder), *args)
        return self.outside.run(argv, self._environ, stdin=stdin)

    def at(self, folder: Path) -> Git:
        """The same in another folder."""
        return Git(self.outside, folder, self._environ)

    def knowing(self, settings: Mapping[str, str]) -> Git:
        """The same with more settings, which no argv shows."""
        return Git(self.outside, self.folder, with_settings(self._environ, settings))


def sealed(outside: Outside, folder: Path) -> Git:
    """A git that knows nothing of the user: what a job's repository is like depends on no one."""
    kept = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "LANGUAGE": "C"}
    environ = {**kept, **_SEALED, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
    return Git(outside, folder, with_settings(environ, _SETTINGS))


def reaching(outside: Outside, folder: Path, server: str = "", token: str = "") -> Git:
    """A git with the user's own access to servers, or with this token for this one."""
    git = Git(outside, folder, with_settings(alone(os.environ), _SETTINGS))
    return git.knowing(header(server, token)) if token else git


def header(server: str, token: str) -> dict[str, str]:
    """The setting that hands a token over, as GitHub's checkout writes it."""
    login = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    return {f"http.{server.rstrip('/')}/.extraheader": f"AUTHORIZATION: basic {login}"}


def git_folder(repository: Path) -> Path:
    """Where the objects and refs of a repository lie: a clone's, a worktree's, or a bare one's."""
    folder = repository / ".git"
    if folder.is_file():
        text = folder.read_text(encoding="utf-8", errors="surrogateescape").strip()
        folder = (repository / text.removeprefix("gitdir:").strip()).resolve()
    elif not folder.exists():
        folder = repository
    if not (folder / "HEAD").exists():
        raise Problem(
            f"there is no git repository at {repository}", where=str(repository), fix="git init"
        )
    common = folder / "commondir"
    return (folder / common.read_text().strip()).resolve() if common.exists() else folder
