"""The ops of `placid conform` that a workflow's trigger and keys rest on: pathfilter, hashfiles."""

from __future__ import annotations

import msgspec


class _PathFilterLine(msgspec.Struct):
    """The op `pathfilter`: no patterns at all let everything through."""

    patterns: list[str]
    paths: list[str]


class _HashFilesLine(msgspec.Struct):
    """The op `hashfiles`: the patterns as given to hashFiles, relative to `root`."""

    patterns: list[str]
    root: str


_path_filter_line = msgspec.json.Decoder(_PathFilterLine)
_hash_files_line = msgspec.json.Decoder(_HashFilesLine)


def path_filter(line: str) -> object:
    from placid.formats.workflows.filters import Filter

    asked = _path_filter_line.decode(line)
    return {"value": not asked.patterns or Filter(asked.patterns).chooses_any(asked.paths)}


def hash_files(line: str) -> object:
    from pathlib import Path

    from placid.edge.pipeline.hashing import hash_files

    asked = _hash_files_line.decode(line)
    return {"value": hash_files(asked.patterns, Path(asked.root))}
