"""The name of a container image, taken apart: `registry/path:tag@digest`.

image("ghcr.io/acme/shop:1.2@sha256:...")  # registry "ghcr.io", path "acme/shop", tag "1.2"
image("python")                             # registry "docker.io", path "library/python", no tag
"""

from __future__ import annotations

import re
from typing import NamedTuple

_DIGEST = re.compile(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}\Z")
_PART = re.compile(r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*\Z")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\Z")


class Image(NamedTuple):
    """A reference: `name` is what was written before the tag; "" for no tag or digest."""

    name: str
    registry: str
    path: str
    tag: str
    digest: str

    @property
    def official(self) -> str:
        """`python` for Docker's own images of the library; "" for all others."""
        library = self.registry == "docker.io" and self.path.startswith("library/")
        return self.path.removeprefix("library/") if library else ""

    @property
    def floating(self) -> bool:
        """Whether it means another image tomorrow by plan: no tag, or `latest`."""
        return not self.digest and self.tag in {"", "latest"}


def image(reference: str) -> Image | None:
    """A reference taken apart; None when it is no valid one."""
    rest, _, digest = reference.partition("@")
    name, colon, tag = rest.rpartition(":")
    if not colon or "/" in tag:
        name, tag = rest, ""
    first, slash, path = name.partition("/")
    if not slash or not ("." in first or ":" in first or first == "localhost"):
        first, path = "docker.io", name if slash else f"library/{name}"
    if (digest and not _DIGEST.match(digest)) or (tag and not _TAG.match(tag)):
        return None
    if colon and not tag and "/" not in rest.rpartition(":")[2]:
        return None
    if len(name) > 255 or not all(_PART.match(part) for part in path.split("/")):
        return None
    return Image(name, first, path, tag, digest)
