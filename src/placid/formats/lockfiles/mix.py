"""mix.exs and mix.lock: what `mix deps.get --check-locked` refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.formats.lockfiles.model import Locked, Stale, Wanted

_DEPENDENCY = re.compile(
    r"^[ \t]*\{:(\w+),[ \t]*(?:\"([^\"\n]*)\"[ \t]*(?:,([^}\n]*))?)\}", re.MULTILINE
)
_LOCKED = re.compile(r"^[ \t]*\"(\w+)\": *\{:hex, *:\w+, *\"([^\"\n]+)\"", re.MULTILINE)
_NAMES = re.compile(r"^[ \t]*\"(\w+)\": *\{", re.MULTILINE)


def read_mix(text: str) -> tuple[Wanted, ...]:
    """The dependencies that a mix.exs lists, one on each line, with a version."""
    return tuple(
        Wanted(found[1], found[2], Span(found.start(1) - 2, found.end()))
        for found in _DEPENDENCY.finditer(text)
        if not re.search(r"\b(path|in_umbrella):", found[3] or "")
    )


def locked_mix(lock: str) -> Iterator[Locked]:
    """The packages of a mix.lock with their versions."""
    for name, version in _LOCKED.findall(lock):
        yield Locked(name, version)


def stale_mix(wanted: tuple[Wanted, ...], lock: str) -> Iterator[Stale]:
    """Packages that are not in the lock."""
    names = set(_NAMES.findall(lock))
    for each in wanted:
        if names and each.name not in names:
            yield Stale(f"{each.name} is not in it", each.span, True)
