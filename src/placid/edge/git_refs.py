"""Whether a branch of a local repository may have moved, told without starting git.

A branch is a small file under `refs/heads`, a line in `packed-refs`, or a record of the reftable,
and git replaces each of them by a rename. While what is read here stays the same, so does the tip.
It is a reason not to ask; the answer always comes from git.
"""

from __future__ import annotations

from pathlib import Path

Look = tuple[bytes, tuple[tuple[int, int, int], ...]]


def look(folder: Path, branch: str) -> Look | None:
    """What the branch looks like in a git directory; None where only git itself can tell."""
    try:
        loose = _loose(folder / "refs/heads" / branch)
        shared = tuple(_stat(folder / name) for name in ("packed-refs", "reftable/tables.list"))
        (folder / "HEAD").stat()
    except OSError:
        return None
    if loose.startswith(b"ref:") or not (loose or any(map(any, shared))):
        return None
    return (loose, shared)


def _loose(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _stat(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return (0, 0, 0)
    return (found.st_ino, found.st_mtime_ns, found.st_size)
