"""gradle.lockfile and pom.xml: what is locked or pinned in the world of Java."""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.formats.lockfiles.model import Locked, Wanted

_LOCKED = re.compile(r"^([^:#\s]+:[^:\s]+):([^=\s]+)=", re.MULTILINE)
_DEPENDENCY = re.compile(r"<(?:dependency|plugin)>((?:[^<]|<(?!/(?:dependency|plugin)>)){0,4000})")
_ARTIFACT = re.compile(r"<artifactId>\s*([^<\s]+)\s*</artifactId>")
_VERSION = re.compile(r"<version>\s*([^<\s]+)\s*</version>")
_DYNAMIC = re.compile(
    r"[\"'][\w.\-]+:[\w.\-]+:([^\"'\n]{0,40}(?:\+|latest\.\w+|[\[(][^\"'\n]{0,40}[\])]))[\"']"
)


def locked_gradle(lock: str) -> Iterator[Locked]:
    """The modules of a gradle.lockfile with their versions."""
    for name, version in _LOCKED.findall(lock):
        yield Locked(name, version)


def read_pom(text: str) -> Iterator[Wanted]:
    """The dependencies and plugins of a pom.xml that name a version."""
    for found in _DEPENDENCY.finditer(text):
        name, version = _ARTIFACT.search(found[1]), _VERSION.search(found[1])
        if name and version:
            start = found.start(1)
            yield Wanted(
                name[1], version[1], Span(start + version.start(1), start + version.end(1))
            )


def dynamic(text: str) -> Iterator[Wanted]:
    """The versions of a build.gradle(.kts) that move: `1.+`, `latest.release`, `[1,2)`."""
    for found in _DYNAMIC.finditer(text):
        module = found[0].strip("\"'").rpartition(":")[0]
        yield Wanted(module, found[1], Span(*found.span(1)))


def floats(version: str) -> bool:
    """Whether a version of Maven is a range or a name that moves."""
    return version[:1] in {"[", "("} or version in {"LATEST", "RELEASE"}
