"""Keeps secrets out of what is written down of a run, and puts them back when it is carried on.

Masking takes secrets out of all that steps say. But a run is also given values from outside, its
inputs and its event, and a secret in one of those reaches names and matrices, too. In facts it is
replaced by its name between stars, `***TOKEN***`, which is undone when the facts are read by who
has the secrets. The keys that say what kind of fact it is stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import msgspec

from placid.core.pipeline.facts import Fact
from placid.formats.expressions.values import is_array, is_object

_SHORTEST = 6
"""Shorter ones stand by chance in a commit id or a branch."""
_KEPT = frozenset(("kind", "result", "outcome", "conclusion", "phase", "level", "at"))
_MARKED = re.compile(r"\*\*\*([A-Za-z_][A-Za-z0-9_]*(?:\.\d+)?)\*\*\*")
_decoder: msgspec.json.Decoder[Fact] = msgspec.json.Decoder(Fact)


class Veil:
    """`secrets` by name."""

    def __init__(self, secrets: Mapping[str, str] | None = None) -> None:
        self._marks = _marks(secrets or {})
        self._texts = {mark: text for text, mark in self._marks.items()}
        self._needles = tuple(msgspec.json.encode(text)[1:-1] for text in self._marks)

    def text(self, text: str) -> str:
        """A text with its secrets behind the veil."""
        for secret, mark in self._marks.items():
            if secret in text:
                text = text.replace(secret, f"***{mark}***")
        return text

    def encoded(self, fact: Fact) -> bytes:
        """A fact as it may be written down."""
        data = msgspec.json.encode(fact)
        return data if self._clean(data) else _changed(data, self.text)

    def shown(self, fact: Fact) -> Fact:
        """A fact as everybody may see it."""
        if not self._needles:
            return fact
        data = msgspec.json.encode(fact)
        return fact if self._clean(data) else _decoder.decode(_changed(data, self.text))

    def decoded(self, data: bytes) -> Fact:
        """A fact that was written down, as it was."""
        if self._needles and b"***" in data:
            data = _changed(data, self._open)
        fact: Fact = _decoder.decode(data)
        return fact

    def _clean(self, data: bytes) -> bool:
        return not any(needle in data for needle in self._needles)

    def _open(self, text: str) -> str:
        return _MARKED.sub(lambda found: self._texts.get(found[1], found[0]), text)


def _marks(secrets: Mapping[str, str]) -> dict[str, str]:
    """What is replaced, by what: the longest first, lines of a text after the whole."""
    found: dict[str, str] = {}
    for name, value in secrets.items():
        lines = value.splitlines()
        found[value] = name
        if len(lines) > 1:
            found.update((line.strip(), f"{name}.{n}") for n, line in enumerate(lines))
    long = sorted((text for text in found if len(text) >= _SHORTEST), key=len, reverse=True)
    return {text: found[text] for text in long}


def _changed(data: bytes, change: Callable[[str], str]) -> bytes:
    return msgspec.json.encode(_walked(msgspec.json.decode(data), change))


def _walked(value: object, change: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return change(value)
    if is_array(value):
        return [_walked(each, change) for each in value]
    if is_object(value):
        return {
            (key if key in _KEPT else change(key)): (
                each if key in _KEPT and isinstance(each, str) else _walked(each, change)
            )
            for key, each in value.items()
        }
    return value
