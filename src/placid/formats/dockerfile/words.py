"""How each instruction splits its arguments: at white space, by quotes, or as a JSON array."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from placid.formats.dockerfile.joined import Joined
from placid.formats.dockerfile.nodes import Flag, Pair, Word

_PLAIN = re.compile(r"\S+")
_STRING = re.compile(r'\s*("(?:[^"\\\x00-\x1f]|\\.)*")\s*([,\]])')
_QUOTED = {
    escape: re.compile(
        rf"""(?:"(?:[^"{re.escape(escape)}]|{re.escape(escape)}.)*"|'[^']*'"""
        rf"""|{re.escape(escape)}.|[^\s"'{re.escape(escape)}])+|["'{re.escape(escape)}]""",
        re.DOTALL,
    )
    for escape in ("\\", "`")
}
_FLAG = re.compile(r"""\s*(--([^\s=]+)(?:=((?:"[^"]*"|[^\s"]|")*))?)(?=\s|$)""")
_MARKS = {
    escape: re.compile(rf"""["']|{re.escape(escape)}(.)""", re.DOTALL) for escape in ("\\", "`")
}


def flags(arguments: Joined) -> tuple[tuple[Flag, ...], Joined]:
    """The `--name=value` words that come first, and the arguments behind them."""
    found: list[Flag] = []
    at = 0
    while match := _FLAG.match(arguments.text, at):
        value = match[3]
        text = value.replace('"', "") if value is not None else None
        found.append(Flag(match[2], text, arguments.span(*match.span(1))))
        at = match.end()
    return tuple(found), arguments.part(at, len(arguments.text)).stripped()


def plain(arguments: Joined) -> tuple[Word, ...]:
    """The words between white space; quotes mean nothing."""
    return tuple(
        Word(match[0], match[0], arguments.span(*match.span()))
        for match in _PLAIN.finditer(arguments.text)
    )


def quoted(arguments: Joined, escape: str = "\\") -> tuple[Word, ...]:
    """The words between white space that is not in quotes."""
    return tuple(
        Word(unquote(match[0], escape), match[0], arguments.span(*match.span()))
        for match in _QUOTED[escape].finditer(arguments.text)
    )


def unquote(raw: str, escape: str = "\\") -> str:
    """A word without its quotes and escapes."""
    if not ('"' in raw or "'" in raw or escape in raw):
        return raw
    out: list[str] = []
    at, quote = 0, ""
    for match in _MARKS[escape].finditer(raw):
        mark = match[0]
        if mark == quote:
            kept, quote = "", ""
        elif mark in {'"', "'"}:
            kept, quote = (mark, quote) if quote else ("", mark)
        elif quote == "'" or (quote and match[1] not in {'"', "$", escape}):
            kept = mark
        else:
            kept = match[1]
        out += [raw[at : match.start()], kept]
        at = match.end()
    return "".join([*out, raw[at:]])


def array(arguments: Joined) -> tuple[Word, ...] | None:
    """The strings of a JSON array; None when the arguments are no such thing."""
    text = arguments.text
    start = len(text) - len(text.lstrip())
    if text[start : start + 1] != "[":
        return None
    at = start + 1
    if text[at:].strip() == "]":
        return ()
    found: list[Word] = []
    while match := _STRING.match(text, at):
        try:
            value = json.loads(match[1])
        except ValueError:
            return None
        found.append(Word(str(value), match[1], arguments.span(*match.span(1))))
        at = match.end()
        if match[2] == "]":
            return None if text[at:].strip() else tuple(found)
    return None


def pairs(arguments: Joined, escape: str = "\\") -> tuple[Pair, ...]:
    """`a=1 b="2 3"`; in the old form `a the rest` the value is the rest of the line."""
    words = list(_QUOTED[escape].finditer(arguments.text))
    if len(words) > 1 and "=" not in words[0][0]:
        start, end = words[1].start(), len(arguments.text)
        raw = arguments.text[start:end]
        value = Word(raw, raw, arguments.span(start, end))
        return (Pair(words[0][0], value, arguments.whole()),)
    return tuple(_pair(arguments, word, escape) for word in words)


def names(arguments: Joined, escape: str = "\\") -> tuple[Pair, ...]:
    """`a b=1`, as ARG has it: a name alone has no value."""
    found = _QUOTED[escape].finditer(arguments.text)
    return tuple(_pair(arguments, word, escape) for word in found)


def _pair(arguments: Joined, word: re.Match[str], escape: str) -> Pair:
    name, equals, raw = word[0].partition("=")
    span = arguments.span(*word.span())
    if not equals:
        return Pair(unquote(name, escape), None, span)
    start = word.start() + len(name) + 1
    value = Word(unquote(raw, escape), raw, arguments.span(start, word.end()))
    return Pair(unquote(name, escape), value, span)


def lone(arguments: Joined) -> Iterator[Word]:
    """All arguments as one word."""
    if arguments.text:
        yield Word(arguments.text, arguments.text, arguments.whole())
