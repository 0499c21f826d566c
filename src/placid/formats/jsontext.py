"""JSON as people keep it, with exact places: comments and trailing commas are let through.

    root = read_json(text)          the same nodes as `base.yamltext`, or None when it is no JSON

Linear in the text, bounded in depth, no recursion. For files of some kilobytes (package.json,
devcontainer.json); where positions do not matter, `json` reads large ones faster.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from placid.base.yamltext import Entry, Mapping, Node, Scalar, Sequence, Span

_TOKEN = re.compile(
    r"""(?P<skip>[\s,]+|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)
      | (?P<string>"(?:[^"\\\n]|\\.)*")
      | (?P<word>[-+.\w]+)
      | (?P<mark>[\[\]{}:])""",
    re.VERBOSE,
)
_DEEPEST = 100


@dataclass(slots=True)
class _Open:
    start: int
    mapping: bool
    children: list[Node] = field(default_factory=list[Node])


def read_json(text: str) -> Node | None:
    """The value that `text` holds; None when it is no JSON."""
    stack = [_Open(0, False)]
    at = int(text.startswith("\ufeff"))
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None or not _take(token, stack):
            return None
        at = token.end()
    if len(stack) != 1 or len(stack[0].children) != 1:
        return None
    return stack[0].children[0]


def _take(token: re.Match[str], stack: list[_Open]) -> bool:
    """Put one token into the tree; False when it cannot stand there."""
    kind, written, span = token.lastgroup, token[0], Span(*token.span())
    if kind == "skip" or written == ":":
        return True
    if kind != "mark":
        scalar = _scalar(written, span)
        if scalar is not None:
            stack[-1].children.append(scalar)
        return scalar is not None
    if written in "[{":
        stack.append(_Open(span.start, written == "{"))
        return len(stack) < _DEEPEST
    return _close(stack, span.end, written == "}")


def _close(stack: list[_Open], end: int, mapping: bool) -> bool:
    done = stack.pop()
    if not stack or done.mapping is not mapping:
        return False
    node = _mapping(done, end) if mapping else _sequence(done, end)
    if node is not None:
        stack[-1].children.append(node)
    return node is not None


def _sequence(done: _Open, end: int) -> Sequence:
    return Sequence(Span(done.start, end), tuple(done.children), flow=True)


def _mapping(done: _Open, end: int) -> Mapping | None:
    """Keys and values in turn; of a key that is there twice the last one counts."""
    keys, values = done.children[::2], done.children[1::2]
    if len(keys) != len(values):
        return None
    entries: dict[str, Entry] = {}
    for key, value in zip(keys, values, strict=True):
        if not isinstance(key, Scalar):
            return None
        entries[key.text] = Entry(key, value)
    return Mapping(Span(done.start, end), tuple(entries.values()), flow=True)


_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


def _scalar(written: str, span: Span) -> Scalar | None:
    if written[0] == '"' and "\\" not in written and written.isprintable():
        return Scalar(span, written[1:-1], written[1:-1], plain=False)
    if written in _WORDS:
        return Scalar(span, written, _WORDS[written])
    try:
        value: object = json.loads(written, strict=False)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, str):
        return Scalar(span, value, value, plain=False)
    return Scalar(span, written, value) if isinstance(value, int | float) else None


def inside(scalar: Scalar) -> Span:
    """The span between the quotes of a JSON string."""
    return scalar.span if scalar.plain else Span(scalar.span.start + 1, scalar.span.end - 1)
