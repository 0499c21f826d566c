"""Reads one file of code for the routes that it makes, and for what answers them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.formats.routes.languages import BY_ENDING, JAVASCRIPT, PYTHON, RUBY, Language
from placid.formats.routes.model import Route, Served

_INCLUDE = re.compile(r"\binclude\(\s*\(?\s*(?:[\"'](?P<module>[\w.]+)[\"']|(?P<other>\w[\w.]*))")
_PLAIN_COMMENT = re.compile(r"^\s*(?:#|//|\*|--)")
_DEF = re.compile(r"^([ \t]*)(?:async[ \t]+)?def[ \t]+\w+", re.MULTILINE)
_RESOURCES = re.compile(r"^[ \t]*resources?[ (]+:(?P<path>\w+)", re.MULTILINE)
_LONGEST = 2_000


def is_code(path: str) -> bool:
    """Whether a file's name lets it make routes that can be read here."""
    return posixpath.splitext(path)[1] in BY_ENDING


def read(path: str, text: str) -> Served | None:
    """What a file serves; None when it has nothing to do with HTTP routes."""
    language = BY_ENDING.get(posixpath.splitext(path)[1])
    if language is None or not any(mark in text for mark in language.marks):
        return None
    made = language.makes.search(text)
    routes = tuple(_routes(language, text))
    doubt = language.doubts.search(text)
    includes = tuple(found["module"] or "" for found in _INCLUDE.finditer(text))
    if not routes and made is None and doubt is None and not includes:
        return None
    return Served(
        next(mark for mark in language.marks if mark in text),
        routes,
        Span(*made.span()) if made else None,
        doubt[0].strip()[:60] if doubt else "",
        includes if language is PYTHON else (),
    )


def _routes(language: Language, text: str) -> Iterator[Route]:
    for found in language.routes.finditer(text):
        name, path = _path(found)
        start = text.rfind("\n", 0, found.start()) + 1
        if _PLAIN_COMMENT.match(text[start : found.start() + 2]):
            continue
        yield Route(
            f"/{path.strip('^$').lstrip('/')}",
            Span(*found.span(name)),
            _handler(language, text, found),
        )
    for found in language.opens.finditer(text):
        yield Route(found["path"] or "/", Span(*found.span("path")), prefix=True)
    if language is RUBY:
        for found in _RESOURCES.finditer(text):
            yield Route(f"/{found['path']}", Span(*found.span("path")), prefix=True)


def _path(found: re.Match[str]) -> tuple[str, str]:
    """The group that has the path, and the path."""
    for name, path in found.groupdict().items():
        if path is not None:
            return name, path
    return "path", ""


def _handler(language: Language, text: str, found: re.Match[str]) -> str:
    """The text of the function that answers, where it stands beside the route; "" elsewhere."""
    if language is PYTHON and found[0].startswith("@"):
        return _indented(text, found.end())
    if language is JAVASCRIPT and "=>" in text[found.end() : found.end() + 120]:
        return _braced(text, text.index("=>", found.end()))
    return ""


def _indented(text: str, at: int) -> str:
    """A Python function, from `def` to the next line that is indented no deeper."""
    start = _DEF.search(text, at, at + _LONGEST)
    if start is None:
        return ""
    lines = text[start.start() : start.start() + 2 * _LONGEST].split("\n")
    kept = [lines[0]]
    for line in lines[1:]:
        deeper = line.startswith((start[1] + " ", start[1] + "\t", start[1] + ")"))
        if line.strip() and not deeper:
            break
        kept.append(line)
    return "\n".join(kept)


def _braced(text: str, at: int) -> str:
    """What is between the braces behind an arrow; the rest of the line when there are none."""
    opened = re.compile(r"=>\s*\{").match(text, at)
    if opened is None:
        return text[at : text.find("\n", at)]
    depth = 0
    for place in range(opened.end() - 1, min(len(text), opened.end() + _LONGEST)):
        depth += (text[place] == "{") - (text[place] == "}")
        if depth == 0:
            return text[at:place]
    return ""
