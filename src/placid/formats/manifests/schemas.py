"""What Kubernetes says an object may hold, by version, and where an object does not.

The definitions are the API's own, as `kubernetes-validate` carries them: `_definitions.json` of one
version, strict. They use a small part of JSON Schema, which is judged here on the tree itself, so
that every fault has its exact place. A value that a tool will still write (`${REPLICAS}`) fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cached_property
from typing import NamedTuple

import msgspec

from placid.base.yamltext import Entry, Mapping, Node, Scalar, Sequence, Span
from placid.formats.manifests.object import Object, is_hole

_SWITCHES = frozenset("y yes on true n no off false".split())  # noqa: SIM905
_STABLE = re.compile(r"(.*/)?v[0-9]+")
_OLD_INT = re.compile(r"[-+]?(0b[01_]+|[0-9][0-9_]*)")


class Made(msgspec.Struct):
    """An API version and kind that a definition is of."""

    group: str
    version: str
    kind: str


class Field(msgspec.Struct, dict=True):
    """What one value may be."""

    type: str | list[str] | None = None
    ref: str | None = msgspec.field(default=None, name="$ref")
    properties: dict[str, Field] | None = None
    more: Field | bool | None = msgspec.field(default=None, name="additionalProperties")
    items: Field | None = None
    required: list[str] = []  # msgspec copies it
    enum: list[str | None] | None = None
    either: list[Field] | None = msgspec.field(default=None, name="oneOf")
    made: list[Made] = msgspec.field(default=[], name="x-kubernetes-group-version-kind")

    @cached_property
    def settable(self) -> dict[str, Field]:
        """The properties of an object that people write."""
        return {key: value for key, value in (self.properties or {}).items() if key != "status"}

    @cached_property
    def types(self) -> frozenset[str]:
        """The types that are allowed; none named means any."""
        named = [self.type] if isinstance(self.type, str) else self.type or []
        return frozenset(named).union(*(each.types for each in self.either or ()))


class _File(msgspec.Struct):
    definitions: dict[str, Field] = msgspec.field(name="$defs")


class Fault(NamedTuple):
    """What is wrong and where.

    nearest   the field that was meant, when that can be told
    unquoted  quotes alone are missing: what is written is a number or a flag, and text is wanted
    missing   the field that must be there and is not
    """

    what: str
    span: Span
    nearest: str = ""
    route: str = ""
    unquoted: bool = False
    missing: str = ""


class Schemas:
    """The definitions of one version of Kubernetes."""

    def __init__(self, text: bytes) -> None:
        self._all = msgspec.json.decode(text, type=_File).definitions
        self._kinds = {
            (f"{made.group}/{made.version}".lstrip("/"), made.kind): field
            for field in self._all.values()
            for made in field.made
        }
        self.kinds = frozenset(kind for _, kind in self._kinds)
        self.groups = frozenset(version for version, _ in self._kinds)

    def no_such(self, version: str, kind: str) -> str:
        """Why there is no such kind in a stable version of the API's own; "" when there may be."""
        if version not in self.groups or not _STABLE.fullmatch(version):
            return ""
        if (version, kind) in self._kinds or kind == "List":
            return ""
        homes = sorted(group for group, one in self._kinds if one == kind)
        if homes:
            return f"{version} has no kind {kind}; it is in {' and '.join(homes)}"
        near = get_close_matches(
            kind, [one for group, one in self._kinds if group == version], 1, 0.85
        )
        return f"{version} has no kind {kind}; did you mean {near[0]}?" if near else ""

    def faults(self, each: Object) -> Iterator[Fault]:
        """Where an object is not what its kind may be; nothing for a kind that is not known."""
        field = self._kinds.get((each.api_version, each.kind))
        if field is not None and field.properties is not None:
            yield from self._entries(each.node, field, field.settable, "")

    def _faults(self, node: Node, field: Field, route: str) -> Iterable[Fault]:
        if field.ref is not None:
            field = self._all[field.ref.rpartition("/")[2]]
        wrong = _mismatch(node, field)
        if not wrong and isinstance(node, Scalar):
            return ()
        return self._within(node, field, route, wrong)

    def _within(self, node: Node, field: Field, route: str, wrong: str) -> Iterator[Fault]:
        if wrong:
            unquoted = isinstance(node, Scalar) and node.plain and "string" in field.types
            yield Fault(f"{route} {wrong}", node.span, "", route, unquoted and not field.enum)
        elif isinstance(node, Mapping) and field.properties is not None:
            yield from self._entries(node, field, field.properties, route)
        elif isinstance(node, Mapping) and isinstance(field.more, Field):
            for entry in _own(node):
                yield from self._faults(entry.value, field.more, f"{route}.{entry.key.text}")
        elif isinstance(node, Sequence) and field.items is not None:
            for index, item in enumerate(node.items):
                yield from self._faults(item, field.items, f"{route}[{index}]")

    def _entries(
        self, node: Mapping, field: Field, known: dict[str, Field], route: str
    ) -> Iterator[Fault]:
        dot = f"{route}." if route else ""
        there = {entry[0][1] for entry in node.entries}
        for entry in _own(node):
            key = entry.key.text
            if key in known:
                yield from self._faults(entry.value, known[key], f"{dot}{key}")
            elif field.more is False and key not in (field.properties or ()) and not is_hole(key):
                yield _unknown(entry.key, route, sorted(set(known) - there), known)
        for key in field.required:
            if key not in there and not any(is_hole(each) for each in there):
                what = f"{route} has no {key}" if route else f"there is no {key}"
                yield Fault(what, _first(node), missing=key)


