"""ports.pipeline.Actions: an action is placid's own doing, or fetched, or passed over."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from placid.base.errors import Problem
from placid.edge.pipeline.actions import native
from placid.edge.pipeline.actions.native import Settings
from placid.formats.workflows.reference import Reference
from placid.ports.pipeline import Done, Native, Use

if TYPE_CHECKING:
    from placid.edge.pipeline.actions.remote import Remote


class KnownActions:
    """The actions of the runs of one repository.

    repository  the user's clone; lock: the lock file; cache: where fetched actions are kept
    """

    def __init__(
        self,
        repository: Path,
        lock: Path,
        cache: Path,
        offline: bool = False,
        settings: Settings | None = None,
    ) -> None:
        wishes = settings or Settings()
        self.settings = wishes._replace(offline=offline or wishes.offline, cache=cache)
        self._repository, self._lock, self._cache = repository, lock, cache
        self._made: Remote | None = None

    def native(self, reference: Reference) -> Native | None:
        """placid's own doing of an action, None when it has none. A skipped one does nothing."""
        name = _name(reference)
        skipped = self.settings.skip
        if name in skipped or reference.repository.lower() in skipped:
            return _skip
        return native.find(name, self.settings) if reference.kind == "remote" else None

    def fetch(self, reference: Reference, into: Path, say: Callable[[str], None]) -> Path:
        """Its folder under `into`, at `<owner>/<name>/<ref>`; Problem when it cannot be had."""
        from placid.edge.pipeline.actions.copying import copy_tree  # noqa: PLC0415  not for all

        kept = self._remote.folder(reference, say)
        folder = into / reference.repository / reference.ref
        copy_tree(kept, folder)
        found = folder / reference.path
        if not (found.is_dir() and found.resolve().is_relative_to(folder.resolve())):
            raise Problem(
                f"there is no folder {reference.path!r} in {reference.repository}"
                f" at {reference.ref}",
                where=str(folder),
                fix="correct the path in `uses:`",
            )
        return found

    def workflow(self, reference: Reference) -> str:
        """The text of a reusable workflow of another repository."""
        folder = self._remote.folder(reference, lambda _: None)
        path = folder / reference.path
        try:
            path.resolve().relative_to(folder.resolve())  # it may be a link to anywhere
            return path.read_text(encoding="utf-8-sig")
        except (OSError, ValueError):
            raise Problem(
                f"there is no workflow {reference.path!r} in {reference.repository}"
                f" at {reference.ref}",
                where=str(path),
                fix="correct the path in `uses:`",
            ) from None

    @property
    def _remote(self) -> Remote:
        if self._made is None:
            from placid.edge.pipeline.actions.lockfile import LockFile  # noqa: PLC0415
            from placid.edge.pipeline.actions.remote import Remote  # noqa: PLC0415

            lock = LockFile(self._lock, self._cache / ".lock")
            self._made = Remote(self._repository, lock, self._cache, self.settings)
        return self._made


def default_cache(environ: Mapping[str, str]) -> Path:
    """Where actions are kept for this user."""
    home = Path(environ.get("HOME") or os.path.expanduser("~"))
    return Path(environ.get("XDG_CACHE_HOME") or home / ".cache") / "placid" / "actions"


def _name(reference: Reference) -> str:
    return "/".join(filter(None, (reference.repository, reference.path))).lower()


def _skip(use: Use) -> Done:
    """What is done instead of a skipped action."""
    name = _name(use.reference)
    use.say(f"::notice::{name} is skipped, as you asked (--skip-action)")
    return Done(differs=(f"{name} was skipped, as asked; its outputs are empty",))
