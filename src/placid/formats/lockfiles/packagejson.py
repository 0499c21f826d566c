"""package.json: what it wants, and what it says of itself, with places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from placid.base.yamltext import Mapping, Node, Scalar, Sequence, Span
from placid.formats.jsontext import inside, read_json
from placid.formats.lockfiles.model import Wanted

GROUPS = {
    "dependencies": "",
    "devDependencies": "dev",
    "optionalDependencies": "optional",
    "peerDependencies": "peer",
}


@dataclass(frozen=True, slots=True)
class Package:
    """One package.json."""

    root: Mapping
    wanted: tuple[Wanted, ...]

    def text(self, *route: str) -> str:
        """The text at `route`, "" when there is none."""
        found = at(self.root, *route)
        return found.text if isinstance(found, Scalar) else ""

    def scalar(self, *route: str) -> Scalar | None:
        """The string at `route`."""
        found = at(self.root, *route)
        return found if isinstance(found, Scalar) and isinstance(found.value, str) else None

    def says(self, key: str) -> bool:
        """Whether it has `key` at the top."""
        return self.root.get(key) is not None

    def names(self, *route: str) -> frozenset[str]:
        """The keys of the mapping at `route`."""
        found = at(self.root, *route)
        keys = found.entries if isinstance(found, Mapping) else ()
        return frozenset(entry.key.text for entry in keys)

    @property
    def workspaces(self) -> tuple[str, ...]:
        """The globs of its members."""
        found = at(self.root, "workspaces")
        if isinstance(found, Mapping):
            found = at(found, "packages")
        items = found.items if isinstance(found, Sequence) else ()
        return tuple(item.text for item in items if isinstance(item, Scalar))

    @property
    def overridden(self) -> frozenset[str]:
        """Names whose versions it sets by overrides or resolutions, at any depth."""
        keys = (
            *_keys(at(self.root, "overrides")),
            *_keys(at(self.root, "resolutions")),
            *_keys(at(self.root, "pnpm", "overrides")),
        )
        return frozenset(overridden_name(key) for key in keys)


def overridden_name(key: str) -> str:
    """The package that a key of overrides is about: "a>@b/c@^1" and "**/@b/c" give "@b/c"."""
    last = key.rpartition(">")[2]
    found = re.search(r"(?:@[^/@]+/)?[^/@]+(?=(?:@[^/]*)?$)", last)
    return found[0] if found else last


def read_package(text: str) -> Package | None:
    """Read a package.json; None when it is none."""
    root = read_json(text)
    if not isinstance(root, Mapping):
        return None
    return Package(root, tuple(_wanted(root)))


def at(node: Node | None, *route: str) -> Node | None:
    """The value below `node` by keys."""
    for step in route:
        entry = node.get(step) if isinstance(node, Mapping) else None
        node = entry.value if entry else None
    return node


def pairs(node: Node | None) -> dict[str, str]:
    """The keys of a mapping whose values are text."""
    entries = node.entries if isinstance(node, Mapping) else ()
    return {
        entry.key.text: entry.value.text for entry in entries if isinstance(entry.value, Scalar)
    }


def _wanted(root: Mapping) -> Iterator[Wanted]:
    for key, group in GROUPS.items():
        found = at(root, key)
        for entry in found.entries if isinstance(found, Mapping) else ():
            if isinstance(entry.value, Scalar):
                span = Span(entry.key.span.start, entry.value.span.end)
                yield Wanted(entry.key.text, entry.value.text, span, group)


def _keys(node: Node | None) -> Iterator[str]:
    waiting = [node]
    while waiting:
        each = waiting.pop()
        for entry in each.entries if isinstance(each, Mapping) else ():
            yield entry.key.text
            waiting.append(entry.value)


def range_span(scalar: Scalar) -> Span:
    """Where the text of a JSON string stands, without its quotes."""
    return inside(scalar)
