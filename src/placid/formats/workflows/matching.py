"""Hold a YAML tree against a shape: unknown keys, wrong types, and expressions out of place.

The answers are GitHub's: a number or true where text is wanted becomes text, the reverse is
refused; keys are told apart without case but known by their exact spelling; `<<` merges nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Entry, Mapping, Node, Scalar, Sequence
from placid.formats.workflows.fault import Fault
from placid.formats.workflows.shapes import NOWHERE, Names, Shape, Table
from placid.formats.workflows.templates import (
    OPEN,
    condition_faults,
    inserts,
    literal,
    template_faults,
)

LARGEST = 100_000
"""The most values a file may have; GitHub has a limit of about this size."""


def match(source: str, node: Node, shape: Shape) -> list[Fault]:
    """Everything in which the tree of the text `source` departs from a shape."""
    if node.weight > LARGEST:
        return [Fault("The maximum allowed size of a file was exceeded", node.span)]
    return list(_Matching(source).match(node, shape, NOWHERE))


class _Matching:
    """One walk over the tree of `source`."""

    def __init__(self, source: str) -> None:
        self._source = source

    def match(self, node: Node, shape: Shape, around: Names) -> Iterator[Fault]:
        names = around if shape.names is None else shape.names
        if isinstance(node, Scalar):
            yield from self._scalar(node, shape, names)
        elif isinstance(node, Sequence):
            yield from self._sequence(node, shape, names)
        else:
            yield from self._mapping(node, shape, names)

    def _sequence(self, node: Sequence, shape: Shape, names: Names) -> Iterator[Fault]:
        item = shape if shape.anything else shape.items
        if item is None:
            yield Fault("A sequence was not expected", node.span)
            return
        for each in node.items:
            yield from self.match(each, item, names)

    def _scalar(self, node: Scalar, shape: Shape, names: Names) -> Iterator[Fault]:
        text = node.value if isinstance(node.value, str) else None
        if text and OPEN in text:
            faults = list(template_faults(self._source, node, names))
            if faults:
                yield from faults
                return
            text = literal(text)
            if text is None:
                if inserts(node.text):
                    yield Fault(f"Unexpected value '{node.text}'", node.span)
                elif not names:
                    yield Fault("A template expression is not allowed in this context", node.span)
                return
        if shape.condition:
            read = "" if node.value is None else text or node.text
            yield from condition_faults(self._source, node, read, names)
            return
        if not _fits(node, text, shape):
            shown = "" if node.value is None else node.text
            yield Fault(f"Unexpected value '{shown}'", node.span)

    def _mapping(self, node: Mapping, shape: Shape, names: Names) -> Iterator[Fault]:
        if shape.anything:
            for entry in written(node):
                yield from self.match(entry.value, shape, names)
            return
        if not shape.tables:
            yield Fault("A mapping was not expected", node.span)
            return
        tables = list(shape.tables)
        seen: set[str] = set()
        computed = False
        for entry in written(node):
            if OPEN in entry.key.text:
                computed = True
                yield from self._computed(entry, tables, names)
            elif entry.key.text.upper() in seen:
                yield Fault(f"'{entry.key.text}' is already defined", entry.key.span)
            else:
                seen.add(entry.key.text.upper())
                yield from self._entry(entry, tables, names)
        yield from _complete(node, tables, seen, computed)

    def _entry(self, entry: Entry, tables: list[Table], names: Names) -> Iterator[Fault]:
        """One key; `tables` keeps those that know it."""
        key = entry.key.text
        knowing = [each for each in tables if key in each.keys]
        rest = tables[0].rest
        if knowing:
            tables[:] = knowing
            yield from self.match(entry.value, knowing[0].keys[key], names)
        elif rest is None:
            yield Fault(f"Unexpected value '{key}'", entry.key.span)
        else:
            if not key:
                yield Fault("Unexpected value ''", entry.key.span)
            yield from self.match(entry.value, rest, names)

    def _computed(self, entry: Entry, tables: list[Table], names: Names) -> Iterator[Fault]:
        """A key that holds an expression."""
        faults = list(template_faults(self._source, entry.key, names))
        yield from faults
        if not faults and not names:
            yield Fault("A template expression is not allowed in this context", entry.key.span)
        elif not faults:
            rest = tables[0].rest
            known = tables[0].keys or rest is None
            shape = Shape(anything=True) if known or rest is None else rest
            yield from self.match(entry.value, shape, names)


def _fits(node: Scalar, text: str | None, shape: Shape) -> bool:
    value = node.value if text is None else text
    if shape.anything or shape.text:
        return True
    if value is None:
        return shape.null
    if isinstance(value, bool):
        same = shape.truth
    else:
        same = shape.number and isinstance(value, int | float)
    read = value if isinstance(value, str) else node.text
    return same or (shape.filled and bool(read)) or read in shape.words


def written(node: Mapping) -> Iterator[Entry]:
    """The entries of a mapping as they stand there: nothing merged, and `<<` a key like others."""
    for entry in node.entries:
        if not entry.merged:
            yield entry
    if node.merge is not None:
        yield node.merge


def _complete(
    node: Mapping, tables: list[Table], seen: set[str], computed: bool
) -> Iterator[Fault]:
    if len(tables) > 1:
        keys = [key for each in tables for key in each.keys]
        telling = ", ".join(sorted(key for key in keys if keys.count(key) == 1))
        yield Fault(
            "There's not enough info to determine what you meant. "
            f"Add one of these properties: {telling}",
            node.span,
        )
    elif not computed:
        for key in tables[0].keys:
            if key in tables[0].needed and key.upper() not in seen:
                yield Fault(f"Required property is missing: {key}", node.span)
