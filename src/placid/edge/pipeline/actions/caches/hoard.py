"""The folder that keeps caches, shared by all runs of a repository on this machine.

    .lock            held while entries come and go
    saving/<hash>    held by whoever saves a cache of that key, scope and version
    .new-<hash>/     being written; when nobody holds saving/<hash> its writer is dead
    <time>-<hash>/   an entry: entry.json and its archives; its mtime is when it was last used

An entry appears by one rename, whole. When the room is used up the ones that were not used for the
longest go. A reader has its archive open, and does not mind.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from placid.base.errors import Problem
from placid.edge.pipeline.actions.caches.archive import pack, unpack
from placid.edge.pipeline.actions.caches.entry import Entry
from placid.edge.pipeline.actions.caches.keys import Wanted
from placid.edge.pipeline.actions.locking import alone, take
from placid.edge.pipeline.actions.programs import Outside
from placid.ports.pipeline import Layout

_FACTS = "entry.json"
_NEW = ".new-"


class Hoard:
    """The caches below the folder that outlives runs; `room` is in bytes."""

    def __init__(self, kept: Path, room: int) -> None:
        self.folder = kept / "caches"
        self._room = room

    def entries(self) -> list[Entry]:
        """All caches; an entry that cannot be read is none."""
        found: list[Entry] = []
        for facts in self.folder.glob(f"[0-9]*/{_FACTS}"):
            try:
                entry = msgspec.json.decode(facts.read_bytes(), type=Entry)
            except (OSError, msgspec.MsgspecError):
                continue
            found.append(msgspec.structs.replace(entry, folder=facts.parent.name))
        return found

    def restore(self, entry: Entry, layout: Layout, outside: Outside) -> None:
        """Put a cache's files where they were; Problem when it is broken, and it is dropped."""
        folder = self.folder / entry.folder
        os.utime(folder)
        try:
            for base, name in entry.archives:
                top = Path("/") if base == "/" else layout.root
                unpack(outside, folder / Path(name).name, top)
        except Problem:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def save(
        self, want: Wanted, paths: Sequence[str], layout: Layout, outside: Outside
    ) -> Entry | None:
        """Keep paths under the key, in the run's own scope; None when the key is taken there.

        Problem when they cannot be read, or the disk is full."""
        scope = want.scopes[0]
        mark = _hash(want.key, want.version, scope)
        (self.folder / "saving").mkdir(parents=True, exist_ok=True)
        holding = take(self.folder / "saving" / mark)
        if holding is None:
            return None
        fresh = self.folder / f"{_NEW}{mark}"
        try:
            if self._taken(want, scope):
                return None
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir()
            archives = [
                (base, pack(outside, Path(top), names, fresh / file).name)
                for base, top, names, file in _parts(paths, layout)
            ]
            return self._list(want, fresh, tuple(archives))
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
            os.close(holding)

    def _taken(self, want: Wanted, scope: str) -> bool:
        same = (want.key, want.version, scope)
        return any((one.key, one.version, one.scope) == same for one in self.entries())

    def _list(self, want: Wanted, fresh: Path, archives: tuple[tuple[str, str], ...]) -> Entry:
        size = sum((fresh / name).stat().st_size for _, name in archives)
        now = time.time_ns()
        entry = Entry(want.key, want.version, want.scopes[0], now, size, archives)
        (fresh / _FACTS).write_bytes(msgspec.json.encode(entry))
        with alone(self.folder / ".lock"):
            made = self.folder / f"{now}-{fresh.name.removeprefix(_NEW)}"
            fresh.rename(made)
            self._tidy()
            self._evict(made.name)
        return entry

    def _tidy(self) -> None:
        """Remove what killed savers began, and the marks nobody holds."""
        for mark in (self.folder / "saving").iterdir():
            holding = take(mark)
            if holding is not None:
                shutil.rmtree(self.folder / f"{_NEW}{mark.name}", ignore_errors=True)
                mark.unlink(missing_ok=True)
                os.close(holding)

    def _evict(self, newest: str) -> None:
        """Make room, the longest unused first; never the one that just came."""
        entries = [(self._used(entry), entry) for entry in self.entries()]
        taken = sum(entry.size for _, entry in entries)
        for _, entry in sorted(entries, key=lambda pair: pair[0]):
            if taken <= self._room:
                return
            if entry.folder != newest:
                shutil.rmtree(self.folder / entry.folder, ignore_errors=True)
                taken -= entry.size

    def _used(self, entry: Entry) -> int:
        try:
            return (self.folder / entry.folder).stat().st_mtime_ns
        except FileNotFoundError:
            return 0


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _parts(paths: Sequence[str], layout: Layout) -> list[tuple[str, str, list[str], str]]:
    """The paths below the job's folder, which lies elsewhere each time, and the others."""
    root = os.path.abspath(layout.root)
    # A link to a folder (the home's .cache may be one) stands for what is in it.
    whole = [
        f"{path}/." if os.path.islink(path) and os.path.isdir(path) else path for path in paths
    ]
    inner = [path[len(root) + 1 :] for path in whole if path.startswith(f"{root}/")]
    outer = [path.lstrip("/") for path in whole if not path.startswith(f"{root}/")]
    parts = [("root", root, inner, "root"), ("/", "/", outer, "absolute")]
    return [part for part in parts if part[2]]
