"""The definitions of the Kubernetes API, from the data of the `kubernetes-validate` package.

Only its files are read; its code is never imported.
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

_FOLDER = re.compile(r"v(\d+)\.(\d+)\.\d+-local-strict")


def kubernetes_versions() -> dict[tuple[int, int], Path]:
    """The files of definitions that are there, by version."""
    spec = find_spec("kubernetes_validate")
    roots = (spec.submodule_search_locations or []) if spec else []
    found: dict[tuple[int, int], Path] = {}
    for root in roots:
        for folder in Path(root, "kubernetes-json-schema").glob("v*"):
            if named := _FOLDER.fullmatch(folder.name):
                found[int(named[1]), int(named[2])] = folder / "_definitions.json"
    return found


def kubernetes_definitions(version: str = "") -> bytes | None:
    """The definitions of a version ("1.31"), the newest by default; None when not at hand."""
    versions = kubernetes_versions()
    if not versions:
        return None
    wanted = max(versions)
    if version:
        major, _, minor = version.removeprefix("v").partition(".")
        minor = minor.partition(".")[0]
        if not (major.isdecimal() and minor.isdecimal()):
            return None
        wanted = (int(major), int(minor))
    try:
        return versions[wanted].read_bytes() if wanted in versions else None
    except OSError:
        return None
