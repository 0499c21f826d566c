"""Where the words of a `run` script are written in the workflow file.

A script is one line, or a literal block (`|`) whose lines stand below with an indent. Of what is
folded or escaped nothing is known.
"""

from __future__ import annotations

from placid.base.yamltext import Scalar, Span
from placid.formats.shell import Word


def place(source: str, script: Scalar, word: Word) -> Span | None:
    """The characters of `word`, a word of `script.text`, in the file `source`."""
    if not script.block:
        skipped = 0 if script.plain else 1
        start = script.span.start + skipped + word.start
    else:
        start = _in_block(source, script, word.start)
    span = Span(start, start + word.end - word.start)
    return span if start >= 0 and source[start : span.end] == word.text else None


def _in_block(source: str, script: Scalar, offset: int) -> int:
    """The nth line of the script is the nth below the mark."""
    number = script.text.count("\n", 0, offset)
    column = offset - (script.text.rfind("\n", 0, offset) + 1)
    at = source.find("\n", script.span.start, script.span.end) + 1
    for _ in range(number):
        at = source.find("\n", at) + 1
        if at <= 0:
            return -1
    line = source[at : source.find("\n", at) if "\n" in source[at:] else len(source)]
    wanted = script.text.split("\n")[number]
    indent = line.find(wanted.rstrip("\r"))
    return at + indent + column if indent >= 0 else -1
