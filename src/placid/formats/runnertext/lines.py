r"""One workflow command on a line of output, as GitHub's runner finds it.

    ::name key=value,key=value::data      leading blanks are allowed, nothing else before it
    ##[name key=value;key=value]data      anywhere on the line, tried when the first is none

Names ignore case, and a name that is not known makes the line plain text. `%0D %0A %25` are undone
in data, `%3A %2C` in the properties of the first form too, `%3B %5D` everywhere in the second; in
capitals only. A property without a value is left out; of one that comes twice the last value holds.
"""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple

# What .NET takes for white space; Python's own set has four control characters more.
BLANKS = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
KNOWN = frozenset(
    (
        "add-mask",
        "add-matcher",
        "add-path",
        "debug",
        "echo",
        "endgroup",
        "error",
        "group",
        "internal-set-repo-path",
        "notice",
        "remove-matcher",
        "save-state",
        "set-env",
        "set-output",
        "stop-commands",
        "warning",
    )
)
_DATA = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
_PROPERTY = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))
_BRACKETS = (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%25", "%"))

Escapes = tuple[tuple[str, str], ...]


class Parsed(NamedTuple):
    """A command: its name and the names of its properties as they are written."""

    command: str
    properties: dict[str, str]
    data: str

    def property(self, name: str) -> str:
        """A property's value, "" when it has none; `name` in lower case."""
        return next((v for k, v in self.properties.items() if k.lower() == name), "")


def parse(line: str, known: Container[str] = KNOWN) -> Parsed | None:
    """The command of a line without its end; None when it is plain text.

    known  names in lower case
    """
    return _colons(line, known) or _brackets(line, known)


def _colons(line: str, known: Container[str]) -> Parsed | None:
    text = line.lstrip(BLANKS)
    if not text.startswith("::"):
        return None
    end = text.find("::", 2)
    if end < 0:
        return None
    name, _, properties = text[2:end].partition(" ")
    if name.lower() not in known:
        return None
    given = _properties(properties.strip(BLANKS), ",", _PROPERTY)
    return Parsed(name, given, unescaped(text[end + 2 :], _DATA))


def _brackets(line: str, known: Container[str]) -> Parsed | None:
    start = line.find("##[")
    end = line.find("]", start) if start >= 0 else -1
    if end < 0:
        return None
    name, _, properties = line[start + 3 : end].partition(" ")
    if name.lower() not in known:
        return None
    given = _properties(properties, ";", _BRACKETS)
    return Parsed(name, given, unescaped(line[end + 1 :], _BRACKETS))


def _properties(text: str, separator: str, escapes: Escapes) -> dict[str, str]:
    found: dict[str, str] = {}
    spelled: dict[str, str] = {}
    for pair in text.split(separator) if text else ():
        name, _, value = pair.lstrip("=").partition("=")
        value = value.lstrip("=")  # empty parts do not count
        if value:
            found[spelled.setdefault(name.lower(), name)] = unescaped(value, escapes)
    return found


def unescaped(text: str, escapes: Escapes = _DATA) -> str:
    """Text with its escapes undone, in the order in which the runner does it."""
    if "%" in text:
        for escape, meant in escapes:
            text = text.replace(escape, meant)
    return text
