"""The releases that are kept, and the clearing away of those that are not.

A release is `.placid/releases/<id>/`: release.json (its Manifest; may hold secrets, so mode 0600)
and config/, copies of its config files. Its tree lies under `.placid/builds/<commit>/`, maybe
shared with another release of that commit. Removing goes from the name to the thing: first
release.json, so a release that is half removed is none.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from placid.base.errors import Problem
from placid.edge.build_tree import remove, remove_tree
from placid.edge.files import exclusive, is_locked, write_whole
from placid.edge.git_mirror import Mirror
from placid.edge.images import builder
from placid.ports import Manifest

_ID = re.compile(r"[0-9a-f]{10}-[0-9a-f]{6}")


class Shelf:
    """Releases and build folders under `home` (`.placid`); `keep` of the newest stay."""

    def __init__(self, home: Path, mirror: Mirror, keep: int) -> None:
        self.mirror, self.keep = mirror, keep
        self.builds, self.releases = home / "builds", home / "releases"

    def place(self, commit: str) -> Path:
        """The folder of a commit's build."""
        if not re.fullmatch(r"[0-9a-f]{40,64}", commit):
            raise ValueError(f"not a full commit id: {commit!r}")
        return self.builds / commit

    def has(self, release: str) -> bool:
        """Whether the release can be run from here."""
        return self._file(release).exists()

    def put(self, manifest: Manifest, config: Mapping[str, bytes]) -> None:
        """Keep a release: its config files first, its manifest last."""
        folder = self._file(manifest.release.id).parent
        for name, data in config.items():
            path = folder / "config" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, data)
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        write_whole(self._file(manifest.release.id), msgspec.json.encode(manifest))

    def manifest(self, release: str) -> Manifest:
        """The manifest of a release; Problem when there is none."""
        file = self._file(release)
        try:
            return msgspec.json.decode(file.read_bytes(), type=Manifest)
        except FileNotFoundError:
            raise Problem(
                f"the release {release} is not kept on this machine any more",
                where=str(file),
                fix=f"deploy its commit again: placid deploy {release[:10]}",
            ) from None
        except msgspec.DecodeError as error:
            raise Problem(
                f"the record of the release {release} cannot be read: {error}",
                where=str(file),
                fix="remove that file and deploy its commit again",
            ) from None

    async def prune(self, keep: frozenset[str]) -> None:
        """Remove all but the newest releases and those named, then trees that nobody needs."""
        found = sorted(self.releases.glob("*/release.json"), key=_age)
        staying = {file.parent.name for file in found[: self.keep]} | keep
        images = {self._image(file) for file in found if file.parent.name in staying}
        for file in found:
            if file.parent.name not in staying:
                image = self._image(file)
                file.unlink(missing_ok=True)
                await remove(file.parent)
                if image and image not in images:
                    await _remove_image(image)
        needed = [Path(manifest.folder) for manifest in map(self._known, staying) if manifest]
        places = sorted(self.builds.glob("*/lock"), key=_age)
        unneeded = 0
        for lock in places:
            used = any(folder.is_relative_to(lock.parent) for folder in needed)
            unneeded += not used
            if not is_locked(lock):
                await self._clear(lock, needed, whole=not used and unneeded > self.keep)

    async def _clear(self, lock: Path, needed: list[Path], whole: bool) -> None:
        """Remove unneeded trees beside a lock; `whole`: the log and the result, too."""
        async with exclusive(lock):
            for tree in lock.parent.glob("tree*"):
                if tree.is_dir() and not any(f.is_relative_to(tree) for f in needed):
                    tree.with_name(f"{tree.name}.json").unlink(missing_ok=True)
                    await remove_tree(self.mirror, tree)
            if whole:
                await remove(lock.parent)

    def _known(self, release: str) -> Manifest | None:
        with suppress(Problem):
            return self.manifest(release)
        return None

    def _image(self, file: Path) -> str:
        manifest = self._known(file.parent.name)
        return manifest.image if manifest else ""

    def _file(self, release: str) -> Path:
        if not _ID.fullmatch(release):
            raise Problem(
                f"{release!r} is no release",
                fix="a release looks like 0123456789-abcdef; placid status lists them",
            )
        return self.releases / release / "release.json"


def _age(path: Path) -> int:
    """Sorts the newest first."""
    with suppress(OSError):
        return -path.stat().st_mtime_ns
    return 0


async def _remove_image(image: str) -> None:
    """Give the disk space of an image back; one that is in use stays, and nothing breaks."""
    with suppress(Problem, OSError):
        null = asyncio.subprocess.DEVNULL
        program = builder(os.environ.get("PATH", os.defpath))
        process = await asyncio.create_subprocess_exec(
            program, "rmi", image, stdin=null, stdout=null, stderr=null
        )
        await process.wait()
