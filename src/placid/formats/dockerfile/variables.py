"""`$name`, `${name}`, `${name:-word}` and the like, as BuildKit fills them in.

A scope maps names to values; None is a variable that has a value nobody can know from the file
(`docker build --build-arg`, the ENV of a base image).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_START = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)|([A-Za-z_][A-Za-z0-9_]*))")
_OPERATOR = re.compile(r":?[-+?]|##?|%%?|//?")
_DEPTH = 8


class Use(NamedTuple):
    """One use of a variable: `operator` is "", "-", ":-", "+"...; `word` what follows it."""

    name: str
    operator: str
    word: str
    start: int
    end: int


def uses(text: str, escape: str = "\\") -> Iterator[Use]:
    """The variables a text uses, those in the words of others not among them."""
    at = 0
    while match := _START.search(text, at):
        before = text[: match.start()]
        slashes = len(before) - len(before.rstrip(escape))
        if slashes % 2:
            at = match.end()
            continue
        use = _use(text, match)
        at = use.end if use else match.end()
        if use:
            yield use


def _use(text: str, match: re.Match[str]) -> Use | None:
    """The use that begins at a match; None when its brace is never closed."""
    if match[2]:
        return Use(match[2], "", "", match.start(), match.end())
    operator = _OPERATOR.match(text, match.end())
    start = operator.end() if operator else match.end()
    depth = 1
    for brace in re.finditer(r"[{}]", text[start : start + 10_000]):
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            end = start + brace.start()
            name = operator[0] if operator else ""
            return Use(match[1], name, text[start:end], match.start(), end + 1)
    return None


def expand(
    text: str, scope: Mapping[str, str | None], *, missing: str | None = "", depth: int = 0
) -> str | None:
    """The text with its variables filled in; None when one of them cannot be known.

    A name that the scope does not have is `missing`.
    """
    if "$" not in text:
        return text
    out: list[str] = []
    at = 0
    for use in uses(text):
        value = _value(use, scope, missing, depth)
        if value is None:
            return None
        out += [text[at : use.start], value]
        at = use.end
    return "".join([*out, text[at:]])


def _value(
    use: Use, scope: Mapping[str, str | None], missing: str | None, depth: int
) -> str | None:
    value = scope.get(use.name, missing)
    if depth > _DEPTH or value is None:
        return None
    there = use.name in scope and not (use.operator.startswith(":") and not value)
    match use.operator:
        case "":
            return value
        case "-" | ":-":
            return value if there else expand(use.word, scope, missing=missing, depth=depth + 1)
        case "+" | ":+":
            return expand(use.word, scope, missing=missing, depth=depth + 1) if there else ""
        case "?" | ":?":
            return value if there else None
        case _:
            return None
