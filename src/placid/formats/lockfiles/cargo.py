"""Cargo.toml and Cargo.lock: what `cargo build --locked` would refuse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from placid.base.yamltext import Span
from placid.formats.lockfiles.blocks import locked_blocks
from placid.formats.lockfiles.model import Stale, Wanted
from placid.formats.tomltext import Toml, read_toml, strings, table
from placid.formats.versions import cargo, version

_SECTIONS = {"dependencies": "", "dev-dependencies": "dev", "build-dependencies": "build"}


@dataclass(frozen=True, slots=True)
class CargoToml:
    """One Cargo.toml; `wanted` has what comes from a registry or git, by its real name."""

    toml: Toml
    name: str
    wanted: tuple[Wanted, ...]
    members: tuple[str, ...]

    @property
    def workspace(self) -> bool:
        """Whether it is the root of a workspace."""
        return "workspace" in self.toml.root


def read_cargo(text: str) -> CargoToml | None:
    """Read it; None when it is no TOML."""
    toml = read_toml(text)
    if toml is None:
        return None
    routes = [(key,) for key in _SECTIONS]
    targets = [("target", target, key) for target in toml.table("target") for key in _SECTIONS]
    wanted = tuple(each for route in (*routes, *targets) for each in _wanted(toml, route))
    name = str(toml.get("package", "name") or "")
    return CargoToml(toml, name, wanted, tuple(strings(toml.get("workspace", "members"))))


def _wanted(toml: Toml, route: tuple[str, ...]) -> Iterator[Wanted]:
    for key, value in toml.table(*route).items():
        options = table(value)
        if "path" in options:
            continue
        name = str(options.get("package", key))
        range_ = value if isinstance(value, str) else str(options.get("version", ""))
        span = toml.key(*route, key) or Span(0, 0)
        yield Wanted(name, "" if "git" in options else range_, span, _SECTIONS[route[-1]])


def stale_cargo(manifest: CargoToml, lock: str) -> Iterator[Stale]:
    """Crates that are not in the lock, or there in versions that the manifest does not allow."""
    have: dict[str, list[str]] = {}
    for each in locked_blocks(lock):
        have.setdefault(each.name, []).append(each.version)
    if manifest.name and manifest.name not in have:
        span = manifest.toml.value("package", "name") or Span(0, 0)
        yield Stale(f"the package {manifest.name} is not in it", span, True)
        return
    patched = {name for source in manifest.toml.table("patch").values() for name in table(source)}
    shared = manifest.toml.table("workspace", "dependencies")
    for wanted in manifest.wanted:
        if wanted.name in patched or wanted.name in shared:
            continue
        if wanted.name not in have:
            yield Stale(f"{wanted.name} is not in it", wanted.span, True)
        elif not _one_allowed(wanted.range, have[wanted.name]):
            versions = ", ".join(have[wanted.name])
            yield Stale(f"{wanted.name} {versions} is not {wanted.range}", wanted.span, True)


def _one_allowed(range_: str, versions: list[str]) -> bool:
    allowed, read = cargo(range_), [version(each) for each in versions]
    if allowed is None or not range_:
        return True
    return any(each is None or each.stage or allowed.has(each) for each in read)
