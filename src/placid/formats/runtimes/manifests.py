"""What manifests demand of the runtime: engines, requires-python, go, ruby, php, rust-version."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from placid.base.yamltext import Scalar, Span
from placid.formats.jsontext import inside, read_json
from placid.formats.lockfiles.golang import read_go_mod
from placid.formats.lockfiles.packagejson import at
from placid.formats.lockfiles.ruby import read_gemfile
from placid.formats.runtimes.said import Said
from placid.formats.tomltext import read_toml
from placid.formats.versions import (
    Versions,
    composer,
    minimum,
    npm,
    poetry,
    prefix,
    python,
    ruby,
)


def _package_json(text: str) -> Iterator[Said]:
    if '"engines"' in text or '"volta"' in text:
        root = read_json(text)
        for route, read in ((("engines", "node"), npm), (("volta", "node"), prefix)):
            found = at(root, *route)
            if isinstance(found, Scalar) and isinstance(found.value, str):
                yield Said("node", found.text, inside(found), read(found.text))


def _pyproject(text: str) -> Iterator[Said]:
    toml = read_toml(text)
    if toml is None:
        return
    routes: tuple[tuple[tuple[str, ...], Callable[[str], Versions | None]], ...] = (
        (("project", "requires-python"), python),
        (("tool", "poetry", "dependencies", "python"), poetry),
    )
    for route, read in routes:
        value = toml.get(*route)
        if isinstance(value, str):
            yield Said("python", value, toml.value(*route) or Span(0, 0), read(value))


def _pipfile(text: str) -> Iterator[Said]:
    toml = read_toml(text)
    for key in ("python_version", "python_full_version"):
        value = toml.get("requires", key) if toml else None
        if toml and isinstance(value, str):
            span = toml.value("requires", key) or Span(0, 0)
            yield Said("python", value, span, prefix(value))


def _go_mod(text: str) -> Iterator[Said]:
    go = read_go_mod(text).go
    if go is not None:
        yield Said("go", go.range, go.span, minimum(go.range))


def _gemfile(text: str) -> Iterator[Said]:
    said = read_gemfile(text).ruby
    if said is not None and said.range:
        yield Said("ruby", said.range, said.span, ruby(said.range))


def _composer(text: str) -> Iterator[Said]:
    found = at(read_json(text), "require", "php")
    if isinstance(found, Scalar):
        yield Said("php", found.text, inside(found), composer(found.text))


def _cargo(text: str) -> Iterator[Said]:
    if "rust-version" not in text:
        return
    toml = read_toml(text)
    value = toml.get("package", "rust-version") if toml else None
    if toml and isinstance(value, str):
        span = toml.value("package", "rust-version") or Span(0, 0)
        yield Said("rust", value, span, minimum(value))


MANIFESTS: dict[str, Callable[[str], Iterator[Said]]] = {
    "package.json": _package_json,
    "pyproject.toml": _pyproject,
    "Pipfile": _pipfile,
    "go.mod": _go_mod,
    "Gemfile": _gemfile,
    "composer.json": _composer,
    "Cargo.toml": _cargo,
}


def manifest_said(name: str, text: str) -> tuple[Said, ...]:
    """What the manifest with this base name demands; () when it is none, or demands nothing."""
    return tuple(MANIFESTS[name](text)) if name in MANIFESTS else ()
