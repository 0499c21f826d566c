"""Manifests and lock files: any text is read, and each lock lists what it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placid.base.yamltext import Span
from placid.formats.lockfiles.blocks import locked_blocks
from placid.formats.lockfiles.bun import read_bun
from placid.formats.lockfiles.cargo import read_cargo, stale_cargo
from placid.formats.lockfiles.composer import locked_composer, stale_composer
from placid.formats.lockfiles.golang import locked_go, read_go_mod, stale_go
from placid.formats.lockfiles.gradle import dynamic, locked_gradle, read_pom
from placid.formats.lockfiles.mix import locked_mix, read_mix, stale_mix
from placid.formats.lockfiles.npm import read_npm
from placid.formats.lockfiles.nuget import locked_nuget, read_project, stale_nuget
from placid.formats.lockfiles.packagejson import overridden_name, read_package
from placid.formats.lockfiles.pipfile import locked_pipfile, read_pipfile, stale_pipfile
from placid.formats.lockfiles.pnpm import read_pnpm
from placid.formats.lockfiles.pyproject import read_pyproject, requirement
from placid.formats.lockfiles.pythonlocks import stale_pdm, stale_poetry, stale_uv
from placid.formats.lockfiles.requirements import read_requirements
from placid.formats.lockfiles.ruby import locked_gems, read_gemfile, stale_gems
from placid.formats.lockfiles.yarn import read_yarn
from placid.formats.runtimes import (
    MANIFESTS,
    VERSION_FILES,
    image_said,
    manifest_said,
    version_file_said,
)

NOTHING = frozenset[str]()


def _scripts(manifest: str, lock: str) -> None:
    package = read_package(manifest)
    for read in (read_npm, read_yarn, read_pnpm, read_bun):
        found = read(lock)
        if found is not None:
            list(found.locked())
            list(found.stale(package, "", NOTHING) if package else ())


def _pythons(manifest: str, lock: str) -> None:
    project = read_pyproject(manifest)
    if project is not None:
        list(stale_uv(project, lock, ""))
        list(stale_poetry(project, lock))
        list(stale_pdm(project, lock))
    wanted = read_pipfile(manifest)
    list(stale_pipfile(wanted or (), lock))
    read_requirements(manifest)


def _others(manifest: str, lock: str) -> None:
    cargo = read_cargo(manifest)
    list(stale_cargo(cargo, lock) if cargo else ())
    list(stale_go(read_go_mod(manifest), lock))
    list(stale_gems(read_gemfile(manifest), lock))
    list(stale_composer(manifest, lock))
    list(stale_mix(read_mix(manifest), lock))
    list(stale_nuget(read_project(manifest), lock))
    list(read_pom(manifest))
    list(dynamic(manifest))
    list(locked_gradle(lock))


CASES = Path(__file__).parent.parent / "audit/cases/dependencies"
PIECES = st.sampled_from(
    [
        line
        for case in sorted(CASES.glob("stale-lock*.case"))
        for line in case.read_text().split("\n")
    ]
)
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(PIECES, max_size=12).map("\n".join),
    st.text('{}[]":,=@.\n\t 1a'),
)


@given(st.sampled_from([_scripts, _pythons, _others]), TEXTS, TEXTS)
def test_any_text_is_read(read: Callable[[str, str], None], manifest: str, lock: str) -> None:
    read(manifest, lock)


@given(st.sampled_from(sorted((*MANIFESTS, *VERSION_FILES))), TEXTS)
def test_any_text_is_asked_for_a_runtime(name: str, text: str) -> None:
    for each in (*manifest_said(name, text), *version_file_said(name, text)):
        assert 0 <= each.span.start <= each.span.end <= len(text)


LISTS: list[tuple[Callable[[str], Iterable[tuple[str, str]]], str]] = [
    (locked_blocks, '[[package]]\nname = "a"\nversion = "1.0"\n'),
    (locked_composer, '{"packages": [{"name": "A", "version": "1.0"}]}'),
    (locked_go, "a 1.0 h1:x\na 1.0/go.mod h1:y\n"),
    (locked_mix, '  "a": {:hex, :a, "1.0", "x"},\n'),
    (locked_nuget, '{"dependencies": {"net8.0": {"A": {"resolved": "1.0"}}}}'),
    (locked_pipfile, '{"default": {"a": {"version": "==1.0"}}}'),
    (locked_gems, "GEM\n  specs:\n    a (1.0)\n      b (~> 2)\n"),
    (
        lambda text: lock.locked() if (lock := read_npm(text)) else (),
        '{"lockfileVersion": 3, "packages": {"": {}, "x/node_modules/a": {"version": "1.0"}}}',
    ),
    (
        lambda text: lock.locked() if (lock := read_yarn(text)) else (),
        '# yarn lockfile v1\n\n\na@^1:\n  version "1.0"\n',
    ),
    (
        lambda text: lock.locked() if (lock := read_pnpm(text)) else (),
        "lockfileVersion: '9.0'\n\npackages:\n\n  a@1.0:\n    x: y\n",
    ),
    (
        lambda text: lock.locked() if (lock := read_bun(text)) else (),
        '{"lockfileVersion": 1, "workspaces": {},\n  "packages": {\n    "a": ["a@1.0"],\n  }\n}',
    ),
]


@pytest.mark.parametrize(("read", "text"), LISTS)
def test_locks_list_what_they_hold(
    read: Callable[[str], Iterable[tuple[str, str]]], text: str
) -> None:
    assert [tuple(each) for each in read(text)] == [("a", "1.0")]


def test_gradle_lists_modules() -> None:
    assert list(locked_gradle("# x\na:b:1.0=compileClasspath\n")) == [("a:b", "1.0")]


@pytest.mark.parametrize(
    ("key", "name"),
    [("a", "a"), ("@b/c@^1", "@b/c"), ("a>@b/c", "@b/c"), ("**/d", "d"), ("x/y", "y")],
)
def test_overridden_names(key: str, name: str) -> None:
    assert overridden_name(key) == name


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Flask_Login[a,b] >=1,<2 ; python_version > '3'", ("flask-login", ">=1,<2")),
        ("a", ("a", "")),
        ("a @ https://x/y.whl", ("a", "")),
        ("-e .", None),
    ],
)
def test_requirements(text: str, read: tuple[str, str] | None) -> None:
    assert requirement(text) == read


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("python:3.12-slim", ("python", "3.12")),
        ("node:lts-alpine", ("node", "lts")),
        ("node:iron", ("node", "iron")),
        ("public.ecr.aws/docker/library/golang:1.24", ("go", "1.24")),
        ("ghcr.io/astral-sh/uv:python3.12-bookworm", ("python", "3.12")),
        ("maven:3.9-eclipse-temurin-21", ("java", "21")),
        ("gcr.io/distroless/nodejs22-debian12", ("node", "22")),
        ("mcr.microsoft.com/devcontainers/python:1-3.12-bookworm", ("python", "3.12")),
        ("eclipse-temurin:17.0.2_8-jdk", ("java", "17.0.2")),
        ("acme/python:1.0", None),
        ("python@sha256:" + "0" * 64, ("python", "latest")),
    ],
)
def test_images(reference: str, said: tuple[str, str] | None) -> None:
    found = image_said(reference, Span(0, 0))
    assert (found and (found.runtime, found.text)) == said


PIECE = ["\n", "a.", "{:a, ", '<PackageReference Include="a" ', "<ItemGroup "]


@pytest.mark.parametrize("piece", PIECE)
def test_long_garbage_takes_no_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    begun = perf_counter()
    _others(text, text)
    _pythons(text, text)
    assert perf_counter() - begun < 5
