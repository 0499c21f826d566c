"""One kept cache: what its `entry.json` says."""

from __future__ import annotations

import msgspec


class Entry(msgspec.Struct, frozen=True):
    """A cache. `created` in nanoseconds since 1970; `size` in bytes; `folder` is its name.

    archives  (base, file): "root" for paths below the job's folder, "/" for absolute ones
    """

    key: str
    version: str
    scope: str
    created: int
    size: int
    archives: tuple[tuple[str, str], ...]
    folder: str = ""
