"""Paths into a tar file and out again, by the machine's tar; compressed where zstd is installed.

Tar writes to a pipe and we to the file: when we are killed so is it. It takes the leading "/" and
".." off the names it reads, so nothing lands outside of the folder that it unpacks in.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from placid.base.errors import Problem
from placid.edge.pipeline.actions.programs import Outside

_CHANGED = 1  # a file changed while it was read: as GitHub's cache, take it
_ZSTD = ".zst"


def pack(outside: Outside, base: Path, names: Sequence[str], target: Path) -> Path:
    """Write the names, relative to `base`, to a tar file; its path, with the suffix it got.

    Problem when it cannot be written or something cannot be read."""
    fast = shutil.which("zstd") is not None
    path = target.with_name(target.name + ".tar" + (_ZSTD if fast else ""))
    squeeze = ("--use-compress-program=zstd -q -1 -T0",) if fast else ()
    argv = ("tar", *squeeze, "-cf", "-", "-C", str(base), "--null", "-T", "-")
    listed = b"\0".join(map(os.fsencode, names)) + b"\0"
    with path.open("xb", buffering=0) as file:
        ran = outside.run(
            argv, _environment(), stdin=listed, sink=lambda data: _put(file.fileno(), data)
        )
    if ran.code > _CHANGED:
        raise Problem(f"tar failed: {_said(ran.err)}", where=str(base))
    return path


def unpack(outside: Outside, path: Path, base: Path) -> None:
    """Put what a tar file holds below `base`, over what is there; Problem when it is broken."""
    squeezed = ("--use-compress-program=zstd -q -d",) if path.suffix == _ZSTD else ()
    argv = ("tar", *squeezed, "-xf", "-", "-C", str(base))
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        ran = outside.run(argv, _environment(), stdin=descriptor)
    finally:
        os.close(descriptor)
    if ran.code:
        raise Problem(f"tar failed: {_said(ran.err)}", where=str(path))


def _put(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}


def _said(err: str) -> str:
    return next((line for line in err.splitlines() if line.strip()), "it gave no reason")
