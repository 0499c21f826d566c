"""The user's working tree, put on top of the commit: what `--dirty` runs on.

Taken over is what differs from the commit and what git would offer to add. What is ignored stays
where it is, as do `.placid` and repositories inside of the tree.
"""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

from placid.edge.pipeline.actions.checkouts.gitting import Git
from placid.edge.pipeline.actions.checkouts.workspace import erase


def take_over(git: Git, commit: str, into: Path) -> int:
    """Make `into` like the tree in `git.folder`, which lies on `commit`; how many paths differ.

    `git` has the user's settings, for what is ignored may be said there.
    """
    top = Path(git("rev-parse", "--show-toplevel"))
    changed = git.at(top).ask(
        *("diff-index", "-z", "--name-only", "--no-renames", "--ignore-submodules", commit, "--")
    )
    added = git.at(top).ask("ls-files", "-z", "--others", "--exclude-standard")
    names = {name for name in (changed.out + added.out).split(b"\0") if name}
    taken = [name for name in sorted(names) if not _left(name)]
    for name in taken:
        _put(os.fsencode(top) + b"/" + name, os.fsencode(into) + b"/" + name)
    return len(taken)


def _left(name: bytes) -> bool:
    """Whether a path stays behind: placid's own, or a repository of its own ("sub/")."""
    return name.endswith(b"/") or name.split(b"/", 1)[0] == b".placid"


def _put(source: bytes, target: bytes) -> None:
    """Copy a file or a link with its mode; what is gone there goes here."""
    try:
        mode = os.lstat(source).st_mode
    except (FileNotFoundError, NotADirectoryError):
        _drop(target)
        return
    if stat.S_ISDIR(mode):  # a submodule, or a folder that took a file's place
        return
    if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
        return
    _make_way(target)
    shutil.copy2(source, target, follow_symlinks=False)


def _make_way(target: bytes) -> None:
    """A folder for the file to lie in, and nothing in its place."""
    parent = os.path.dirname(target)
    while parent and os.path.lexists(parent) and (os.path.islink(parent) or _is_file(parent)):
        os.unlink(parent)
    try:
        os.makedirs(parent, exist_ok=True)
    except (NotADirectoryError, FileExistsError):
        _clear_above(parent)
        os.makedirs(parent, exist_ok=True)
    if os.path.lexists(target):
        erase(Path(os.fsdecode(target)))


def _clear_above(folder: bytes) -> None:
    while folder not in (b"", b"/"):
        if _is_file(folder):
            os.unlink(folder)
            return
        folder = os.path.dirname(folder)


def _is_file(path: bytes) -> bool:
    return os.path.lexists(path) and (os.path.islink(path) or not os.path.isdir(path))


def _drop(target: bytes) -> None:
    """Remove a file and the folders that are empty without it."""
    if not os.path.lexists(target) or (os.path.isdir(target) and not os.path.islink(target)):
        return
    os.unlink(target)
    folder = os.path.dirname(target)
    while folder and not os.path.exists(folder + b"/.git"):
        try:
            os.rmdir(folder)
        except OSError:
            return
        folder = os.path.dirname(folder)
