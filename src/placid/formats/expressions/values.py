"""The values of the language and how one kind becomes another.

Plain Python stands for them: None, bool, int and float, str, lists or tuples, mappings. Comparing
is JavaScript's abstract equality, except that text is compared without regard to case, and
objects only with themselves.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias, TypeGuard

Value: TypeAlias = bool | float | str | Sequence[object] | Mapping[str, object] | None

_DECIMAL = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z")
_HEXADECIMAL = re.compile(r"0x0*([0-9a-fA-F]{1,8})\Z")
_OCTAL = re.compile(r"0o0*([0-3]?[0-7]{1,10})\Z")
_INFINITIES = {"Infinity": math.inf, "+Infinity": math.inf, "-Infinity": -math.inf}
_DOTLESS = frozenset("\u0131\u017f")


class CaseSensitive(dict[str, object]):
    """An object whose keys differ by case, as those of `env` do on Linux."""


class Filtered(tuple[object, ...]):
    """What a wildcard gives: a list whose index goes to each of its items."""

    __slots__ = ()


def is_object(value: object) -> TypeGuard[Mapping[str, object]]:
    """Whether it has keys."""
    return isinstance(value, Mapping)


def is_array(value: object) -> TypeGuard[Sequence[object]]:
    """Whether it has items by number."""
    return isinstance(value, (list, tuple))


def is_primitive(value: object) -> TypeGuard[bool | float | str | None]:
    """Whether it is neither an object nor an array."""
    return value is None or isinstance(value, (str, int, float))


def value_of(found: object) -> Value:
    """The same, as a value; what is of no kind of the language counts as its text."""
    if is_primitive(found) or is_object(found) or is_array(found):
        return found
    return str(found)


def truthy(value: object) -> bool:
    """Objects and arrays are true; null, false, 0, NaN and '' are not."""
    if isinstance(value, float):
        return bool(value) and not math.isnan(value)
    return bool(value) or not is_primitive(value)


def number_from(text: str) -> float:
    """A number as it is written: decimal, 0x (32 bits), 0o (32 bits), Infinity; else NaN."""
    text = text.strip()
    if not text:
        return 0.0
    if _DECIMAL.match(text):
        return float(text)
    for form, base in ((_HEXADECIMAL, 16), (_OCTAL, 8)):
        if found := form.match(text):
            wide = int(found[1], base)
            return float(wide - (1 << 32) if wide >= 1 << 31 else wide)
    return _INFINITIES.get(text, math.nan)


def number_of(value: object) -> float:
    """The value as a number, NaN when it is none."""
    if value is None:
        return 0.0
    if isinstance(value, str):
        return number_from(value)
    if isinstance(value, (int, float)):
        return _float(value)
    return math.nan


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def text_of(value: object) -> str:
    """The value as text: a number with up to 15 digits, 'Object' and 'Array' for what has parts."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return number_text(_float(value))
    if is_object(value):
        return "Object"
    return "Array" if is_array(value) else str(value)


def number_text(number: float) -> str:
    """A number as .NET writes it with the format G15, and zero without a sign."""
    if math.isfinite(number):
        return f"{number:.15g}".replace("e", "E") if number else "0"
    if math.isnan(number):
        return "NaN"
    return "Infinity" if number > 0 else "-Infinity"


def fold(text: str) -> str:
    """The text in capitals, letter by letter, so that two that differ by case become one."""
    if text.isascii():
        return text.upper()
    return "".join(_capital(letter) for letter in text)


def _capital(letter: str) -> str:
    capital = letter.upper()
    return letter if len(capital) != 1 or letter in _DOTLESS else capital


def equal(left: object, right: object) -> bool:
    """Loose equality."""
    if isinstance(left, str) and isinstance(right, str):
        return fold(left) == fold(right)
    if is_primitive(left) and is_primitive(right):
        return (left is None and right is None) or number_of(left) == number_of(right)
    return left is right


def less(left: object, right: object) -> bool:
    """Loose order; False when there is none."""
    if isinstance(left, str) and isinstance(right, str):
        return _order(fold(left)) < _order(fold(right))
    if left is None and right is None:
        return False
    if is_primitive(left) and is_primitive(right):
        return number_of(left) < number_of(right)
    return False


def _order(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")


def member(of: Mapping[str, object], key: str) -> tuple[object, ...]:
    """The value under a key, alone in a tuple, or () when there is none."""
    if isinstance(of, CaseSensitive):
        return (of[key],) if key in of else ()
    folded = fold(key)
    for name, value in of.items():
        if name == key or fold(name) == folded:
            return (value,)
    return ()
