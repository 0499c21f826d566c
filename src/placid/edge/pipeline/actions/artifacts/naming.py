"""Names of artifacts and of the files in them: what GitHub refuses, and what patterns match."""

from __future__ import annotations

import re

from placid.base.errors import Problem

_IN_PATHS = {
    '"': ' Double quote "',
    ":": " Colon :",
    "<": " Less than <",
    ">": " Greater than >",
    "|": " Vertical bar |",
    "*": " Asterisk *",
    "?": " Question mark ?",
    "\r": " Carriage return \\r",
    "\n": " Line feed \\n",
}
_IN_NAMES = {**_IN_PATHS, "\\": " Backslash \\", "/": " Forward slash /"}


def check_name(name: str) -> None:
    """Problem, in GitHub's words, for a name that an artifact cannot have."""
    if not name:
        raise Problem("Provided artifact name input during validation is empty")
    bad = next((char for char in _IN_NAMES if char in name), "")
    if bad or name in (".", ".."):
        raise Problem(
            f"The artifact name is not valid: {name}. Contains the following character:"
            f"{_IN_NAMES.get(bad, ' only dots')}",
            fix=f"Invalid characters include:{','.join(_IN_NAMES.values())}",
        )


def check_path(path: str) -> None:
    """Problem for a file that cannot be in an artifact."""
    bad = next((char for char in _IN_PATHS if char in path), "")
    if bad:
        raise Problem(
            f"The path for one of the files in artifact is not valid: {path}."
            f" Contains the following character:{_IN_PATHS[bad]}",
            fix=f"Invalid characters include:{','.join(_IN_PATHS.values())}",
        )


def folder_name(name: str) -> str:
    """The name of an artifact as the name of a folder; different names give different folders."""
    text = re.sub(r"[%\x00-\x1f]|^\.", lambda found: f"%{ord(found[0]):02x}", name)
    if len(text.encode()) <= 200:
        return text
    import hashlib  # noqa: PLC0415  rarely

    return f"{text[:40]}%{hashlib.sha256(name.encode()).hexdigest()}"


def matching(pattern: str, names: list[str]) -> list[str]:
    """Those that npm's minimatch would match."""
    pattern = pattern.strip()
    negative = False
    while pattern.startswith("!") and not pattern.startswith("!("):
        negative = not negative
        pattern = pattern[1:]
    wanted = [re.compile(_expression(one), re.DOTALL) for one in _braced(pattern)]
    return [name for name in names if any(one.fullmatch(name) for one in wanted) != negative]


def _braced(pattern: str) -> list[str]:
    """`a{b,c}` as `ab` and `ac`; braces without a comma stand for themselves."""
    start = pattern.find("{")
    while start >= 0:
        parts, end = _alternatives(pattern, start)
        if len(parts) > 1:
            rest = _braced(pattern[end:])
            return [
                pattern[:start] + inner + tail
                for part in parts
                for inner in _braced(part)
                for tail in rest
            ]
        start = pattern.find("{", start + 1)
    return [pattern]


def _alternatives(pattern: str, start: int) -> tuple[list[str], int]:
    """The parts of the brace at `start`, and where the text goes on; none when it is not closed."""
    depth, parts, begun = 0, list[str](), start + 1
    for at in range(start, len(pattern)):
        char = pattern[at]
        if char == "{":
            depth += 1
        elif char == "," and depth == 1:
            parts.append(pattern[begun:at])
            begun = at + 1
        elif char == "}":
            depth -= 1
            if not depth:
                return [*parts, pattern[begun:at]], at + 1
    return [], start + 1


def _expression(pattern: str) -> str:
    text = "" if pattern.startswith(".") else r"(?!\.)"
    at = 0
    while at < len(pattern):
        part, width = _part(pattern, at)
        text += part
        at += width
    return text


def _part(pattern: str, at: int) -> tuple[str, int]:
    char = pattern[at]
    if pattern[at + 1 : at + 2] == "(" and char in "?*+@!":
        end = pattern.find(")", at)
        if end > 0:
            inner = "|".join(_inner(one) for one in pattern[at + 2 : end].split("|"))
            made = f"(?:(?!(?:{inner})$).*)" if char == "!" else f"(?:{inner}){char.strip('@')}"
            return made, end + 1 - at
    if char in "*?":
        return "[^/]*" if char == "*" else "[^/]", 1
    if char == "\\" and at + 1 < len(pattern):
        return re.escape(pattern[at + 1]), 2
    end = pattern.find("]", at + 2) if char == "[" else -1
    if end > 0:
        inner = pattern[at + 1 : end].replace("\\", "\\\\").replace("[", "\\[")
        return f"[{'^' + inner[1:] if inner[0] in '!^' else inner}]", end + 1 - at
    return re.escape(char), 1


def _inner(pattern: str) -> str:
    return _expression(pattern).removeprefix(r"(?!\.)")
