"""Project files and packages.lock.json: what `dotnet restore --locked-mode` refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.formats.lockfiles.model import Locked, Stale, Wanted
from placid.formats.tomltext import table

_REFERENCE = re.compile(r"<PackageReference\s{1,20}Include=\"([\w.\-]+)\"([^<>]{0,500})>")
_VERSION = re.compile(r"Version=\"([^\"]*)\"")
_CONDITION = re.compile(r"<ItemGroup[^<>]{0,500}Condition=")


def read_project(text: str) -> tuple[Wanted, ...]:
    """The packages that a .csproj, .fsproj or .vbproj refers to without a condition."""
    if _CONDITION.search(text):
        return ()
    found: list[Wanted] = []
    for each in _REFERENCE.finditer(text):
        version = _VERSION.search(each[2])
        if "Condition=" not in each[2]:
            span = Span(each.start(), each.end())
            found.append(Wanted(each[1].lower(), version[1] if version else "", span))
    return tuple(found)


def locked_nuget(lock: str) -> Iterator[Locked]:
    """The packages of a packages.lock.json with their versions."""
    try:
        root = table(json.loads(lock.removeprefix("\ufeff")))
    except (ValueError, RecursionError):
        return
    for framework in table(root.get("dependencies")).values():
        for name, entry in table(framework).items():
            yield Locked(name.lower(), str(table(entry).get("resolved", "")))


def stale_nuget(wanted: tuple[Wanted, ...], lock: str) -> Iterator[Stale]:
    """Packages that are not in the lock."""
    names = {each.name for each in locked_nuget(lock)}
    for each in wanted:
        if names and each.name not in names:
            yield Stale(f"{each.name} is not in it", each.span, True)
