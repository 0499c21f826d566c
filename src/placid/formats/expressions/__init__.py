"""The expression language of GitHub Actions: what stands between `${{` and `}}`, and in `if:`.

`parse` gives a tree with spans, `segments` splits a scalar into literal text and expressions,
`condition` reads an `if:`, `check` says what GitHub would refuse, `evaluate` gives the value.

The grammar, the limits and the error texts are those of the published parser; where that one and
the runner, which does the work, are known to differ, the runner is followed: numbers as text have
15 digits ("1E+15"), hexadecimal is 32 bits wide, all quotes of a string are unescaped, a comma
before ")" is refused, and `case` looks only at what it needs.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from placid.base.yamltext.nodes import Span
    from placid.formats.expressions.checks import (
        Access,
        check,
        names,
    )
    from placid.formats.expressions.evaluation import (
        Function,
        evaluate,
    )
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
    from placid.formats.expressions.parsing import parse
    from placid.formats.expressions.signatures import (
        BUILT_IN,
        Known,
        known,
    )
    from placid.formats.expressions.templates import (
        Segment,
        calls_status,
        condition,
        errors_in,
        pieces_of,
        render,
        segments,
    )
    from placid.formats.expressions.values import (
        CaseSensitive,
        Value,
        text_of,
        truthy,
    )

__all__ = [
    "BUILT_IN",
    "Access",
    "Call",
    "CaseSensitive",
    "Compare",
    "ExpressionError",
    "Function",
    "Index",
    "Known",
    "Literal",
    "Logic",
    "Name",
    "Node",
    "Not",
    "Segment",
    "Span",
    "Value",
    "Wildcard",
    "calls_status",
    "check",
    "condition",
    "errors_in",
    "evaluate",
    "known",
    "names",
    "parse",
    "pieces_of",
    "render",
    "segments",
    "text_of",
    "truthy",
]

_HOMES = {
    "Access": "placid.formats.expressions.checks",
    "BUILT_IN": "placid.formats.expressions.signatures",
    "Call": "placid.formats.expressions.nodes",
    "CaseSensitive": "placid.formats.expressions.values",
    "Compare": "placid.formats.expressions.nodes",
    "ExpressionError": "placid.formats.expressions.nodes",
    "Function": "placid.formats.expressions.evaluation",
    "Index": "placid.formats.expressions.nodes",
    "Known": "placid.formats.expressions.signatures",
    "Literal": "placid.formats.expressions.nodes",
    "Logic": "placid.formats.expressions.nodes",
    "Name": "placid.formats.expressions.nodes",
    "Node": "placid.formats.expressions.nodes",
    "Not": "placid.formats.expressions.nodes",
    "Segment": "placid.formats.expressions.templates",
    "Span": "placid.base.yamltext.nodes",
    "Value": "placid.formats.expressions.values",
    "Wildcard": "placid.formats.expressions.nodes",
    "calls_status": "placid.formats.expressions.templates",
    "check": "placid.formats.expressions.checks",
    "condition": "placid.formats.expressions.templates",
    "errors_in": "placid.formats.expressions.templates",
    "evaluate": "placid.formats.expressions.evaluation",
    "known": "placid.formats.expressions.signatures",
    "names": "placid.formats.expressions.checks",
    "parse": "placid.formats.expressions.parsing",
    "pieces_of": "placid.formats.expressions.templates",
    "render": "placid.formats.expressions.templates",
    "segments": "placid.formats.expressions.templates",
    "text_of": "placid.formats.expressions.values",
    "truthy": "placid.formats.expressions.values",
}


def __getattr__(name: str) -> object:
    """Import a part when it is first asked for: who needs one does not pay for all."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(home), name)
