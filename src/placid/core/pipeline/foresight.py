"""The truth of a condition before all of its contexts are known: true, false, or not known yet.

`&&` and `||` are decided by one side where that suffices; everything else is known when all that it
looks into is. What decided comes along, so that the answer can say why.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from placid.formats.expressions import (
    Access,
    Call,
    Function,
    Logic,
    Node,
    Not,
    evaluate,
    names,
    text_of,
    truthy,
)
from placid.formats.expressions.nodes import parts
from placid.formats.expressions.values import is_object, is_primitive, member

_LONGEST = 60
STATUS = frozenset(("success", "failure", "cancelled", "always"))


class Forecast(NamedTuple):
    """`truth` is None when it is not known; `because` are the parts of the tree that decided."""

    truth: bool | None
    because: tuple[Node, ...]


class Foresight:
    """What is known beforehand.

    contexts   values by context; what is no key of it is not known
    unknown    what is not known in those: ("inputs", "who")
    status     the truth of each status function
    """

    def __init__(
        self,
        contexts: Mapping[str, object],
        status: Mapping[str, bool | None],
        unknown: frozenset[tuple[str, ...]] = frozenset(),
    ) -> None:
        self._contexts = {name.lower(): value for name, value in contexts.items()}
        self._status = status
        self._unknown = {tuple(map(str.lower, path)) for path in unknown}

    def judge(self, tree: Node) -> Forecast:
        """The truth of a condition; ExpressionError when it cannot have one."""
        if isinstance(tree, Not):
            of = self.judge(tree.of)
            inner = isinstance(tree.of, Logic)
            because = of.because if inner else (tree,)
            return Forecast(None if of.truth is None else not of.truth, because)
        if isinstance(tree, Logic):
            return self._logic(tree)
        if isinstance(tree, Call) and tree.name.lower() in STATUS:
            return Forecast(self._status[tree.name.lower()], (tree,))
        if isinstance(tree, Call) and tree.name.lower() == "case":
            return self._case(tree)
        if not self._known(tree):
            return Forecast(None, (tree,))
        return Forecast(truthy(self.value(tree)), (tree,))

    def value(self, tree: Node) -> object:
        """The value of a tree in which all is known."""
        functions = {name: _always(bool(truth)) for name, truth in self._status.items()}
        return evaluate(tree, self._contexts, functions)

    def unknown(self, tree: Node) -> list[Access]:
        """What the tree looks into that is not known."""
        return [each for each in names(tree) if not self._has(each.path)]

    def facts(self, tree: Node) -> list[str]:
        """What the known things that a tree looks into are: "github.ref is 'refs/heads/x'"."""
        told: dict[str, None] = {}
        for path, _ in names(tree):
            if len(path) > 1 and "*" not in path and self._has(path):
                value = self._at(path)
                if is_primitive(value):
                    told[f"{'.'.join(path)} is {shown(value)}"] = None
        return list(told)

    def _logic(self, tree: Logic) -> Forecast:
        """The one operand that decides, or all of them."""
        deciding = tree.operator == "||"
        judged = [self.judge(arg) for arg in tree.args]
        for each in judged:
            if each.truth is deciding:
                return each
        open_ones = [each for each in judged if each.truth is None]
        truth = None if open_ones else not deciding
        found = [node for each in open_ones or judged for node in each.because]
        return Forecast(truth, tuple(found))

    def _case(self, tree: Call) -> Forecast:
        """The first choice that may be taken; all that may be, when they agree."""
        found: list[Forecast] = []
        *choices, otherwise = tree.args
        for choice, result in zip(choices[::2], choices[1::2], strict=False):
            chosen = self.judge(choice).truth
            if chosen is not False:
                found.append(self.judge(result))
            if chosen:
                break
        else:
            found.append(self.judge(otherwise))
        truths = {each.truth for each in found}
        return Forecast(truths.pop() if len(truths) == 1 else None, (tree,))

    def _known(self, tree: Node) -> bool:
        return not self.unknown(tree) and self._calls_known(tree)

    def _calls_known(self, tree: Node) -> bool:
        if isinstance(tree, Call):
            name = tree.name.lower()
            if name == "hashfiles" or (name in STATUS and self._status[name] is None):
                return False
        return all(self._calls_known(part) for part in parts(tree))

    def _has(self, path: tuple[str, ...]) -> bool:
        folded = tuple(map(str.lower, path))
        if folded[0] not in self._contexts:
            return False
        return not any(_meet(folded, unknown) for unknown in self._unknown)

    def _at(self, path: tuple[str, ...]) -> object:
        value: object = self._contexts
        for key in path:
            found = member(value, key) if is_object(value) else ()
            value = found[0] if found else None
        return value


def _always(truth: bool) -> Function:
    return lambda _: truth


def _meet(path: tuple[str, ...], unknown: tuple[str, ...]) -> bool:
    """Whether a path may lead into what is not known; a wildcard leads anywhere."""
    return all(ours in (theirs, "*") for ours, theirs in zip(path, unknown, strict=False))


def shown(value: object) -> str:
    """A plain value as one writes it in an expression, cut where it is long."""
    if value is None or value == "":
        return "empty"
    if not isinstance(value, str):
        return text_of(value)
    text = " ".join(value.split())
    return f"'{text if len(text) <= _LONGEST else text[: _LONGEST - 1] + '…'}'"
