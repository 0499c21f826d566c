"""requirements*.txt and .in: what they ask for, which lines are exact, which carry hashes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from placid.base.yamltext import Span
from placid.formats.lockfiles.model import Wanted
from placid.formats.lockfiles.pyproject import requirement

_INCLUDE = re.compile(r"(?:-r|--requirement|-c|--constraint)[ =]?\s*(\S+)")
_HASH = "--hash="
_COMMENT = re.compile(r"(?:^|[ \t])#.*")


@dataclass(frozen=True, slots=True)
class Requirements:
    """One file. `exact` when each line is pinned; `hashed` when each carries a hash."""

    wanted: tuple[Wanted, ...]
    includes: tuple[str, ...]
    hashed: bool

    @property
    def exact(self) -> bool:
        """Whether every line names one version."""
        return all(is_exact(each.range) for each in self.wanted)


def is_requirements(path: str) -> bool:
    """Whether a path looks like a requirements file."""
    name = path.rpartition("/")[2]
    folder = path.rpartition("/")[0].rpartition("/")[2]
    named = name.startswith("requirements") or "-requirements" in name or "_requirements" in name
    return name.endswith((".txt", ".in")) and (named or folder == "requirements")


def is_exact(range_: str) -> bool:
    """Whether a specifier is one version: `==1.2` without a wildcard, or `===`, or a URL."""
    return range_.startswith("@") or ("==" in range_ and "*" not in range_ and "," not in range_)


def read_requirements(text: str) -> Requirements:
    """Read a file; lines that are no requirement are passed over."""
    wanted: list[Wanted] = []
    includes: list[str] = []
    hashes = 0
    for span, line in _logical(text):
        include = _INCLUDE.match(line)
        if include:
            includes.append(include[1])
        elif not line.startswith(("-", "#", ".", "/")) and "://" not in line.split("@")[0]:
            read = requirement(line.partition(" --")[0])
            if read:
                exact = "@" if "@" in line.partition(";")[0] else read[1]
                wanted.append(Wanted(read[0], exact, span))
                hashes += _HASH in line
    return Requirements(tuple(wanted), tuple(includes), bool(wanted) and hashes == len(wanted))


def _logical(text: str) -> Iterator[tuple[Span, str]]:
    """Lines without comments, those that end in a backslash joined; the span is the first one's."""
    start, first, kept = 0, Span(0, 0), ""
    for line in text.split("\n"):
        plain = _COMMENT.sub("", line.rstrip("\r")) if "#" in line else line.rstrip("\r")
        if not kept and plain.strip():
            indent = len(plain) - len(plain.lstrip())
            first = Span(start + indent, start + len(plain.rstrip(" \t\\")))
        start += len(line) + 1
        if plain.rstrip().endswith("\\"):
            kept += plain.rstrip()[:-1] + " "
            continue
        if (kept + plain).strip():
            yield first, (kept + plain).strip()
        kept = ""
    if kept.strip():
        yield first, kept.strip()
