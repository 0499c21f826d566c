"""Change one value of a YAML text and nothing else: comments, order and quotes of the rest stay.

Every function takes a `Document` and gives the new text; `new` is YAML on one line ("2m", "[a, b]",
'"on"'). What is written as an alias, or merged in by `<<`, is not ours to change here: Problem.
"""

from __future__ import annotations

from collections.abc import Sequence as Items

from placid.base.errors import Problem
from placid.base.yamltext.document import Document
from placid.base.yamltext.excerpt import Lines
from placid.base.yamltext.nodes import Entry, Mapping, Node, Route, Scalar, Sequence, Span


def put(document: Document, route: Route, new: str) -> str:
    """The text with the value at `route` replaced by `new`."""
    node = _own(document, route)
    if node.anchor:
        raise document.problem("this value is repeated elsewhere by an alias", node.span)
    text, span = document.text, node.span
    if span.start == span.end:
        return _replaced(text, span, f" {new}")
    lines = Lines(text)
    mark = _mark(document, route)
    if mark is None or lines.at(mark)[0] == lines.at(span.start)[0]:
        return _replaced(text, span, new)
    below = Span(lines.span(lines.at(span.start)[0]).start, _next_line(text, span.end))
    return _replaced(_replaced(text, below, ""), Span(mark, mark), f" {new}")


def insert(document: Document, route: Route, new: str, key: str = "") -> str:
    """The text with `key: new` (or, without a key, `- new`) as the last entry at `route`."""
    node = document.root if route == () else _own(document, route)
    item = f"{key}: {new}" if key else new
    text = document.text
    if node is None:
        return text + ("\n" if text and not text.endswith("\n") else "") + _block(item, key)
    if isinstance(node, Scalar) and node.value is None and node.span.start == node.span.end:
        return _below(document, route, node, _block(item, key))
    if not isinstance(node, Mapping if key else Sequence):
        raise document.problem("nothing can be added to this value", node.span)
    spans = _spans(node)
    if _flow(node):
        end = text.rindex("}" if key else "]", node.span.start, node.span.end)
        at = spans[-1].end if spans else end
        return _replaced(text, Span(at, at), f", {item}" if spans else item)
    first = Lines(text).span(Lines(text).at(node.span.start)[0]).start
    indent = text[first : node.span.start]
    at = _next_line(text, spans[-1].end)
    newline = "" if text[:at].endswith("\n") else "\n"
    return _replaced(text, Span(at, at), newline + " " * len(indent) + _block(item, key))


def delete(document: Document, route: Route) -> str:
    """The text without the entry at `route`; what held only this becomes {} or []."""
    node, parent = _own(document, route), document.find(route[:-1])
    if not route or not isinstance(parent, Mapping | Sequence):
        raise Problem("the whole document cannot be deleted")
    spans = _spans(parent)
    if len(spans) == 1:
        return _emptied(document, route[:-1], parent)
    own = _entry_span(document, route, parent, node)
    index = next(i for i, span in enumerate(spans) if span.end == own.end)
    if _flow(parent):
        gone = (
            Span(own.start, spans[1].start) if index == 0 else Span(spans[index - 1].end, own.end)
        )
        return _replaced(document.text, gone, "")
    start = _dash(document.text, own.start) if isinstance(parent, Sequence) else own.start
    line = Lines(document.text).span(Lines(document.text).at(start)[0])
    if document.text[line.start : start].strip():
        following = spans[index + 1].start
        if isinstance(parent, Sequence):
            following = _dash(document.text, following)
        return _replaced(document.text, Span(start, following), "")
    return _replaced(document.text, Span(line.start, _next_line(document.text, own.end)), "")


def _emptied(document: Document, route: Route, parent: Mapping | Sequence) -> str:
    if route:
        return put(document, route, "{}" if isinstance(parent, Mapping) else "[]")
    return _replaced(document.text, parent.span, "{}" if isinstance(parent, Mapping) else "[]")


def _own(document: Document, route: Route) -> Node:
    """The node at `route`; Problem when it is missing, or not written in this place."""
    node = document.root
    for depth, step in enumerate(route):
        if node is not None and node.alias:
            raise document.problem("this value is an alias: change what it points at", node.span)
        entry = node.get(str(step)) if isinstance(node, Mapping) else None
        if entry is not None and entry.merged:
            raise document.problem("this value is merged in by <<", entry.key.span)
        node = document.find(route[: depth + 1])
    if node is None:
        raise Problem(f"there is no {'.'.join(map(str, route))} here", where=document.name or None)
    return node


def _mark(document: Document, route: Route) -> int | None:
    """Where the ":" of a key, or the "-" of an item, ends; None for the root and in flow."""
    parent = document.find(route[:-1])
    node = document.find(route)
    if not route or node is None or parent is None or isinstance(parent, Scalar) or _flow(parent):
        return None
    if isinstance(parent, Sequence):
        return _dash(document.text, node.span.start) + 1
    entry = parent.get(str(route[-1]))
    return None if entry is None else document.text.index(":", entry.key.span.end) + 1


def _entry_span(document: Document, route: Route, parent: Mapping | Sequence, node: Node) -> Span:
    entry = parent.get(str(route[-1])) if isinstance(parent, Mapping) else None
    return node.span if entry is None else _entry(entry)


def _entry(entry: Entry) -> Span:
    return Span(entry.key.span.start, max(entry.value.span.end, entry.key.span.end))


def _spans(node: Node) -> list[Span]:
    """Where the entries stand, in the order of the text."""
    if isinstance(node, Sequence):
        return [item.span for item in node.items]
    if isinstance(node, Scalar):
        return []
    written: Items[Entry] = [entry for entry in node.entries if not entry.merged]
    return sorted(_entry(entry) for entry in (*written, *([node.merge] if node.merge else [])))


def _below(document: Document, route: Route, node: Scalar, block: str) -> str:
    """An entry under a key that has no value yet, two spaces deeper than the key."""
    text = document.text
    lines = Lines(text)
    mark = _mark(document, route)
    if mark is None:
        raise document.problem("nothing can be added to this value", node.span)
    parent = document.find(route[:-1])
    entry = parent.get(str(route[-1])) if isinstance(parent, Mapping) else None
    column = lines.at(entry.key.span.start if entry else mark)[1] - 1
    at = _next_line(text, mark)
    newline = "" if text[:at].endswith("\n") else "\n"
    return _replaced(text, Span(at, at), newline + " " * (column + 2) + block)


def _dash(text: str, start: int) -> int:
    """The "-" before the list item that begins at `start`."""
    at = start
    while True:
        at = text.rindex("-", 0, at)
        line = text[max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1 : at]
        if "#" not in line:
            return at


def _block(item: str, key: str) -> str:
    return (item if key else f"- {item}") + "\n"


def _flow(node: Node) -> bool:
    return not isinstance(node, Scalar) and node.flow


def _next_line(text: str, offset: int) -> int:
    lines = Lines(text)
    number, _ = lines.at(offset)
    return len(text) if number == len(lines) else lines.span(number + 1).start


def _replaced(text: str, span: Span, new: str) -> str:
    return text[: span.start] + new + text[span.end :]
