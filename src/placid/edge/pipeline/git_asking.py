"""Git for a run by hand: the user's own binary, one process a question, and no event loop.

Nothing prompts, nothing is locked, and variables that would aim git at another repository are
dropped. What a process costs (2-5 ms) is saved where a file says the same: where the repository
lies, what HEAD is, and what a ref points at. Where refs are not kept as files git is asked.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from placid.base.errors import Problem

_AIMED = re.compile(
    r"GIT_(DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES"
    r"|NAMESPACE|PREFIX|QUARANTINE_PATH|CEILING_DIRECTORIES|TRACE\w*|EXTERNAL_DIFF|DIFF_OPTS|PAGER)"
)
_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class Asked(NamedTuple):
    """How git ended: its exit code, what it printed, and what it complained of."""

    code: int
    out: str
    err: str


class Git:
    """Git in a folder: a repository, a working tree, or a folder somewhere in one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.own, self.common, self.top = _places(folder)
        self._packed: str | None = None

    def ask(self, *args: str) -> Asked:
        """What `git *args` says; Problem when there is no git."""
        return self.begin(*args)()

    def begin(self, *args: str) -> Callable[[], Asked]:
        """Start `git *args`; what is given back waits for its end, and must be called."""
        environ = {key: value for key, value in os.environ.items() if not _AIMED.fullmatch(key)}
        environ |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
        try:
            process = subprocess.Popen(
                ["git", "-C", str(self.folder), "--no-pager", *args],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environ,
            )
        except FileNotFoundError as missing:
            fix = "apt-get install git" if self.folder.is_dir() else "give a folder that is there"
            raise Problem("git cannot be started", where=str(self.folder), fix=fix) from missing

        def end() -> Asked:
            with process:
                out, err = process.communicate()
            said = out.decode(errors="replace"), err.decode(errors="replace").strip()
            return Asked(process.returncode, *said)

        return end

    @property
    def name(self) -> str:
        """What the folder of the repository is called."""
        if self.common is None:
            folder = self.folder.absolute()
        elif self.common.name == ".git":
            folder = self.common.parent
        else:
            is_module = (self.top / ".git").is_file() and self.own == self.common
            folder = self.top if is_module else self.common
        return folder.name.removesuffix(".git") or "workspace"

    @property
    def shallow(self) -> bool:
        """Whether its history was cut off by a shallow clone."""
        return self.common is not None and (self.common / "shallow").is_file()

    def checked_out(self) -> str:
        """The branch that HEAD is ("refs/heads/main"), "" when it is detached."""
        head = self.symbol("HEAD")
        if head.startswith("refs/heads/.invalid"):
            head = self.ask("symbolic-ref", "-q", "HEAD").out.strip()
        return head

    @property
    def default(self) -> str:
        """The branch that HEAD is in the repository itself, not in a worktree of it."""
        return _symbol(self.common / "HEAD") if self.common is not None else ""

    def symbol(self, name: str) -> str:
        """The ref that another one stands for, "" when it is none of that kind."""
        folder = self.own if name == "HEAD" else self.common
        return _symbol(folder / name) if folder is not None else ""

    def tip(self, ref: str) -> str:
        """The id that a ref (no symbolic one) points at, "" when there is no such ref."""
        if self.common is None:
            return ""
        text = _text(self.common / ref).strip()
        if _ID.fullmatch(text):
            return text
        if (self.common / "reftable").is_dir():
            return self.ask("rev-parse", "-q", "--verify", ref).out.strip()
        if self._packed is None:
            self._packed = _text(self.common / "packed-refs")
        found = re.search(rf"^([0-9a-f]{{40,64}}) {re.escape(ref)}$", self._packed, re.MULTILINE)
        return found[1] if found else ""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _symbol(path: Path) -> str:
    text = _text(path)
    return text[5:].strip() if text.startswith("ref: ") else ""


def _joined(folder: Path, path: str) -> Path:
    return Path(os.path.normpath(folder / path))


def _places(folder: Path) -> tuple[Path | None, Path | None, Path]:
    """The folders of a working tree's own git files, of those it shares (both None outside of git),
    and of the tree itself."""
    for above in (folder.absolute(), *folder.absolute().parents):
        marker = above / ".git"
        if marker.is_dir():
            return marker, marker, above
        if marker.is_file():
            own = _joined(above, _text(marker).removeprefix("gitdir:").strip())
            return own, _joined(own, _text(own / "commondir").strip()), above
        if (above / "HEAD").is_file() and (above / "objects").is_dir():
            return above, above, above
    return None, None, folder
