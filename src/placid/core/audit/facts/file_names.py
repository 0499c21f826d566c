"""Files by their base name, so that rules need not go over all paths again."""

from __future__ import annotations

from collections.abc import Iterable

from placid.core.audit.model import Repository, fact


@fact
def by_name(repository: Repository) -> dict[str, list[str]]:
    """The paths of each base name, sorted."""
    found: dict[str, list[str]] = {}
    for path in repository.paths:
        found.setdefault(path.rpartition("/")[2], []).append(path)
    return found


def named(repository: Repository, names: Iterable[str]) -> list[str]:
    """The paths with one of these base names, sorted."""
    known = by_name(repository)
    return sorted(path for name in names for path in known.get(name, ()))
