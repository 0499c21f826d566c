"""The shape a value may have: the words in which the tables of keys are written.

A Shape says which single values fit (null, true/false, numbers, text, certain words), what the
items of a list are, and which tables of keys a mapping may follow. It may name what `${{ }}` can
use from here down (`names`); without, that of the shape around it holds; at the top is nothing.
Of several tables the one that has the keys is meant, as GitHub does with the kinds of jobs.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Names(msgspec.Struct, frozen=True):
    """What an expression may use: contexts, and functions that are not there everywhere.

    Functions are written with the least and largest number of their arguments: "hashFiles(1,255)".
    """

    contexts: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.contexts or self.functions)


NOWHERE = Names()


class Table(msgspec.Struct, frozen=True):
    """Keys and the shapes of their values. `rest` is for any other key; None: there are none."""

    keys: Mapping[str, Shape] = msgspec.field(default_factory=dict[str, "Shape"])
    needed: frozenset[str] = frozenset()
    rest: Shape | None = None


class Shape(msgspec.Struct, frozen=True):
    """What may stand in one place. `condition`: text that is an expression without `${{ }}` too."""

    null: bool = False
    truth: bool = False
    number: bool = False
    text: bool = False
    filled: bool = False
    words: frozenset[str] = frozenset()
    items: Shape | None = None
    tables: tuple[Table, ...] = ()
    names: Names | None = None
    condition: bool = False
    anything: bool = False

    def within(self, names: Names) -> Shape:
        """The same, where expressions may use `names`."""
        return msgspec.structs.replace(self, names=names)


NULL = Shape(null=True)
TRUTH = Shape(truth=True)
NUMBER = Shape(number=True)
TEXT = Shape(text=True)
FILLED = Shape(filled=True)
ANYTHING = Shape(anything=True)
CONDITION = Shape(text=True, condition=True)
VALUE = Shape(truth=True, number=True, text=True)


def words(allowed: str) -> Shape:
    """One of these words, written with blanks between them."""
    return Shape(words=frozenset(allowed.split()))


def listing(item: Shape) -> Shape:
    """A list."""
    return Shape(items=item)


def table(keys: Mapping[str, Shape], *needed: str, rest: Shape | None = None) -> Shape:
    """A mapping of these keys, of which `needed` must be there."""
    return Shape(tables=(Table(keys, frozenset(needed), rest),))


def dictionary(value: Shape) -> Shape:
    """A mapping of any keys."""
    return Shape(tables=(Table(rest=value),))


def either(*shapes: Shape) -> Shape:
    """What fits one of several. Names and lists come from the one that has them."""
    return Shape(
        null=any(each.null for each in shapes),
        truth=any(each.truth for each in shapes),
        number=any(each.number for each in shapes),
        text=any(each.text for each in shapes),
        filled=any(each.filled for each in shapes),
        words=frozenset(word for each in shapes for word in each.words),
        items=next((each.items for each in shapes if each.items), None),
        tables=tuple(one for each in shapes for one in each.tables),
    )


def one_or_more(item: Shape) -> Shape:
    """One value or a list of them."""
    return either(item, listing(item))


FILLED_LIST = one_or_more(FILLED)
STRINGS = dictionary(TEXT)
