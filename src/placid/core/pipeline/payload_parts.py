"""Looking into payloads, and laying one over another."""

from __future__ import annotations

from collections.abc import Mapping

from placid.formats.expressions.values import is_object

Payload = dict[str, object]


def over(made: Mapping[str, object], given: Mapping[str, object]) -> Payload:
    """What is given laid over what was made: mappings key by key, all else replaced."""
    found = dict(made)
    for key, value in given.items():
        below = found.get(key)
        if is_object(value) and is_object(below):
            found[key] = over(below, value)
        else:
            found[key] = value
    return found


def at(payload: Mapping[str, object], *route: str) -> object:
    """What is found in a payload by its keys, None when there is nothing."""
    found: object = payload
    for key in route:
        if not is_object(found):
            return None
        found = found.get(key)
    return found


def text_at(payload: Mapping[str, object], *route: str) -> str:
    """The text found in a payload, "" when there is none."""
    found = at(payload, *route)
    return found if isinstance(found, str) else ""
