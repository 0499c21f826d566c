"""`hashFiles`: one hash over the files of a job's workspace.

SHA-256 over the SHA-256 of each file, in the order in which GitHub's package comes by them: depth
first from where each pattern's literal part ends, the names of a folder by their bytes. Folders,
and files outside of the workspace, do not count. A link to a file is read; a link to a folder is
entered only with `--follow-symbolic-links` as the first argument, and then one that points to
nothing is passed over, while otherwise it fails the function, as on GitHub.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from placid.base.errors import Problem
from placid.formats.globs import Selection

_FOLLOW = "--follow-symbolic-links"
_PIECE = 1 << 20


def hash_files(arguments: Sequence[str], root: Path, home: str = "") -> str:
    """The hash in hexadecimal, "" when no file is meant.

    `arguments` are those of the function, `root` the workspace, `home` what "~" stands for.
    Problem for a pattern that cannot be read, and for a file that cannot.
    """
    follow = False
    if arguments and arguments[0].startswith("--"):
        follow = arguments[0].lower() == _FOLLOW
        if not follow:
            raise Problem(
                f"Invalid glob option {arguments[0]}, available option: '{_FOLLOW}'.",
                fix=f"leave it out, or write {_FOLLOW}",
            )
        arguments = arguments[1:]
    folder = os.path.abspath(root)
    selection = Selection(arguments, folder, os.path.abspath(home or Path.home()))
    paths = _search(selection, follow)
    try:
        return _hash(path for path in paths if path.startswith(f"{folder}/"))
    except OSError as failure:
        said = ", ".join(arguments)
        raise Problem(
            f"hashFiles('{said}') failed. Fail to hash files under directory '{folder}'",
            where=failure.filename,
            fix=f"{failure.strerror}; see that it can be read, or exclude it with '!'",
        ) from failure


def _hash(paths: Iterator[str]) -> str:
    whole = hashlib.sha256()
    found = False
    for path in paths:
        digest = _digest(path)
        if digest is not None:
            whole.update(digest)
            found = True
    return whole.hexdigest() if found else ""


def _digest(path: str) -> bytes | None:
    """The hash of one file; None for what turns out to be a folder behind a link."""
    # Not blocking, so that a named pipe without a writer cannot hold the job for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            return None
        one = hashlib.sha256()
        while piece := os.read(descriptor, _PIECE):
            one.update(piece)
        return one.digest()
    finally:
        os.close(descriptor)


class _Item(NamedTuple):
    """A path to look at. `through`: the real paths of the folders it was reached through."""

    path: str
    is_folder: bool
    is_link: bool
    through: tuple[str, ...] = ()


_NOWHERE = _Item("", is_folder=False, is_link=True)


def _search(selection: Selection, follow: bool) -> Iterator[str]:
    """The files, links followed (but not in circles) or not."""
    for start in selection.starts:
        waiting = _begun(start)
        while waiting:
            item = waiting.pop()
            if follow and item.is_link:
                item = _followed(item, selection)
            if item is _NOWHERE:
                continue
            if not item.is_folder:
                if selection.has(item.path):
                    yield item.path
            elif selection.may_be_below(item.path):
                waiting += _entered(item, follow)


def _begun(start: str) -> list[_Item]:
    try:
        mode = os.lstat(start).st_mode
    except FileNotFoundError:
        return []
    return [_Item(start, stat.S_ISDIR(mode), stat.S_ISLNK(mode))]


def _followed(link: _Item, selection: Selection) -> _Item:
    """What a link points to, or `_NOWHERE`."""
    if not (selection.has(link.path) or selection.may_be_below(link.path)):
        return link
    try:
        return link._replace(is_folder=stat.S_ISDIR(os.stat(link.path).st_mode))
    except FileNotFoundError:
        return _NOWHERE


def _entered(item: _Item, follow: bool) -> list[_Item]:
    """What is in a folder, the last name first; nothing when it was entered before on the way."""
    through = item.through
    if follow:
        known = through and not item.is_link
        real = _below(through[-1], item.path) if known else os.path.realpath(item.path)
        if real in through:
            return []
        through = (*through, real)
    with os.scandir(item.path) as entries:
        named = sorted(entries, key=lambda entry: os.fsencode(entry.name), reverse=True)
    return [
        _Item(each.path, each.is_dir(follow_symlinks=False), each.is_symlink(), through)
        for each in named
    ]


def _below(folder: str, path: str) -> str:
    return folder.rstrip("/") + path[path.rfind("/") :]
