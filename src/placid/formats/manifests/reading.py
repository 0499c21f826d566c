"""Values of a YAML tree by route, without a complaint when they are not there or not that kind.

A manifest may be garbage; what is asked of it here comes back as None, "" or nothing. Entries and
keys are read by their places in the tuples (`each[0][1]` is the text of a key), because rules ask
this hundreds of thousands of times.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Entry, Mapping, Node, Scalar, Sequence, Span


def entry(node: Node | None, *route: str) -> Entry | None:
    """The `key: value` at `route` (one key at least), or None."""
    found: Entry | None = None
    for step in route:
        if not isinstance(node, Mapping):
            return None
        for found in node.entries:
            if found[0][1] == step:
                node = found[1]
                break
        else:
            return None
    return found


def value(node: Node | None, *route: str) -> Node | None:
    """The value at `route`, or None."""
    for step in route:
        if not isinstance(node, Mapping):
            return None
        for each in node.entries:
            if each[0][1] == step:
                node = each[1]
                break
        else:
            return None
    return node


def mapping(node: Node | None, *route: str) -> Mapping | None:
    """The mapping at `route`, or None."""
    found = value(node, *route)
    return found if isinstance(found, Mapping) else None


def scalar(node: Node | None, *route: str) -> Scalar | None:
    """The single value at `route`, or None; also None for an empty or null one."""
    found = value(node, *route)
    return found if isinstance(found, Scalar) and found.value is not None else None


def word(node: Node | None, *route: str) -> str:
    """The text of the single value at `route`; "" when there is none."""
    found = scalar(node, *route)
    return found.text if found else ""


def number(node: Node | None, *route: str) -> int | None:
    """The whole number at `route`, or None."""
    found = scalar(node, *route)
    plain = found.value if found else None
    return plain if isinstance(plain, int) and not isinstance(plain, bool) else None


def flag(node: Node | None, *route: str) -> bool | None:
    """The true or false at `route`, or None."""
    found = scalar(node, *route)
    plain = found.value if found else None
    return plain if isinstance(plain, bool) else None


def items(node: Node | None, *route: str) -> tuple[Node, ...]:
    """The items of the list at `route`."""
    found = value(node, *route)
    return found.items if isinstance(found, Sequence) else ()


def mappings(node: Node | None, *route: str) -> Iterator[Mapping]:
    """Those items of the list at `route` that are mappings."""
    return (each for each in items(node, *route) if isinstance(each, Mapping))


def words(node: Node | None, *route: str) -> dict[str, str]:
    """The single values of the mapping at `route` by their keys, as labels are."""
    found = mapping(node, *route)
    pairs = ((each.key.text, each.value) for each in found.entries) if found else ()
    return {key: each.text for key, each in pairs if isinstance(each, Scalar)}


def written(pair: Entry) -> Span:
    """From the key to the end of its value when that stands on one line, else the key."""
    if isinstance(pair.value, Scalar) and not pair.value.block and not pair.merged:
        return Span(pair.key.span.start, max(pair.key.span.end, pair.value.span.end))
    return pair.key.span
