"""A job's own repository, written by hand so that filling it is the only git process.

    HEAD, config, packed-refs, shallow       as a clone by actions/checkout would have them
    objects/info/alternates                  the user's objects, to be read and never written
    objects/pack                             or copies, where a container cannot see the user's

The user's repository is not touched: no worktree is registered in it, no file shares an inode with
one of its own, and nothing here can be pushed into it by accident (origin is the user's remote).
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from placid.base.errors import Problem
from placid.edge.pipeline.actions.checkouts.gitting import Git
from placid.edge.pipeline.actions.checkouts.target import Target

_URL = r'(?m)^\[remote "origin"\]\n\turl = (.*)$'
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@+~=-")


class Refs(NamedTuple):
    """What a repository is to hold: refs and where they point, and the commits history ends at."""

    refs: Mapping[str, str]
    ends: Sequence[str] = ()


class Workspace:
    """The repository in `git.folder`, whose origin is `url`."""

    def __init__(self, git: Git, url: str) -> None:
        self.git, self.folder = git, git.folder
        self.url = without_login(url)
        self.inner = git.folder / ".git"

    def prepare(self, clean: bool) -> bool:
        """Make way: an own repository of before is cleaned, all else goes. True for the former."""
        if self.folder.is_symlink() or (self.folder.exists() and not self.folder.is_dir()):
            self.folder.unlink()
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._ours() and (not clean or self._cleaned()):
            return True
        for entry in os.scandir(self.folder):
            erase(Path(entry.path))
        return False

    def _ours(self) -> bool:
        if self.inner.is_symlink() or not (self.inner / "config").is_file():
            return False
        found = re.search(_URL, (self.inner / "config").read_text(errors="surrogateescape"))
        return found is not None and found[1] == quoted(self.url)

    def _cleaned(self) -> bool:
        (self.inner / "index.lock").unlink(missing_ok=True)
        cleaned = self.git.ask("clean", "-ffdxq")
        return cleaned.code == 0 and self.git.ask("reset", "--hard", "-q").code == 0

    def lay_out(self, target: Target, objects: Path | None) -> None:
        """Make an empty repository that reads `objects`; one that is there keeps its settings."""
        for name in ("objects/info", "hooks", "info"):
            (self.inner / name).mkdir(parents=True, exist_ok=True)
        (self.inner / "refs").mkdir(exist_ok=True)
        config = self.inner / "config"
        if not config.exists():
            config.write_text(self._config(target), errors="surrogateescape")
        if objects is not None:
            borrowed = self.inner / "objects/info/alternates"
            borrowed.write_text(f"{objects}\n", errors="surrogateescape")

    def _config(self, target: Target) -> str:
        sha256 = len(target.commit) == 64
        lines = [
            "[core]",
            f"\trepositoryformatversion = {int(sha256)}",
            "\tfilemode = true",
            "\tbare = false",
            "\tlogallrefupdates = true",
            *(["[extensions]", "\tobjectformat = sha256"] if sha256 else []),
            '[remote "origin"]',
            f"\turl = {quoted(self.url)}",
            "\tfetch = +refs/heads/*:refs/remotes/origin/*",
            "[gc]",
            "\tauto = 0",
        ]
        if target.branch:
            name = target.branch.replace("\\", "\\\\").replace('"', '\\"')
            lines += [f'[branch "{name}"]', "\tremote = origin"]
            lines += [f"\tmerge = {quoted(f'refs/heads/{target.branch}')}"]
        return "\n".join(lines) + "\n"

    def point(self, target: Target, kept: Refs) -> None:
        """Write all refs, and HEAD: on the target's branch, or detached at its commit."""
        loose = self.inner / "refs" / "heads"
        if loose.exists():
            erase(loose.parent)
        loose.mkdir(parents=True, exist_ok=True)
        refs = {name: tip for name, tip in kept.refs.items() if name.startswith("refs/")}
        if target.name:
            refs[target.name] = target.tip
        if target.branch:
            refs[f"refs/heads/{target.branch}"] = target.commit
        lines = [f"{refs[name]} {name}\n" for name in sorted(refs, key=os.fsencode)]
        packed = "# pack-refs with: sorted \n" + "".join(lines)
        (self.inner / "packed-refs").write_text(packed, errors="surrogateescape")
        shallow = self.inner / "shallow"
        if kept.ends:
            shallow.write_text("".join(f"{commit}\n" for commit in sorted(set(kept.ends))))
        else:
            shallow.unlink(missing_ok=True)
        head = f"ref: refs/heads/{target.branch}" if target.branch else target.commit
        (self.inner / "HEAD").write_text(f"{head}\n", errors="surrogateescape")

    def narrow(self, patterns: Sequence[str], cone: bool) -> None:
        """Only these paths are to be in the tree."""
        if not patterns:
            if (self.inner / "info/sparse-checkout").exists():
                self.git("sparse-checkout", "disable")
        elif cone:
            self.git("sparse-checkout", "set", "--cone", "--end-of-options", *patterns)
        else:
            self.git("config", "core.sparseCheckout", "true")
            with (self.inner / "info/sparse-checkout").open("a") as file:
                file.write("\n" + "\n".join(patterns) + "\n")

    def fill(self, target: Target) -> None:
        """Write the files of the target's commit."""
        ran = self.git.ask("read-tree", "--reset", "-u", target.commit)
        if ran.code:
            said = ran.err.strip().splitlines() or ["git gave no reason"]
            raise Problem(
                f"commit {target.commit} cannot be checked out: {said[-1]}",
                where=self.url,
                fix="see that the repository has it: git fetch",
            )


def deep(depth: int, workspace: Workspace) -> list[str]:
    """What tells `git fetch` how much history to bring, 0 for all of it."""
    if depth:
        return [f"--depth={depth}"]
    return ["--unshallow"] if (workspace.inner / "shallow").exists() else []


def without_login(url: str) -> str:
    """A URL without the user and password that may be written in it."""
    scheme, mark, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}" if mark else url


def quoted(value: str) -> str:
    """A value for git's config."""
    if _PLAIN.issuperset(value):
        return value
    for char, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        value = value.replace(char, escape)
    return f'"{value}"'


def erase(path: Path) -> None:
    """Remove a file or a folder with all that is in it; links are not followed."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISDIR(mode):
        import shutil  # noqa: PLC0415  most checkouts find nothing

        shutil.rmtree(path)
    else:
        path.unlink()
