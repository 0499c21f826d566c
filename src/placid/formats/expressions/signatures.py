"""Which functions there are, how many arguments each takes, and what a place allows.

A place's own functions come as GitHub's schema writes them: "hashFiles(1,255)", "success(0,MAX)";
a bare name is looked up in `PLACED`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import msgspec

from placid.base.yamltext.nodes import Span
from placid.formats.expressions.nodes import ExpressionError


class Signature(NamedTuple):
    """The least and the largest number of arguments."""

    least: int
    most: float


BUILT_IN: dict[str, Signature] = {
    "case": Signature(3, 255),
    "contains": Signature(2, 2),
    "endswith": Signature(2, 2),
    "format": Signature(1, 255),
    "fromjson": Signature(1, 1),
    "join": Signature(1, 2),
    "startswith": Signature(2, 2),
    "tojson": Signature(1, 1),
}
STATUS = frozenset({"success", "failure", "cancelled", "always"})
PLACED: dict[str, Signature] = {
    "hashfiles": Signature(1, 255),
    "success": Signature(0, float("inf")),
    "failure": Signature(0, float("inf")),
    "cancelled": Signature(0, 0),
    "always": Signature(0, 0),
}
_WRITTEN = re.compile(r"([A-Za-z0-9_]+)\((\d+),(\d+|MAX)\)\Z")


class Known(msgspec.Struct, frozen=True):
    """What a place allows: contexts, and functions with the built-in ones; in lower case."""

    contexts: frozenset[str]
    functions: dict[str, Signature]

    def context(self, name: str, at: Span) -> ExpressionError | None:
        """What is wrong with naming this context here."""
        if name.lower() in self.contexts:
            return None
        return ExpressionError(f"Unrecognized named-value: '{name}'", at)

    def function(self, name: str, count: int, at: Span) -> ExpressionError | None:
        """What is wrong with calling this function with so many arguments here."""
        folded = name.lower()
        signature = self.functions.get(folded)
        wrong = ""
        if signature is None:
            wrong = "Unrecognized function"
        elif count < signature.least:
            wrong = "Too few parameters supplied"
        elif count > signature.most:
            wrong = "Too many parameters supplied"
        elif folded == "case" and count % 2 == 0:
            wrong = "Even number of parameters supplied, requires an odd number of parameters"
        return ExpressionError(f"{wrong}: '{name}'", at) if wrong else None


@lru_cache(maxsize=256)
def known(contexts: frozenset[str], functions: frozenset[str]) -> Known:
    """The allowed names as a caller, or GitHub's schema, lists them."""
    allowed = dict(BUILT_IN)
    for written in functions:
        if match := _WRITTEN.match(written):
            most = float("inf") if match[3] == "MAX" else int(match[3])
            allowed.setdefault(match[1].lower(), Signature(int(match[2]), most))
        else:
            folded = written.lower()
            allowed.setdefault(folded, PLACED.get(folded, Signature(0, float("inf"))))
    return Known(frozenset(name.lower() for name in contexts), allowed)
