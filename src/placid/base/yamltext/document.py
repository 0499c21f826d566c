"""A YAML text with its tree: places in it, values by route, and errors that point into it."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from placid.base.errors import Problem
from placid.base.yamltext.excerpt import lines_of, underline
from placid.base.yamltext.nodes import Mapping, Node, Route, Sequence, Span

_WORD = re.compile(r"[^\s,\[\]{}]+|[\[\]{},]")


class Document(msgspec.Struct, frozen=True):
    """`root` is None when the text holds no value; `problems` are its double keys.

    Characters in `hidden` are secrets: an error that shows their line has stars in their place.
    """

    text: str
    name: str = ""
    root: Node | None = None
    problems: tuple[Problem, ...] = ()
    hidden: tuple[Span, ...] = ()

    def at(self, span: Span) -> tuple[int, int]:
        """Line and column where `span` begins, both from 1."""
        return lines_of(self.text).at(span.start)

    def where(self, span: Span) -> str:
        """The place as "placid.yaml:12:3"."""
        line, column = self.at(span)
        return f"{self.name}:{line}:{column}"

    def problem(
        self,
        what: str,
        span: Span,
        *,
        hint: str = "",
        fix: str | None = None,
        hidden: Iterable[Span] = (),
    ) -> Problem:
        """A Problem that shows the line of `span`, with stars for `hidden` and our own secrets."""
        excerpt = underline(self.text, span, hint, (*self.hidden, *hidden))
        return Problem(what, where=self.where(span), fix=fix, excerpt=excerpt)

    def find(self, route: Route) -> Node | None:
        """The value at `route`, or None when there is none."""
        node = self.root
        for step in route:
            if isinstance(node, Mapping) and isinstance(step, str):
                entry = node.get(step)
                node = entry.value if entry else None
            elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
                node = node.items[step]
            else:
                return None
        return node

    def tab(self, offset: int) -> Span | None:
        """The tab that indents the line of `offset` (or begins at it), or None."""
        lines = lines_of(self.text)
        start = lines.span(lines.at(offset)[0]).start
        indent = re.compile(r"[ \t]*").match(self.text, start)
        found = self.text.find("\t", start, max(indent.end() if indent else start, offset + 1))
        return None if found < 0 else Span(found, found + 1)

    def line_start(self, offset: int) -> int:
        """The first character on the line of `offset` that is no space."""
        lines = lines_of(self.text)
        start = lines.span(lines.at(offset)[0]).start
        return start + len(self.text[start:offset]) - len(self.text[start:offset].lstrip())

    def begins_line(self, offset: int) -> bool:
        """Whether only one word stands before `offset` on its line."""
        return bool(re.fullmatch(r"[\w.-]+", self.text[self.line_start(offset) : offset]))

    def word(self, offset: int) -> Span:
        """The word at `offset`; past the end of the text, the end of its last line."""
        found = _WORD.match(self.text, offset)
        if found:
            return Span(*found.span())
        end = len(self.text[:offset].rstrip()) if offset >= len(self.text.rstrip()) else offset
        return Span(end, end + 1)
