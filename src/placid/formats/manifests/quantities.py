"""Amounts as Kubernetes writes them: "500m" CPU, "128Mi" memory, "1e3", "2Ki".

The grammar is the API's (resource.Quantity): a decimal number, then a decimal or binary suffix or
an exponent. Fractions are exact.
"""

from __future__ import annotations

import re
from fractions import Fraction

_SHAPE = re.compile(
    r"(?P<number>[+-]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30}))"
    r"(?P<unit>[numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]{1,2}|)"
)
_UNITS: dict[str, Fraction] = {
    "": Fraction(1),
    "n": Fraction(1, 10**9),
    "u": Fraction(1, 10**6),
    "m": Fraction(1, 1000),
    **{unit: Fraction(1000**power) for power, unit in enumerate("kMGTPE", start=1)},
    **{f"{unit}i": Fraction(1024**power) for power, unit in enumerate("KMGTPE", start=1)},
}


def quantity(text: str) -> Fraction | None:
    """The amount that `text` says, or None when the API would refuse it."""
    found = _SHAPE.fullmatch(text)
    if not found:
        return None
    number, unit = Fraction(found["number"].rstrip(".")), found["unit"]
    if unit in _UNITS:
        return number * _UNITS[unit]
    return number * Fraction(10) ** int(unit[1:])
