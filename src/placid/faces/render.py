"""From values to what a person reads: the only place, with `formats`, that knows colours."""

from __future__ import annotations

import re

from placid.base.errors import Problem, Problems

_RED, _BLUE, _GREEN, _BOLD, _PLAIN = "\033[31m", "\033[34m", "\033[32m", "\033[1m", "\033[0m"
_NAMED = {"red": _BOLD + _RED, "yellow": "\033[33m", "blue": _BLUE, "green": _GREEN, "bold": _BOLD}
_GUTTER = re.compile(r"^( +\d* \|)", re.MULTILINE)
_CARETS = re.compile(r"(?<=\|)(\s*)(\^+.*)$", re.MULTILINE)


def problem_text(problem: Problem, colour: bool) -> str:
    """A Problem as it is printed: what, where, the underlined text and the fix; no last newline.

    Several at once come one after another with an empty line between, and a count at the end.
    """
    if isinstance(problem, Problems):
        told = [problem_text(each, colour) for each in problem.problems]
        count = [f"{len(told)} problems"] if len(told) > 1 else []
        return "\n\n".join([*told, *count])
    lines = [_painted("error:", _BOLD + _RED, colour) + f" {problem.what}"]
    if problem.where:
        lines.append(_painted("  -->", _BLUE, colour) + f" {problem.where}")
    if problem.excerpt:
        lines.append(_excerpt(problem.excerpt) if colour else problem.excerpt)
    if problem.fix:
        lines.append(_painted("fix:", _GREEN, colour) + f" {problem.fix}")
    return "\n".join(lines)


def painted(text: str, colour: str, wanted: bool) -> str:
    """The text in a colour by its name; "plain" and what is not `wanted` stay as they are."""
    return _painted(text, _NAMED.get(colour, ""), wanted and colour in _NAMED)


def _painted(text: str, colour: str, wanted: bool) -> str:
    return f"{colour}{text}{_PLAIN}" if wanted else text


def _excerpt(text: str) -> str:
    lines = text.split("\n")
    lines[-1] = _CARETS.sub(rf"\1{_RED}\2{_PLAIN}", lines[-1])
    return "\n".join(_GUTTER.sub(rf"{_BLUE}\1{_PLAIN}", line) for line in lines)
