"""One line of glob patterns: relative to a root, `~` for a home, `!` to exclude (twice: not).

A pattern that names a folder takes all that is below it. With "/" at the end it takes folders only,
which still means all that is below them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from placid.base.errors import Problem
from placid.formats.globs.segments import expression, literal

BLANK = " \t\n\v\f\r\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""What JavaScript's `trim` takes away."""

_SLASHES = re.compile("/{2,}")
_FIX = "patterns begin at the workspace; leave '..' out"


@dataclass(frozen=True)
class Pattern:
    """A pattern. `above` are the literal segments of the root, `segments` those of the pattern."""

    above: tuple[str, ...]
    segments: tuple[str, ...]
    negative: bool = False
    folders: bool = False

    @staticmethod
    def read(line: str, root: str, home: str) -> Pattern:
        """A line that is neither empty nor a comment; `root` and `home` are absolute paths."""
        text = line.strip(BLANK)
        negative = False
        while text.startswith("!"):
            negative = not negative
            text = text[1:].strip(BLANK)
        if not text:
            raise Problem("pattern cannot be empty", fix="say what to leave out after '!'")
        text = _SLASHES.sub("/", text)
        parts = text.strip("/").split("/") if text != "/" else []
        if any(_relative(part, at) for at, part in enumerate(parts, start=text[0] == "/")):
            raise Problem(
                f"Invalid pattern '{text}'. Relative pathing '.' and '..' is not allowed.", fix=_FIX
            )
        above = "" if text[0] == "/" else root
        if parts[:1] in (["."], ["~"]) and above:
            above = home if parts[0] == "~" else root
            parts = parts[1:]
        rooted = tuple(part for part in above.split("/") if part)
        return Pattern(rooted, tuple(parts), negative, text[-1] == "/")

    @cached_property
    def search(self) -> str:
        """The folder or file at which the search begins: the literal part of the pattern."""
        found = list(self.above)
        for segment in self.segments:
            name = literal(segment)
            if not name:
                break
            found.append(name)
        return "/" + "/".join(found)

    @cached_property
    def files(self) -> str:
        """A regular expression for the paths of the files that it means."""
        parts = list(self.segments)
        while parts[-1:] == ["**"]:
            parts.pop()
        own = "".join(map(_step, parts))
        below = "/.+" if self.folders else "(?:/.+)?"
        return self._root + own + below

    @cached_property
    def partial(self) -> str:
        """A regular expression for the paths of folders below which there may be such files."""
        steps = [f"/{re.escape(name)}" for name in self.above]
        deep = False
        for segment in self.segments:
            if segment == "**":
                deep = True
                break
            steps.append(f"/{expression(segment)}")
        whole = "(?:/.*)?"
        for step in reversed(steps):
            whole = f"(?:{step}{whole})?"
        return f"/|{whole}" if deep or steps else "/.*"

    @property
    def _root(self) -> str:
        return "".join(f"/{re.escape(name)}" for name in self.above)


def _relative(segment: str, at: int) -> bool:
    name = literal(segment)
    return name == ".." or (name == "." and at > 0)


def _step(segment: str) -> str:
    # As a path has no empty segments this is any number of them, and the fastest way to say so.
    return "(?:/.+)?" if segment == "**" else f"/{expression(segment)}"
