"""A list of glob patterns: where to search for the files it means, and which files those are.

The last pattern that matches a file decides. A folder is entered when something below it may be
meant, whatever is excluded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from placid.formats.globs.pattern import BLANK, Pattern


class Selection:
    """The files that `lines` mean, one pattern a line; "#" begins a comment.

    root and home are absolute paths; Problem for a line that cannot be read.
    """

    def __init__(self, lines: Iterable[str], root: str, home: str) -> None:
        texts = [text.strip(BLANK) for line in lines for text in line.split("\n")]
        self.patterns = tuple(
            Pattern.read(text, root, home) for text in texts if text and text[0] != "#"
        )
        wanted = [pattern for pattern in self.patterns if not pattern.negative]
        self.starts = _starts([pattern.search for pattern in wanted])
        self._rules = [
            (not negative, _one_of(pattern.files for pattern in group))
            for negative, group in groupby(self.patterns, lambda pattern: pattern.negative)
        ]
        self._rules.reverse()
        self._partial = _one_of(pattern.partial for pattern in wanted)

    def has(self, path: str) -> bool:
        """Whether a file (no folder) is meant; `path` is absolute."""
        for wanted, matches in self._rules:
            if matches.fullmatch(path):
                return wanted
        return False

    def may_be_below(self, path: str) -> bool:
        """Whether to look into a folder."""
        return self._partial.fullmatch(path) is not None


def _one_of(expressions: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{each})" for each in expressions) or "(?!)", re.DOTALL)


def _starts(searched: list[str]) -> tuple[str, ...]:
    """The paths, each once, without those below another one."""
    known = set(searched)
    return tuple(
        path
        for path in dict.fromkeys(searched)
        if not any(above in known for above in _above(path))
    )


def _above(path: str) -> Iterable[str]:
    while path != "/":
        path = path[: path.rfind("/")] or "/"
        yield path
