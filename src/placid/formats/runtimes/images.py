"""What the name of an image says of the language and the system in it.

Only images whose tags are known to be versions are read: Docker's own, and those of AWS Lambda,
distroless, dev containers, CircleCI, uv and Bitnami. All others may number themselves.
"""

from __future__ import annotations

import re

from placid.base.yamltext import Span
from placid.formats.images import image
from placid.formats.runtimes.said import Said, pinned

_LANGUAGES = {
    "python": "python",
    "node": "node",
    "golang": "go",
    "go": "go",
    "ruby": "ruby",
    "php": "php",
    "rust": "rust",
    "openjdk": "java",
    "java": "java",
    "eclipse-temurin": "java",
    "amazoncorretto": "java",
    "typescript-node": "node",
    "javascript-node": "node",
}
_OWNERS = re.compile(
    r"(?:library|docker/library|bitnami|cimg|lambda|devcontainers|vscode/devcontainers)/([a-z-]+)"
)
_LEADING = re.compile(r"v?(\d+(?:\.\d+){0,2})(?:u\d+|_\d+)?(?:[-.][\w.-]*)?")
_DEVCONTAINER = re.compile(r"(?:dev-)?(?:\d+(?:\.\d+){0,2}-)?(\d+(?:\.\d+){0,2})(?:-[a-z]+)?")
_IN_TAG = {
    "maven": re.compile(r".*(?:temurin|openjdk|jdk|corretto)-?(\d+)"),
    "gradle": re.compile(r".*(?:jdk|jre)(\d+)"),
}
_UV = re.compile(r"(?:[\d.]+-)?python(\d+\.\d+)")
_DISTROLESS = re.compile(r"distroless/(nodejs|java)(\d+)-debian\d+")
_SYSTEMS = {"debian": "debian", "ubuntu": "ubuntu", "alpine": "alpine", "centos": "centos"}
_DEBIANS = {"jessie": "8", "stretch": "9", "buster": "10", "bullseye": "11", "bookworm": "12"}
_UBUNTUS = {
    "trusty": "14.04",
    "xenial": "16.04",
    "bionic": "18.04",
    "focal": "20.04",
    "jammy": "22.04",
    "noble": "24.04",
}


def image_said(reference: str, span: Span) -> Said | None:
    """The language that an image brings; None when its name says nothing of one."""
    found = image(reference)
    if found is None:
        return None
    special = _special(found.path, found.tag)
    owned = _OWNERS.fullmatch(found.path)
    if special:
        runtime, text = special
    elif owned and owned[1] in _LANGUAGES:
        runtime, text = _LANGUAGES[owned[1]], _tagged(found.path, found.tag)
    else:
        return None
    return Said(runtime, text or found.tag or "latest", span, pinned(runtime, text))


def _tagged(path: str, tag: str) -> str:
    """The version in a tag, or the tag when it is a name."""
    pattern = _DEVCONTAINER if "devcontainers" in path else _LEADING
    found = pattern.fullmatch(tag)
    return found[1] if found else tag.partition("-")[0]


def _special(path: str, tag: str) -> tuple[str, str] | None:
    """Images with the version elsewhere: build tools of Java, uv, distroless."""
    tool = _IN_TAG.get(path.removeprefix("library/"))
    within = tool.match(tag) if tool else None
    distroless = _DISTROLESS.search(path)
    uv = _UV.match(tag) if path == "astral-sh/uv" else None
    if within:
        return "java", within[1]
    if distroless:
        return {"nodejs": "node"}.get(distroless[1], "java"), distroless[2]
    return ("python", uv[1]) if uv else None


def system_said(reference: str) -> tuple[str, str] | None:
    """The system of a base image with its version: ("alpine", "3.18"), also from a suffix."""
    found = image(reference)
    if found is None or not found.official or not found.tag:
        return None
    system = _SYSTEMS.get(found.official)
    if system:
        return _own_tag(system, found.tag)
    if found.official not in _LANGUAGES:
        return None
    alpine = re.search(r"-alpine(\d+\.\d+)\Z", found.tag)
    if alpine:
        return "alpine", alpine[1]
    for name, number in _DEBIANS.items():
        if re.search(rf"-{name}\Z", found.tag):
            return "debian", number
    return None


def _own_tag(system: str, tag: str) -> tuple[str, str] | None:
    name = re.split(r"[-.]", tag)[0]
    if name in _DEBIANS and system == "debian":
        return system, _DEBIANS[name]
    if name in _UBUNTUS and system == "ubuntu":
        return system, _UBUNTUS[name]
    number = re.match(r"(\d+(?:\.\d+)?)", tag)
    return (system, number[1]) if number else None
