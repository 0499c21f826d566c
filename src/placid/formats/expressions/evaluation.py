"""The value of a tree in given contexts.

`&&` and `||` give back the operand that decided. What is not there is null, never an error: only
a name or function that is unknown, and a function that refuses its arguments, end in one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from placid.formats.expressions.functions import FUNCTIONS
from placid.formats.expressions.nodes import (
    Call,
    Compare,
    ExpressionError,
    Index,
    Literal,
    Logic,
    Name,
    Node,
    Not,
    Wildcard,
)
from placid.formats.expressions.values import (
    Filtered,
    Value,
    equal,
    is_array,
    is_object,
    is_primitive,
    less,
    member,
    number_of,
    text_of,
    truthy,
    value_of,
)

Function: TypeAlias = Callable[[Sequence[Value]], object]
"""A function of the place, from the values of its arguments; ValueError when it has no answer."""

_NONE: Mapping[str, Function] = {}


def evaluate(
    node: Node, contexts: Mapping[str, object], functions: Mapping[str, Function] = _NONE
) -> Value:
    """The value of `node`. `functions` adds to the built-in ones; names count in any case."""
    scope = _Scope(contexts, {name.lower(): call for name, call in functions.items()})
    try:
        return value_of(scope.value(node))
    except RecursionError:
        raise ExpressionError("Exceeded max object depth", node.at) from None


class _Scope:
    def __init__(self, contexts: Mapping[str, object], functions: Mapping[str, Function]) -> None:
        self._contexts = contexts
        self._functions = functions

    def value(self, node: Node) -> object:
        match node:
            case Literal(value=value):
                return value
            case Name(name=name):
                return self._context(node, name)
            case Index() | Wildcard():
                return self._element(node)
            case Call():
                return self._call(node)
            case _:
                return self._operation(node)

    def _operation(self, node: Not | Compare | Logic) -> object:
        match node:
            case Not(of=of):
                return not truthy(self.value(of))
            case Compare(operator=operator, left=left, right=right):
                return _compared(operator, self.value(left), self.value(right))
            case Logic(operator=operator, args=args):
                wanted = operator == "||"
                result: object = None
                for arg in args:
                    result = self.value(arg)
                    if truthy(result) is wanted:
                        break
                return result

    def _context(self, node: Name, name: str) -> object:
        found = member(self._contexts, name)
        if not found:
            raise ExpressionError(f"Unrecognized named-value: '{name}'", node.at)
        return found[0]

    def _element(self, node: Index | Wildcard) -> object:
        if isinstance(node, Wildcard):
            return Filtered(_each(self.value(node.of)))
        key = self._key(node.key)
        of = self.value(node.of)
        if isinstance(of, Filtered):
            return Filtered(found for item in of for found in _found(item, key))
        found = _found(of, key)
        return found[0] if found else None

    def _key(self, node: Node) -> object:
        """Of an index, the key is computed first, and its errors say that they are about it."""
        try:
            return self.value(node)
        except ExpressionError as wrong:
            said = f"could not evaluate index for index access: {wrong.message}"
            raise ExpressionError(said, wrong.at) from None

    def _call(self, node: Call) -> object:
        name = node.name.lower()
        if name == "case":
            return self._case(node)
        own = self._functions.get(name)
        built_in = FUNCTIONS.get(name)
        if own is None and built_in is None:
            raise ExpressionError(f"Unrecognized function: '{node.name}'", node.name_at)
        args = [value_of(self.value(arg)) for arg in node.args]
        try:
            return own(args) if own else built_in(args) if built_in else None
        except ValueError as refused:
            raise ExpressionError(str(refused), node.at) from None

    def _case(self, node: Call) -> object:
        *choices, otherwise = node.args
        for choice, result in zip(choices[::2], choices[1::2], strict=True):
            chosen = self.value(choice)
            if not isinstance(chosen, bool):
                wrong = "case predicate must evaluate to a boolean value"
                raise ExpressionError(wrong, choice.at)
            if chosen:
                return self.value(result)
        return self.value(otherwise)


def _compared(operator: str, left: object, right: object) -> bool:
    if operator == "==":
        return equal(left, right)
    if operator == "!=":
        return not equal(left, right)
    ordered = less(left, right) if operator.startswith("<") else less(right, left)
    return ordered or (operator.endswith("=") and equal(left, right))


def _each(of: object) -> Iterator[object]:
    """What a wildcard picks: of a filtered list, the parts of each of its items."""
    if isinstance(of, Filtered):
        for item in of:
            yield from _parts(item)
    else:
        yield from _parts(of)


def _parts(of: object) -> Iterator[object]:
    if is_object(of):
        yield from of.values()
    elif is_array(of):
        yield from of


def _found(of: object, key: object) -> tuple[object, ...]:
    """What stands at a key or number, alone in a tuple; () for nothing."""
    if is_object(of):
        return member(of, text_of(key)) if is_primitive(key) else ()
    if is_array(of):
        number = number_of(key)
        if math.isfinite(number) and 0 <= number < len(of):
            return (of[math.floor(number)],)
    return ()
