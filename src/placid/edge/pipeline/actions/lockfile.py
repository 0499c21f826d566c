"""The lock file: which commit each action's ref stands for, one `owner/name@ref commit` a line.

The user commits it, and so every run takes the same code, whoever moves a tag. A pinned reference
needs no line. Lines are sorted, so that changes merge; empty lines and `#` comments are passed over
but not kept.
"""

from __future__ import annotations

import os
from pathlib import Path

from placid.base.errors import Problem
from placid.edge.pipeline.actions.checkouts.target import is_commit
from placid.edge.pipeline.actions.locking import alone

NAME = ".placid-actions.lock"


class LockFile:
    """The file at `path`; `guard` is a file that writers lock, outside of the repository."""

    def __init__(self, path: Path, guard: Path) -> None:
        self.path, self._guard = path, guard

    def get(self, name: str, ref: str) -> str:
        """The commit that `owner/name@ref` is locked to, "" when it is not."""
        return self._read().get(_key(name, ref), ("", ""))[1]

    def put(self, name: str, ref: str, commit: str) -> None:
        """Lock a ref to a commit; Problem when the file cannot be written."""
        with alone(self._guard):
            entries = self._read()
            known = entries.get(_key(name, ref))
            if known is not None and known[1] == commit:
                return
            entries[_key(name, ref)] = (f"{name}@{ref}", commit)
            lines = sorted(f"{use} {commit}\n" for use, commit in entries.values())
            self._write("".join(lines))

    def _write(self, text: str) -> None:
        fresh = self.path.with_name(f"{self.path.name}.{os.getpid()}.new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(text)
            fresh.replace(self.path)
        except OSError as error:
            fresh.unlink(missing_ok=True)
            raise Problem(
                f"the lock file of actions cannot be written: {error.strerror}",
                where=str(self.path),
                fix="make it writable, or pin the action to a commit",
            ) from error

    def _read(self) -> dict[str, tuple[str, str]]:
        """For each key the use as it is written, and the commit."""
        try:
            text = self.path.read_text()
        except FileNotFoundError:
            return {}
        found: dict[str, tuple[str, str]] = {}
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            use, _, commit = line.strip().rpartition(" ")
            name, at, ref = use.strip().partition("@")
            if not at or not is_commit(commit):
                raise Problem(
                    f"this is not `owner/name@ref commit`: {line!r}",
                    where=f"{self.path}:{number}",
                    fix="correct the line or remove it; the ref is then resolved anew",
                )
            found[_key(name, ref)] = (use.strip(), commit.lower())
        return found


def _key(name: str, ref: str) -> str:
    return f"{name.lower()}@{ref}"
