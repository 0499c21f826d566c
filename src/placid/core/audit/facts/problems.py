"""Where a YAML problem is: it says "path:12:3", rules point with characters."""

from __future__ import annotations

from placid.base.errors import Problem
from placid.base.yamltext import Span
from placid.base.yamltext.excerpt import Lines


def spot(problem: Problem, text: str, length: int = 1) -> Span:
    """The characters of `text` at which a problem points; the file as a whole when it does not."""
    parts = (problem.where or "").rsplit(":", 2)
    if len(parts) != 3 or not (parts[1].isdecimal() and parts[2].isdecimal()):
        return Span(0, 0)
    start = min(Lines(text).span(int(parts[1])).start + int(parts[2]) - 1, len(text))
    return Span(start, min(start + length, len(text)))
