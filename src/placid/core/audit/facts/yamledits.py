"""Edits that add a key to a mapping of a YAML file, in the manner in which it is written.

What comes by an alias or by `<<` is also said elsewhere: no edit then (None).
"""

from __future__ import annotations

from placid.base.yamltext import Entry, Mapping, Scalar, Span
from placid.core.audit.rule import Edit, Place

_EMPTY = ("", "#")


def added(path: str, text: str, parent: Mapping, after: str, *lines: str) -> Edit | None:
    """`lines` as new entries of `parent`, after the entry `after` or, without it, after the last.

    The first line is `key: value` or `key:`, with what is below indented by two more.
    """
    if parent.alias or parent.anchor or not parent.entries or path.endswith(".json"):
        return None
    own = [each for each in parent.entries if not each.merged]
    place = next((each for each in own if each.key.text == after), own[-1] if own else None)
    if place is None:
        return None
    if parent.flow:
        end = max(place.key.span.end, place.value.span.end)
        return Edit(Place(path, Span(end, end)), ", " + lines[0]) if len(lines) == 1 else None
    return _below(path, text, place, lines)


def replaced(path: str, node: Scalar, new: str) -> Edit | None:
    """`new` in the place of a value."""
    shared = node.alias or node.anchor or node.tag or node.span.start == node.span.end
    return None if shared else Edit(Place(path, node.span), new)


def _below(path: str, text: str, place: Entry, lines: tuple[str, ...]) -> Edit | None:
    key = place.key.span.start
    indent = key - (text.rfind("\n", 0, key) + 1)
    end = max(place.key.span.end, place.value.span.end)
    stop = text.find("\n", end)
    stop = len(text) if stop < 0 else stop
    newline = "\n"
    if text[:stop].endswith("\r"):
        stop, newline = stop - 1, "\r\n"
    if text[end:stop].lstrip(" \t:")[:1] not in _EMPTY or _has_tab(text, key):
        return None
    block = "".join(f"{newline}{' ' * indent}{line}" for line in lines)
    return Edit(Place(path, Span(stop, stop)), block)


def _has_tab(text: str, key: int) -> bool:
    return "\t" in text[text.rfind("\n", 0, key) + 1 : key]