def _own(node: Mapping) -> Iterator[Entry]:
    return (entry for entry in node.entries if not entry[2])


def _unknown(key: Scalar, route: str, left: list[str], known: dict[str, Field]) -> Fault:
    lowered = {each.lower(): each for each in left}
    near = get_close_matches(key.text.lower(), lowered, 1, 0.75)
    nearest = lowered[near[0]] if near else ""
    where = f"{route} has no field" if route else "there is no field"
    hint = f"; did you mean {nearest}?" if nearest else f"; it has {_few(left or sorted(known))}"
    return Fault(f'{where} "{key.text}"{hint}', key.span, nearest)


def _few(names: list[str]) -> str:
    shown = ", ".join(names[:6])
    return f"{shown} and {len(names) - 6} more" if len(names) > 6 else shown or "none"


def _first(node: Mapping) -> Span:
    """Where to point at for what is missing: the first key, or what stands in its place."""
    return node.entries[0].key.span if node.entries and not node.alias else node.span


def _mismatch(node: Node, field: Field) -> str:
    """Why a value is of a wrong type or none of those that are allowed; "" when it fits."""
    types = field.types
    if types and not _is(node, types):
        return f"must be {_article(types)}, and is {_found(node)}"
    if field.enum and isinstance(node, Scalar) and node.value is not None:
        allowed = [each for each in field.enum if each is not None]
        if node.text not in allowed and not is_hole(node.text):
            return f'cannot be "{node.text}"; it is one of {", ".join(allowed)}'
    return ""


def _is(node: Node, types: frozenset[str]) -> bool:
    if isinstance(node, Mapping):
        return "object" in types
    if isinstance(node, Sequence):
        return "array" in types
    if node.value is None:
        return "null" in types
    return not types.isdisjoint(_readings(node)) or is_hole(node.text)


def _readings(node: Scalar) -> tuple[str, ...]:
    """The types that a value may be read as: kubectl still reads YAML 1.1."""
    match node.value:
        case bool():
            return ("boolean",)
        case int():
            return ("integer", "number")
        case float():
            return ("integer", "number") if node.value.is_integer() else ("number",)
        case _:
            pass
    if node.plain and node.text.lower() in _SWITCHES:
        return ("boolean",)
    if node.plain and _OLD_INT.fullmatch(node.text):
        return ("integer", "number", "string")
    return ("string",)


_ARTICLES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
}


def _article(types: frozenset[str]) -> str:
    return " or ".join(name for key, name in _ARTICLES.items() if key in types)


def _found(node: Node) -> str:
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    if node.value is None:
        return "empty"
    kind = _readings(node)[0]
    shown = node.text if len(node.text) < 40 else f"{node.text[:37]}..."
    return f'the text "{shown}"' if kind == "string" else f"{_ARTICLES[kind]} ({shown})"
