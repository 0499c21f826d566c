r"""The lines of a Dockerfile as instructions see them.

A line that ends in the escape character goes on in the next; comments and empty lines between the
two are left out. Directives (`# escape=...`) count only before all else. A heredoc takes the lines
after the instruction up to its name, and nothing in them is a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from placid.base.yamltext import Span
from placid.formats.dockerfile.joined import Joined, joined
from placid.formats.dockerfile.nodes import Directive, Fault, Heredoc

_DIRECTIVE = re.compile(r"#[ \t]*([A-Za-z][A-Za-z0-9]*)[ \t]*=[ \t]*([^\r\n]*)")
_KNOWN = {"syntax", "escape", "check"}
_HEREDOC = re.compile(r"[0-9]*<<(-?)(['\"]?)([^<'\"\s]+)\2$")
_SHELL_WORD = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\])+|["']""", re.DOTALL)
_TAKES_HEREDOC = re.compile(r"(?:ONBUILD\s+)?(?:RUN|COPY|ADD)\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """An instruction's text with its heredocs; `end` is where it ends in the file."""

    text: Joined
    heredocs: tuple[Heredoc, ...]
    end: int


class Reader:
    """Physical lines, one after the other, each with its place."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 1 if text.startswith("\ufeff") else 0

    def done(self) -> bool:
        return self.at >= len(self.text)

    def next(self) -> tuple[str, int]:
        """The next line without its break, and where it begins."""
        start = self.at
        end = self.text.find("\n", start)
        self.at = len(self.text) if end < 0 else end + 1
        return self.text[start : len(self.text) if end < 0 else end].rstrip("\r"), start


def directives(text: str) -> tuple[list[Directive], list[Fault]]:
    """What the top of the file says of itself; an unknown name is a comment and ends them."""
    found: list[Directive] = []
    faults: list[Fault] = []
    reader = Reader(text)
    while not reader.done():
        line, start = reader.next()
        match = _DIRECTIVE.match(line)
        name = match[1].lower() if match else ""
        if match is None or name not in _KNOWN:
            break
        directive = Directive(name, match[2].strip(), Span(start, start + len(line)))
        if any(other.name == name for other in found):
            faults.append(Fault(f"the directive {name} comes twice", directive.span))
        elif name == "escape" and directive.value not in {"\\", "`"}:
            faults.append(Fault("the escape character must be \\ or `", directive.span))
        found.append(directive)
    return found, faults


def lines(text: str, escape: str) -> Iterator[Line]:
    """The instructions of a file, each as one line."""
    reader = Reader(text)
    while not reader.done():
        line, start = reader.next()
        indent = len(line) - len(line.lstrip())
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        pieces, end = _continued(reader, line[indent:], start + indent, escape)
        whole = joined(pieces)
        if not whole.text.strip():
            continue
        heredocs = tuple(_heredocs(reader, whole.text))
        if heredocs:
            end = reader.at
            while end > start and text[end - 1] in "\r\n":
                end -= 1
        yield Line(whole, heredocs, end)


def _continued(
    reader: Reader, line: str, start: int, escape: str
) -> tuple[list[tuple[str, int]], int]:
    """The pieces of an instruction that begins with `line`, and where the last one ends."""
    pieces: list[tuple[str, int]] = []
    kept, more = _cut(line, escape)
    pieces.append((kept, start))
    end = start + len(line)
    while more and not reader.done():
        line, start = reader.next()
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        kept, more = _cut(line, escape)
        pieces.append((kept, start))
        end = start + len(line)
    return pieces, end


def _cut(line: str, escape: str) -> tuple[str, bool]:
    """The line without the escape at its end, and whether there was one (`\\\\` is none)."""
    bare = line.rstrip(" \t")
    if bare.endswith(escape) and not bare.endswith(escape * 2):
        return bare[:-1], True
    return line, False


def _heredocs(reader: Reader, line: str) -> Iterator[Heredoc]:
    if "<<" not in line or not _TAKES_HEREDOC.match(line):
        return
    for word in _SHELL_WORD.finditer(line):
        match = _HEREDOC.match(word[0]) if "<<" in word[0] else None
        if match:
            yield _body(reader, match[3], tabs=bool(match[1]), expand=not match[2])


def _body(reader: Reader, name: str, *, tabs: bool, expand: bool) -> Heredoc:
    start = reader.at
    while not reader.done():
        line, at = reader.next()
        if (line.lstrip("\t") if tabs else line) == name:
            return Heredoc(name, Joined(reader.text[start:at], ((0, start),)), expand, closed=True)
    body = Joined(reader.text[start:], ((0, start),))
    return Heredoc(name, body, expand, closed=False)
