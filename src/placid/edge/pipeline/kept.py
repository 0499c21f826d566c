"""Workflows that were read and found valid before: their trees, kept beside their texts.

Reading YAML and holding it against GitHub's schema takes longer than ten steps, and the same file
runs again and again. What is kept counts only for exactly the same text, and for the placid that
wrote it. `marshal` reads values only, so that a file that somebody put there can do no more than
not be understood.
"""

from __future__ import annotations

import marshal
from pathlib import Path
from typing import Any

from placid import __version__
from placid.base.yamltext.nodes import Entry, Mapping, Node, Scalar, Sequence, Span


class KeptWorkflows:
    """The trees of valid workflows, one file for each path in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, path: str, text: str) -> Node | None:
        """The tree of a text that is known to be valid."""
        try:
            version, known, tree = marshal.loads(self._file(path).read_bytes())
            if (version, known) == (__version__, text):
                return _thawed(tree)
        except (OSError, ValueError, EOFError, TypeError, IndexError):
            pass
        return None

    def put(self, path: str, text: str, root: Node) -> None:
        """Keep the tree of a valid text; another one's that cannot be written is no loss."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = self._file(path)
            whole = file.with_suffix(".part")
            whole.write_bytes(marshal.dumps((__version__, text, _frozen(root))))
            whole.replace(file)
        except (OSError, ValueError):
            return

    def _file(self, path: str) -> Path:
        name = "".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in path)
        return self._folder / f"{name[-100:]}.tree"


def _frozen(node: Node) -> tuple[Any, ...]:
    if isinstance(node, Scalar):
        return (0, *node.span, *node[1:])
    if isinstance(node, Sequence):
        return (1, *node.span, tuple(map(_frozen, node.items)), *node[2:])
    entries = tuple(map(_frozen_entry, node.entries))
    merge = _frozen_entry(node.merge) if node.merge is not None else None
    return (2, *node.span, entries, *node[2:-1], merge)


def _frozen_entry(entry: Entry) -> tuple[Any, ...]:
    return (_frozen(entry.key), _frozen(entry.value), entry.merged)


def _thawed(tree: tuple[Any, ...]) -> Node:
    kind, start, end, first, *rest = tree
    span = Span(start, end)
    if kind == 0:
        return Scalar(span, first, *rest)
    if kind == 1:
        return Sequence(span, tuple(map(_thawed, first)), *rest)
    *plain, merge = rest
    entries = tuple(map(_thawed_entry, first))
    known = _thawed_entry(merge) if merge is not None else None
    return Mapping(span, entries, *plain)._replace(merge=known)


def _thawed_entry(entry: tuple[Any, ...]) -> Entry:
    key, value, merged = entry
    name = _thawed(key)
    if not isinstance(name, Scalar):
        raise ValueError("a key is a single value")
    return Entry(name, _thawed(value), merged)
