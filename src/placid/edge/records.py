"""What the local target keeps on disk, so that it survives the agent: small JSON files, renamed in.

`.placid/<env>/copies/<release>.<copy>.json` is one running copy, `releases/<release>.json` one wish
with its history of failures. A file that cannot be read counts as absent: looking at the processes
themselves (their environment names their release and copy) brings it back.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from placid.edge.processes import Identity

T = TypeVar("T")


class CopyRecord(msgspec.Struct, frozen=True):
    """One copy of a release; times are seconds since the epoch, 0 while they have not come.

    start  a random word in its environment, by which all it started is found
    began  started; ready: last probe was good; served: was ready once; log: size of its log then
    draining  told to go; terminated: SIGTERM was sent; container: name, "" for a plain process
    """

    copy: int
    release: str
    process: Identity
    port: int
    began: float
    start: str = ""
    log: int = 0
    ready: bool = False
    served: bool = False
    draining: float = 0.0
    terminated: float = 0.0
    container: str = ""


class Backoff(msgspec.Struct, frozen=True):
    """Crashes in a row of one copy number, and when it may be started again (epoch seconds)."""

    crashes: int = 0
    until: float = 0.0


class ReleaseRecord(msgspec.Struct, frozen=True):
    """What was last wished of a release, and what went wrong since it was scaled from zero."""

    release: str
    wanted: int = 0
    retiring: bool = False
    failures: int = 0
    trouble: str = ""
    backoff: dict[int, Backoff] = {}


def write(path: Path, data: bytes, mode: int = 0o600) -> bool:
    """Rename `data` into place when it differs from what is there; says whether it did."""
    try:
        if path.read_bytes() == data:
            return False
    except OSError:
        path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(data)
    os.replace(new, path)
    return True


class Shelf:
    """The records of one environment's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def log(self, release: str, copy: int) -> Path:
        """Where a copy's output goes."""
        return self.folder / "logs" / f"{release}.{copy}.log"

    def keep_copy(self, record: CopyRecord) -> None:
        write(self._copy(record.release, record.copy), msgspec.json.encode(record))

    def drop_copy(self, record: CopyRecord) -> None:
        self._copy(record.release, record.copy).unlink(missing_ok=True)

    def keep_release(self, record: ReleaseRecord) -> None:
        write(self._release(record.release), msgspec.json.encode(record))

    def drop_release(self, release: str) -> None:
        self._release(release).unlink(missing_ok=True)

    def copies(self) -> Iterator[CopyRecord]:
        for path in sorted((self.folder / "copies").glob("[!.]*.json")):
            if record := read(path, CopyRecord):
                yield record

    def releases(self) -> Iterator[ReleaseRecord]:
        for path in sorted((self.folder / "releases").glob("[!.]*.json")):
            if record := read(path, ReleaseRecord):
                yield record

    def _copy(self, release: str, copy: int) -> Path:
        return self.folder / "copies" / f"{release}.{copy}.json"

    def _release(self, release: str) -> Path:
        return self.folder / "releases" / f"{release}.json"


def read(path: Path, kind: type[T]) -> T | None:
    """The record in a file, or None when there is none that can be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError):
        return None
