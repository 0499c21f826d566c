"""`.dockerignore`: which files of a build context never reach the build.

One pattern a line, from the root of the context; `#` begins a comment line; a leading slash means
nothing; `*` and `?` stay inside of one folder, `**` crosses them; `!` takes files back in, and the
last line that matches decides. What lies below a matched folder is matched.
"""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line; `keep` is set by `!`."""

    parts: tuple[str, ...]
    keep: bool


@dataclass(frozen=True, slots=True)
class Ignore:
    """The patterns of a file, in order."""

    patterns: tuple[Pattern, ...]

    def leaves_out(self, path: str) -> bool:
        """Whether a path of the context is left out."""
        parts = tuple(path.strip("/").split("/"))
        out = False
        for pattern in self.patterns:
            if pattern.keep == out and _matches(pattern.parts, parts):
                out = not pattern.keep
        return out


def ignore(text: str) -> Ignore:
    """The patterns of a `.dockerignore`."""
    found: list[Pattern] = []
    for line in text.removeprefix("\ufeff").splitlines():
        written = line.strip()
        if not written or line.startswith("#"):
            continue
        keep = written.startswith("!")
        parts = _cleaned(written.removeprefix("!").strip())
        if parts:
            found.append(Pattern(parts, keep))
    return Ignore(tuple(found))


def _cleaned(pattern: str) -> tuple[str, ...]:
    parts: list[str] = []
    for part in pattern.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in {"", "."} and not (part == "**" and parts[-1:] == ["**"]):
            parts.append(part)
    return tuple(parts)


def _matches(pattern: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    """Whether the pattern matches the path or a folder above it."""
    reached: set[int] = {0}
    for part in (*parts, None):
        while True:
            more = {at + 1 for at in reached if at < len(pattern) and pattern[at] == "**"}
            if more <= reached:
                break
            reached |= more
        if len(pattern) in reached:
            return True
        if part is None:
            return False
        reached = {
            at if pattern[at] == "**" else at + 1
            for at in reached
            if pattern[at] == "**" or _part(pattern[at]).match(part)
        }
    return False


@lru_cache(maxsize=4096)
def _part(pattern: str) -> re.Pattern[str]:
    """One part of a pattern; `[^a]` and escapes are as in Go."""
    translated = pattern.replace("[^", "[!").replace("**", "*")
    unescaped = re.sub(r"\\(.)", r"[\1]", translated)
    try:
        return re.compile(fnmatch.translate(unescaped))
    except re.error:
        return re.compile(re.escape(pattern) + r"\Z")
