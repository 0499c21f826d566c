"""The expression language of GitHub Actions: what stands between `${{` and `}}`, and in `if:`.

`parse` gives a tree with spans, `segments` splits a scalar into literal text and expressions,
`condition` reads an `if:`, `check` says what GitHub would refuse, `evaluate` gives the value.

The grammar, the limits and the error texts are those of the published parser; where that one and
the runner, which does the work, are known to differ, the runner is followed: numbers as text have
15 digits ("1E+15"), hexadecimal is 32 bits wide, all quotes of a string are unescaped, a comma
before ")" is refused, and `case` looks only at what it needs.
"""

from placid.base.yamltext.nodes import Span
from placid.formats.expressions.checks import Access, check, names
from placid.formats.expressions.evaluation import Function, evaluate
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
from placid.formats.expressions.signatures import BUILT_IN, Known, known
from placid.formats.expressions.templates import (
    Segment,
    calls_status,
    condition,
    errors_in,
    pieces_of,
    render,
    segments,
)
from placid.formats.expressions.values import CaseSensitive, Value, text_of, truthy

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
