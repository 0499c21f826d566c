"""Texts that are no YAML whatever they say: bytes that are no UTF-8, characters not allowed."""

from __future__ import annotations

import re

from placid.base.errors import Problem
from placid.base.yamltext.document import Document
from placid.base.yamltext.nodes import Span

_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]|(?<!^)\ufeff"
)
_PLAIN = bytes({9, 10, 13, *range(32, 127)})


def decode(data: bytes, name: str = "") -> str:
    """The text of a UTF-8 file; Problem with the place of the first byte that is not."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Problem("this file is UTF-16, not UTF-8", where=name or None, fix=_UTF8)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode()) + 1
        raise Problem(
            f"this file is not UTF-8: byte 0x{data[error.start]:02x} is none of its characters",
            where=f"{name}:{line}:{column}",
            fix=_UTF8,
        ) from None


_UTF8 = "save the file as UTF-8"


def check_characters(text: str, name: str, hidden: tuple[Span, ...] = ()) -> None:
    """Problem at the first character that YAML does not allow."""
    if text.isascii() and not text.encode().translate(None, _PLAIN):
        return  # the same as below for most texts, and 20 times as fast
    if found := _CONTROL.search(text):
        raise Document(text, name, hidden=hidden).problem(
            f"character U+{ord(found[0]):04X} is not allowed in YAML",
            Span(*found.span()),
            fix="remove it; in double quotes it can be written as an escape, like \\u0007",
        )
