"""References to container images: `registry/path/name:tag@digest`."""

from __future__ import annotations

import re
from typing import NamedTuple

_DIGEST = re.compile(r"[A-Za-z][A-Za-z0-9]*([+._-][A-Za-z0-9]+)*:[0-9a-fA-F]{32,128}")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_PART = re.compile(r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*")
_HOST = re.compile(r"([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(:[0-9]{1,5})?")


class Image(NamedTuple):
    """name with its registry; tag and digest are "" when there is none."""

    name: str
    tag: str
    digest: str

    @property
    def floats(self) -> bool:
        """Whether the same text can be another image tomorrow: no tag, or `latest`."""
        return not self.digest and self.tag in ("", "latest")


def image(text: str) -> Image:
    """The parts of a reference, valid or not."""
    name, _, digest = text.partition("@")
    head, colon, tag = name.rpartition(":")
    if colon and "/" not in tag:
        return Image(head, tag, digest)
    return Image(name, "", digest)


def is_reference(text: str) -> bool:
    """Whether a container runtime takes `text` as a reference."""
    found = image(text)
    if len(text) > 600 or ("@" in text and not _DIGEST.fullmatch(found.digest)):
        return False
    if text.partition("@")[0].endswith(":") or (found.tag and not _TAG.fullmatch(found.tag)):
        return False
    first, slash, rest = found.name.partition("/")
    is_host = slash and ("." in first or ":" in first or first == "localhost")
    if is_host and not _HOST.fullmatch(first):
        return False
    parts = (rest if is_host else found.name).split("/")
    return all(_PART.fullmatch(part) for part in parts)
