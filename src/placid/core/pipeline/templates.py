"""The values of a workflow's texts and trees in given contexts.

A text is taken apart and parsed once and kept: the steps of a matrix share it. Scalars have the
value of the YAML core schema, so `3.10` without quotes is the number 3.1, as it is at GitHub.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from placid.base.yamltext.nodes import Mapping as YamlMapping
from placid.base.yamltext.nodes import Node, Scalar, Sequence
from placid.formats.expressions.evaluation import Function, evaluate
from placid.formats.expressions.nodes import Node as Tree
from placid.formats.expressions.templates import condition, segments
from placid.formats.expressions.values import is_object, text_of, truthy

OPEN = "${{"


class Scope(NamedTuple):
    """What expressions see: contexts by name, and the functions of the place."""

    contexts: Mapping[str, object]
    functions: Mapping[str, Function] = {}

    def value(self, node: Node) -> object:
        """The value of a tree; mappings keep their order."""
        if isinstance(node, Scalar):
            return self.scalar(node)
        if isinstance(node, Sequence):
            return [self.value(item) for item in node.items]
        return self._mapping(node)

    def _mapping(self, node: YamlMapping) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value, _ in node.entries:
            if OPEN not in key.text:
                found[key.text] = self.value(value)
            elif key.text.strip("${} ") == "insert":
                inserted = self.value(value)
                found.update(inserted if is_object(inserted) else {})
            else:
                found[text_of(self.render(key.text))] = self.value(value)
        return found

    def scalar(self, scalar: Scalar) -> object:
        """The value of a single value."""
        return self.render(scalar.text) if OPEN in scalar.text else scalar.value

    def text(self, scalar: Scalar | None) -> str:
        """The value as text; "" for none."""
        return "" if scalar is None else text_of(self.scalar(scalar))

    def render(self, text: str) -> object:
        """The value of a text: of its one expression as it is, else all pieces joined."""
        pieces = _pieces(text)
        if len(pieces) == 1 and not isinstance(pieces[0], str):
            return evaluate(pieces[0], self.contexts, self.functions)
        return "".join(
            piece
            if isinstance(piece, str)
            else text_of(evaluate(piece, self.contexts, self.functions))
            for piece in pieces
        )

    def holds(self, text: str) -> bool:
        """Whether an `if:` is true; ExpressionError when it cannot be told."""
        return truthy(evaluate(_condition(text), self.contexts, self.functions))

    def flag(self, scalar: Scalar | None, default: bool = False) -> bool:
        """A boolean, or an expression for one."""
        if scalar is None:
            return default
        value = self.scalar(scalar)
        return value.strip().lower() == "true" if isinstance(value, str) else truthy(value)

    def texts(self, node: Node | None) -> dict[str, str]:
        """A mapping of texts (`env`), also one that a single expression gives."""
        value = None if node is None else self.value(node)
        return {key: text_of(each) for key, each in value.items()} if is_object(value) else {}


@lru_cache(maxsize=4096)
def _pieces(text: str) -> tuple[str | Tree, ...]:
    return tuple(piece.parse() if piece.expression else piece.text for piece in segments(text)) or (
        "",
    )


@lru_cache(maxsize=1024)
def _condition(text: str) -> Tree:
    return condition(text)
