"""A repository in memory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from placid.core.audit.model import Repository
from placid.edge.schemas import kubernetes_definitions

TODAY = date(2026, 11, 23)


class Files:
    """audit.model.Tree over texts. Ignored is what is named, or by its name in a .gitignore."""

    def __init__(
        self, files: Mapping[str, str | bytes], ignored: frozenset[str] = frozenset()
    ) -> None:
        self.files = {
            name: text.encode() if isinstance(text, str) else text for name, text in files.items()
        }
        self._ignored = ignored

    def names(self) -> list[str]:
        return sorted(self.files)

    def read(self, name: str) -> bytes:
        return self.files.get(name, b"")

    def ignored(self, name: str) -> bool | None:
        lines = self.read(".gitignore").decode("utf-8", "replace").splitlines()
        return name in self._ignored or name.rpartition("/")[2] in lines


def repository(files: Mapping[str, str | bytes]) -> Repository:
    """A whole repository of these files, looked at on a fixed day."""
    return Repository(Files(files), TODAY, definitions=kubernetes_definitions)
