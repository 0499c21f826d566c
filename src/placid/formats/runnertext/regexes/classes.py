"""Character classes of .NET's regular expressions, and its `\\p{...}` categories, for Python."""

from __future__ import annotations

import re
from functools import cache

from placid.formats.runnertext.regexes.reader import Reader

SHORTHANDS = frozenset("dDsSwW")
_CATEGORY = re.compile(r"L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfson]?")
_LAST = 0xFFFF


def literal(char: str) -> str:
    """A character that means itself, in a class or out of one."""
    if (char.isascii() and char.isalnum()) or char == "_":
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\U{code:08x}"


def read_class(reader: Reader) -> str:
    """A class whose "[" is behind."""
    negated = "^" if reader.skip("^") else ""
    members, without = list[str](), ""
    while not (members and reader.skip("]")):
        if reader.done:
            raise reader.error("Unterminated [] set.")
        if members and reader.skip("-["):
            without = f"(?!{read_class(reader)})"
        else:
            members.append(_member(reader))
    found = f"[{negated}{''.join(members)}]"
    return f"(?:{without}{found})" if without else found


def _member(reader: Reader) -> str:
    char = reader.take()
    if char != "\\":
        return _range(reader, char)
    kind = reader.peek()
    if kind in SHORTHANDS:
        return "\\" + reader.take()
    if kind in ("p", "P"):
        reader.take()
        return category(reader, kind == "P")
    if reader.skip("b"):
        return _range(reader, "\b")
    return _range(reader, reader.escaped())


def _range(reader: Reader, low: str) -> str:
    ahead = reader.pattern[reader.at : reader.at + 2]
    if len(ahead) < 2 or ahead[0] != "-" or ahead[1] in "][":
        return literal(low)
    reader.at += 1
    high = reader.take()
    if high == "\\":
        if reader.peek() in (*SHORTHANDS, "p", "P"):
            raise reader.error(f"Cannot include class \\{reader.peek()} in character range.")
        high = "\b" if reader.skip("b") else reader.escaped()
    if low > high:
        raise reader.error("[x-y] range in reverse order.")
    return f"{literal(low)}-{literal(high)}"


def category(reader: Reader, negated: bool) -> str:
    """The members of a class for `{Lu}`, which stands after a `\\p`, or for all but those."""
    if not reader.skip("{"):
        raise reader.error("Malformed \\p{X} character escape.")
    name = reader.after("}", "Incomplete \\p{X} character escape.")
    if not _CATEGORY.fullmatch(name):
        raise reader.error(f"Unknown property '{name}'.")
    return _ranges(name, negated)


@cache
def _ranges(name: str, negated: bool) -> str:
    # Only a pattern with \p needs the tables.
    from unicodedata import category as category_of  # noqa: PLC0415

    found, start = list[str](), -1
    for code in range(_LAST + 2):
        holds = code <= _LAST and category_of(chr(code)).startswith(name) is not negated
        if holds and start < 0:
            start = code
        elif not holds and start >= 0:
            found.append(f"\\u{start:04x}-\\u{code - 1:04x}")
            start = -1
    # .NET sees the two surrogates of what comes after.
    if "Cs".startswith(name) is not negated:
        found.append("\\U00010000-\\U0010ffff")
    return "".join(found)
