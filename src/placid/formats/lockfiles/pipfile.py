"""Pipfile and Pipfile.lock: `pipenv install --deploy` refuses a lock that lacks a package."""

from __future__ import annotations

import json
from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.formats.lockfiles.model import Locked, Stale, Wanted
from placid.formats.lockfiles.pyproject import canonical
from placid.formats.tomltext import read_toml, table

_SECTIONS = {"packages": "", "dev-packages": "dev"}


def read_pipfile(text: str) -> tuple[Wanted, ...] | None:
    """What a Pipfile wants; None when it is no TOML."""
    toml = read_toml(text)
    if toml is None:
        return None
    return tuple(
        Wanted(canonical(name), _range(value), toml.key(section, name) or Span(0, 0), group)
        for section, group in _SECTIONS.items()
        for name, value in toml.table(section).items()
    )


def _range(value: object) -> str:
    return value if isinstance(value, str) else str(table(value).get("version", ""))


def locked_pipfile(lock: str) -> Iterator[Locked]:
    """The packages of a Pipfile.lock with their versions."""
    try:
        root = table(json.loads(lock))
    except (ValueError, RecursionError):
        return
    for section in ("default", "develop"):
        for name, entry in table(root.get(section)).items():
            yield Locked(canonical(name), _range(entry).removeprefix("=="))


def stale_pipfile(wanted: tuple[Wanted, ...], lock: str) -> Iterator[Stale]:
    """Packages that are wanted and not in the lock."""
    names = {each.name for each in locked_pipfile(lock)}
    for each in wanted:
        if names and each.name not in names:
            yield Stale(f"{each.name} is not in it", each.span, True)
