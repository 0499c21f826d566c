"""pyproject.toml: PEP 621 and 735, Poetry, PDM and uv; and which tool keeps its lock file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from placid.base.yamltext import Span
from placid.formats.lockfiles.model import Wanted
from placid.formats.tomltext import Route, Toml, array, read_toml, strings, table

_REQUIREMENT = re.compile(
    r"\s*([A-Za-z0-9][\w.\-]*)\s*(?:\[[^\]]*\])?\s*([^;@]*)(@[^;]*)?(;.*)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class PyProject:
    """One pyproject.toml. `tool` is "poetry", "pdm", "uv" or "" when it does not show."""

    toml: Toml
    name: str
    tool: str
    wanted: tuple[Wanted, ...]

    @property
    def built(self) -> bool:
        """Whether it can be built into a package that others install."""
        root = self.toml
        if "package-mode" in root.table("tool", "poetry"):
            return root.get("tool", "poetry", "package-mode") is not False
        return bool(root.get("build-system")) and root.get("tool", "uv", "package") is not False


def read_pyproject(text: str) -> PyProject | None:
    """Read it; None when it is no TOML."""
    toml = read_toml(text)
    if toml is None:
        return None
    poetry = toml.table("tool", "poetry")
    name = toml.get("project", "name") or poetry.get("name")
    wanted = (*_standard(toml), *_poetry(toml))
    return PyProject(toml, str(name or ""), _tool(toml), wanted)


def canonical(name: str) -> str:
    """The name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement(text: str) -> tuple[str, str] | None:
    """The canonical name and the specifier of a PEP 508 requirement."""
    found = _REQUIREMENT.fullmatch(text) if len(text) < 2000 else None
    return (canonical(found[1]), found[2].strip("() ")) if found else None


def _tool(toml: Toml) -> str:
    tools = toml.table("tool")
    backend = str(toml.get("build-system", "build-backend") or "")
    if "poetry" in tools or backend.startswith("poetry"):
        return "poetry"
    if "pdm" in tools and backend.startswith("pdm"):
        return "pdm"
    return "uv" if "uv" in tools or backend.startswith("uv_build") else ""


def _standard(toml: Toml) -> Iterator[Wanted]:
    """`[project]` and `[dependency-groups]`."""
    places: list[tuple[str, Route]] = [("", ("project", "dependencies"))]
    places += [
        ("optional", ("project", "optional-dependencies", name))
        for name in toml.table("project", "optional-dependencies")
    ]
    places += [("dev", ("dependency-groups", name)) for name in toml.table("dependency-groups")]
    places += [("dev", ("tool", "uv", "dev-dependencies"))]
    places += [
        ("dev", ("tool", "pdm", "dev-dependencies", name))
        for name in toml.table("tool", "pdm", "dev-dependencies")
    ]
    for group, route in places:
        for each in strings(toml.get(*route)):
            read = requirement(each)
            span = toml.quoted(each, *route) or toml.value(*route) or Span(0, 0)
            if read:
                yield Wanted(read[0], read[1], span, group)


def _poetry(toml: Toml) -> Iterator[Wanted]:
    routes: list[tuple[str, Route]] = [("", ("dependencies",)), ("dev", ("dev-dependencies",))]
    routes += [
        ("dev", ("group", name, "dependencies")) for name in toml.table("tool", "poetry", "group")
    ]
    for group, tail in routes:
        route = ("tool", "poetry", *tail)
        for name, value in toml.table(*route).items():
            if name == "python":
                continue
            options = [table(each) for each in array(value)] or [table(value)]
            range_ = value if isinstance(value, str) else str(options[0].get("version", ""))
            span = toml.key(*route, name) or Span(0, 0)
            optional = any(each.get("optional") is True for each in options)
            yield Wanted(canonical(name), range_, span, "optional" if optional else group)
