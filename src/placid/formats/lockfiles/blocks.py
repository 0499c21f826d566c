"""Lock files that are lists of `[[package]]`: found by their lines, since TOML is slow to parse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from placid.formats.lockfiles.model import Locked

_BLOCK = re.compile(r"^\[\[package\]\][ \t]*\r?\n", re.MULTILINE)
_NAME = re.compile(r"^name = \"([^\"\n]+)\"", re.MULTILINE)
_VERSION = re.compile(r"^version = \"([^\"\n]+)\"", re.MULTILINE)


def blocks(text: str) -> Iterator[str]:
    """The text of each `[[package]]`, to the next one."""
    starts = [found.start() for found in _BLOCK.finditer(text)]
    for start, end in pairwise([*starts, len(text)]):
        yield text[start:end]


def locked_blocks(text: str) -> Iterator[Locked]:
    """The packages with their versions."""
    for block in blocks(text):
        name, version = _NAME.search(block), _VERSION.search(block)
        if name:
            yield Locked(name[1], version[1] if version else "")
