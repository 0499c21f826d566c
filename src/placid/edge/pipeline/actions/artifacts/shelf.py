"""Where a run's artifacts are kept: `<shared>/<name>/` with their files as they are.

    .new-<process>-<n> --whole--> <name>     then it is listed in index.json

An artifact is there when the index lists it, so a killed upload leaves none. Uploads at once are
in each other's way only for the moment of listing. A name is taken once in a run, but a job that
begins anew (it was killed, or is run again) takes back what it uploaded then. Like the zip archives
of GitHub, this keeps no modes: every file comes back as 0644.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

import msgspec

from placid.base.errors import Problem
from placid.edge.pipeline.actions.artifacts.naming import check_name, check_path, folder_name
from placid.edge.pipeline.actions.locking import alone

_PIECE = 1 << 20
_NEW = ".new-"
_count = itertools.count()
_ERA = f"{os.getpid()}-{time.time_ns()}"


class Artifact(msgspec.Struct, frozen=True):
    """An artifact: `folder` is its name below the shelf, `size` in bytes.

    maker  the job that uploaded it; era: the process of placid that ran the job
    """

    id: int
    name: str
    folder: str
    size: int
    digest: str
    maker: str = ""
    era: str = ""


class _Index(msgspec.Struct):
    next: int = 1
    artifacts: list[Artifact] = []


class Shelf:
    """The artifacts of one run, below the folder that its jobs share; `maker` is one job."""

    def __init__(self, shared: Path, maker: str = "", era: str = _ERA) -> None:
        self.folder = shared
        self._maker, self._era = maker, era
        self._list = self.folder / "index.json"

    def listed(self) -> list[Artifact]:
        """All artifacts, the oldest first."""
        return self._read().artifacts

    def put(self, name: str, files: Iterable[tuple[str, str]], overwrite: bool) -> Artifact:
        """Keep copies of files (path, path in the artifact); Problem when the name is taken."""
        check_name(name)
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.folder / f"{_NEW}{os.getpid()}-{next(_count)}"
        fresh.mkdir()
        try:
            size, digest = _copy_all(files, fresh)
            return self._list_it(name, fresh, (size, digest), overwrite)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def add(self, name: str, files: Iterable[tuple[str, str]]) -> Artifact:
        """Put files into an artifact that may exist, as version 3 did; the last one of a name
        wins."""
        with alone(self.folder / ".adding"):
            known = next((one for one in self.listed() if one.name == name), None)
            before = self.files(known) if known is not None else ()
            merged = {inner: path for path, inner in (*before, *files)}
            both = [(path, inner) for inner, path in merged.items()]
            return self.put(name, both, overwrite=True)

    def files(self, artifact: Artifact) -> list[tuple[str, str]]:
        """The files of an artifact, each with its path in it."""
        top = self.folder / artifact.folder
        found: list[tuple[str, str]] = []
        for folder, _, names in os.walk(top):
            paths = [os.path.join(folder, name) for name in names]
            found += [(path, os.path.relpath(path, top)) for path in paths]
        return sorted(found)

    def take(self, artifact: Artifact, into: Path) -> None:
        """Put copies of an artifact's files into a folder, over what is there."""
        into.mkdir(parents=True, exist_ok=True)
        _copy_all(self.files(artifact), into)

    def drop(self, name: str) -> None:
        """Remove an artifact, if there is one."""
        with alone(self.folder / ".lock"):
            index = self._read()
            for one in index.artifacts:
                if one.name == name:
                    shutil.rmtree(self.folder / one.folder, ignore_errors=True)
            index.artifacts = [one for one in index.artifacts if one.name != name]
            self._write(index)

    def _list_it(self, name: str, fresh: Path, what: tuple[int, str], overwrite: bool) -> Artifact:
        with alone(self.folder / ".lock"):
            index = self._read()
            taken = [one for one in index.artifacts if one.name == name]
            if not overwrite and not all(map(self._is_of_before, taken)):
                raise Problem(
                    "Failed to CreateArtifact: Received non-retryable error: Failed request: (409)"
                    " Conflict: an artifact with this name already exists on the workflow run",
                    fix="give it another name, or set `overwrite: true`",
                )
            who = (self._maker, self._era)
            made = Artifact(index.next, name, folder_name(name), *what, *who)
            shutil.rmtree(self.folder / made.folder, ignore_errors=True)
            fresh.rename(self.folder / made.folder)
            kept = [one for one in index.artifacts if one.name != name]
            self._write(_Index(index.next + 1, [*kept, made]))
            self._tidy()
            return made

    def _is_of_before(self, artifact: Artifact) -> bool:
        """Whether this very job made it when it was tried before."""
        return artifact.maker == self._maker and artifact.era != self._era

    def _tidy(self) -> None:
        """Remove what killed processes began."""
        for left in self.folder.glob(f"{_NEW}*"):
            process = left.name.removeprefix(_NEW).partition("-")[0]
            if process.isdigit() and not Path("/proc", process).exists():
                shutil.rmtree(left, ignore_errors=True)

    def _read(self) -> _Index:
        try:
            return msgspec.json.decode(self._list.read_bytes(), type=_Index)
        except FileNotFoundError:
            return _Index()

    def _write(self, index: _Index) -> None:
        fresh = self._list.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(index))
        fresh.replace(self._list)


def _copy_all(files: Iterable[tuple[str, str]], into: Path) -> tuple[int, str]:
    """Copy files to their paths below a folder; the size of all, and a hash over all."""
    whole, size = hashlib.sha256(), 0
    made: set[str] = set()
    for source, inner in files:
        check_path(inner)
        target = os.path.join(into, inner)
        parent = os.path.dirname(target)
        if parent not in made:
            os.makedirs(parent, exist_ok=True)
            made.add(parent)
        one, length = _copy(source, target)
        whole.update(inner.encode(errors="surrogateescape") + b"\0" + one)
        size += length
    return size, whole.hexdigest()


def _copy(source: str, target: str) -> tuple[bytes, int]:
    """Copy a file's content; its hash and size."""
    if os.path.lexists(target):
        os.unlink(target)
    digest, length = hashlib.sha256(), 0
    reading = os.open(source, os.O_RDONLY | os.O_CLOEXEC)
    try:
        writing = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        try:
            while piece := os.read(reading, _PIECE):
                digest.update(piece)
                _write_all(writing, piece)
                length += len(piece)
        finally:
            os.close(writing)
    finally:
        os.close(reading)
    return digest.digest(), length


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
