"""TOML with places: values by `tomllib`, and where a key or a piece of text stands.

    toml = read_toml(text)                         None when it is no TOML
    toml.table("project")                          the table as a dict, {} when it is not there
    toml.key(("tool", "poetry"), "python")         the span of the key, or None
    toml.value(("project",), "requires-python")    the span of what stands after `=`

Places come from the lines, not from the parser, so a key spelled in an unusual way has none.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from placid.base.yamltext import Span

_HEADER = re.compile(r"[ \t]*\[\[?([^\[\]\n]+)\]\]?[ \t]*(?:#.*)?")
_ENTRY = re.compile(r"[ \t]*((?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*')(?:\s*\.\s*[\w-]+)*)[ \t]*=[ \t]*")
_LONGEST = 20_000
_NEWLINE = re.compile(r"\n")

Table = Mapping[str, object]
Route = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Toml:
    """A document; `places` has the span of each key and of the value after it."""

    text: str
    root: Table
    places: Mapping[Route, tuple[Span, Span]]

    def table(self, *route: str) -> Table:
        """The table at `route`; {} when there is none."""
        return table(self.get(*route))

    def get(self, *route: str) -> object:
        """The value at `route`, or None."""
        node: object = self.root
        for step in route:
            node = table(node).get(step)
        return node

    def key(self, *route: str) -> Span | None:
        """Where the key is written."""
        found = self.places.get(route)
        return found[0] if found else None

    def value(self, *route: str) -> Span | None:
        """What stands after the `=`, to the end of its line or, for a list, to its last line."""
        found = self.places.get(route)
        return found[1] if found else None

    def quoted(self, text: str, *route: str) -> Span | None:
        """Where the string `text` is written within the value at `route`."""
        within = self.value(*route)
        if within is None:
            return None
        for quote in "\"'":
            at = self.text.find(quote + text + quote, within.start, within.end)
            if at >= 0:
                return Span(at + 1, at + 1 + len(text))
        return None


def read_toml(text: str) -> Toml | None:
    """Read a document; None when it is no TOML, or has a line that no person wrote."""
    if len(max(text.split("\n"), key=len)) > _LONGEST:
        return None  # `tomllib` takes a time that grows with the square of a dotted key
    try:
        root = tomllib.loads(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return None
    return Toml(text, root, _places(text))


def table(value: object) -> Table:
    """`value` when it is a table, else {}."""
    return msgspec.convert(value, dict[str, object]) if isinstance(value, dict) else {}


def array(value: object) -> list[object]:
    """`value` when it is a list, else []."""
    return msgspec.convert(value, list[object]) if isinstance(value, list) else []


def strings(value: object) -> list[str]:
    """The strings of a list, [] when it is none."""
    return [each for each in array(value) if isinstance(each, str)]


def _places(text: str) -> dict[Route, tuple[Span, Span]]:
    """Keys by their whole route. A value ends where the next key or header begins."""
    found: dict[Route, tuple[Span, Span]] = {}
    header: Route = ()
    last: tuple[Route, Span, int] | None = None
    for start, line in _lines(text):
        head = _HEADER.fullmatch(line.rstrip("\r"))
        entry = None if head else _ENTRY.match(line)
        if head is None and entry is None:
            continue
        if last:
            found.setdefault(last[0], (last[1], _ended(text, last[2], start)))
        last = None
        if head:
            header = _route(head[1])
        elif entry:
            route = (*header, *_route(entry[1]))
            key = Span(start + entry.start(1), start + entry.end(1))
            last = (route, key, start + entry.end())
    if last:
        found.setdefault(last[0], (last[1], _ended(text, last[2], len(text))))
    return found


def _lines(text: str) -> list[tuple[int, str]]:
    starts = [0, *(each.end() for each in _NEWLINE.finditer(text))]
    return list(zip(starts, text.split("\n"), strict=True))


def _ended(text: str, start: int, end: int) -> Span:
    return Span(start, start + len(text[start:end].rstrip()))


def _route(written: str) -> Route:
    parts = re.findall(r"\"[^\"]*\"|'[^']*'|[^.\s]+", written)
    return tuple(part.strip("\"'") for part in parts)
