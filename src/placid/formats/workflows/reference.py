"""What `uses:` names: an action or workflow of this repository, of another one, or an image.

./.github/actions/build            local, from the root of what is checked out
$/.github/actions/build            local, from where this file comes from
actions/checkout@v6                remote: owner/name[/path]@ref
docker://alpine:3.22               an image
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_VERSION = re.compile(r"v?(\d+)(?:\.\d+)*")


class Reference(msgspec.Struct, frozen=True):
    """`path` is the folder (or the workflow file) inside of the repository, or the image's name."""

    kind: Literal["local", "remote", "image"]
    path: str
    repository: str = ""
    ref: str = ""

    @property
    def pinned(self) -> bool:
        """Whether `ref` is a commit."""
        return bool(_COMMIT.fullmatch(self.ref))

    @property
    def major(self) -> int | None:
        """The major version that `ref` names, None for a branch or a commit."""
        found = None if self.pinned else _VERSION.fullmatch(self.ref)
        return int(found[1]) if found else None


def reference(uses: str) -> Reference | None:
    """Read the value of `uses`; None for what GitHub does not understand, or an expression."""
    if uses.startswith("docker://"):
        image = uses.removeprefix("docker://")
        return Reference("image", image) if image else None
    if uses.startswith(("./", ".\\", "$/")):
        return Reference("local", _inside(uses.removeprefix("$").replace("\\", "/")))
    name, at, ref = uses.partition("@")
    parts = name.replace("\\", "/").split("/")
    if not at or not ref or "@" in ref or len(parts) < 2 or not (parts[0] and parts[1]):
        return None
    path = "/".join(part for part in parts[2:] if part)
    return Reference("remote", path, f"{parts[0]}/{parts[1]}", ref)


def _inside(path: str) -> str:
    """A local path from the root, dots resolved as far as they go."""
    kept: list[str] = []
    for part in path.split("/"):
        if part == ".." and kept and kept[-1] != "..":
            kept.pop()
        elif part not in ("", "."):
            kept.append(part)
    return "/".join(kept)
