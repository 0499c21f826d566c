r"""Problem matchers at work: lines of output in, problems out.

    matchers = Matchers(read_matchers(text))
    matchers.match("a.py:3: error: no")         # Match(file="a.py", line="3", ...) or None

A matcher of several patterns wants them on lines that follow each other; what an earlier one has
set stays. The first matcher with a match has the line, and the others forget what they had begun.
A newly added one comes first, and takes the place of one with its owner. Colours are not seen.
`Match` is what the groups held; `note` makes an annotation of it, or None where GitHub makes none.
Lines longer than LONGEST are never matched: a pattern may need time that grows with their cube.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from placid.formats.runnertext.lines import BLANKS
from placid.formats.runnertext.notes import Level, Note, whole

if TYPE_CHECKING:  # most runs meet no matcher
    from placid.formats.runnertext.matcherfiles import Matcher, Pattern

LONGEST = 4096
# The second form is what the runner's own expression, by a slip, looks for.
_COLOUR = "(?:\x1b|\x0033)\\[[0-9;]*m?"
_LEVELS: dict[str, Level] = {
    "": "error",
    "error": "error",
    "warning": "warning",
    "notice": "notice",
}

FileOf = Callable[[str, str], str]
"""From a match's file and fromPath to the path in the repository, "" when it is none of its."""


class Match(NamedTuple):
    """What one problem's groups held; None where no pattern sets it."""

    file: str | None = None
    line: str | None = None
    column: str | None = None
    severity: str | None = None
    code: str | None = None
    message: str | None = None
    fromPath: str | None = None


class Matchers:
    """The matchers of one step; `registered` are those of its job, for the next step."""

    def __init__(self, matchers: Iterable[Matcher] = ()) -> None:
        self.registered = tuple(matchers)
        self._running = tuple(_Running(matcher) for matcher in self.registered)

    def __bool__(self) -> bool:
        return bool(self._running)

    def next_step(self) -> Matchers:
        """The same matchers, nothing begun, in the order in which a new step has them."""
        return Matchers(self.registered)

    def add(self, matchers: Iterable[Matcher]) -> None:
        """Register matchers of one file."""
        new = tuple(matchers)
        owners = {matcher.owner.upper() for matcher in new}
        kept = (each for each in self.registered if each.owner.upper() not in owners)
        self.registered = (*new, *kept)
        for matcher in new:
            self._drop((matcher.owner,))
            self._running = (_Running(matcher), *self._running)

    def remove(self, owners: Iterable[str]) -> None:
        """Forget the matchers of these owners."""
        gone = {owner.upper() for owner in owners}
        self.registered = tuple(each for each in self.registered if each.owner.upper() not in gone)
        self._drop(gone)

    def match(self, line: str) -> Match | None:
        """The problem that this line (without its end) completes."""
        return next(self._matches(line), None) if self._running else None

    def note(self, line: str, file_of: FileOf) -> Note | None:
        """The annotation that this line completes."""
        if not self._running:
            return None
        notes = (note_of(match, file_of) for match in self._matches(line))
        return next((note for note in notes if note), None)

    def _matches(self, line: str) -> Iterator[Match]:
        stripped = uncoloured(line)
        if len(stripped) > LONGEST:
            return
        for running in self._running:
            match = running.match(stripped)
            if match:
                for other in self._running:
                    if other is not running:
                        other.reset()
                yield match

    def _drop(self, owners: Iterable[str]) -> None:
        gone = {owner.upper() for owner in owners}
        kept = (each for each in self._running if each.owner.upper() not in gone)
        self._running = tuple(kept)


def uncoloured(line: str) -> str:
    """A line as matchers see it."""
    coloured = "\x1b[" in line or "\x0033[" in line
    return re.sub(_COLOUR, "", line) if coloured else line


def rooted(file: str, from_path: str, workspace: str) -> str:
    """The path of a match's file: below the folder of `fromPath`, else below the workspace."""
    folder = from_path.rpartition("/")[0]
    if not file.startswith("/") and folder.strip(BLANKS):
        file = f"{folder}/{file}"
    if not file.startswith("/"):
        file = f"{workspace}/{file}"
    parts = list[str]()
    for part in file.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


def note_of(match: Match, file_of: FileOf) -> Note | None:
    """The annotation of a match; None without a message, or of a severity that there is not."""
    level = _LEVELS.get((match.severity or "").lower())
    if level is None or not (match.message or "").strip(BLANKS):
        return None
    file = (match.file or "").strip(BLANKS) and match.file
    return Note(
        level,
        match.message or "",
        file_of(file, match.fromPath or "") if file else "",
        whole(match.line or ""),
        whole(match.column or ""),
    )


class _Running:
    """A matcher with what it has begun: after line n of its patterns, the match so far."""

    def __init__(self, matcher: Matcher) -> None:
        self.owner = matcher.owner
        self._matcher = matcher
        self._begun: list[Match | None] = []
        self.reset()

    def reset(self) -> None:
        self._begun = [None] * (len(self._matcher.patterns) - 1)

    def match(self, line: str) -> Match | None:
        patterns, begun = self._matcher.patterns, self._begun
        last = len(patterns) - 1
        for at in range(last, -1, -1):  # backwards, so that a line serves for one pattern only
            before = begun[at - 1] if at else Match()
            match = _matched(before, patterns[at], line) if before else None
            if at < last:
                begun[at] = match
            elif match:
                self.reset()
                if patterns[at].loop:
                    self._begun[at - 1] = before
                return self._with_defaults(match)
            elif at:
                begun[at - 1] = None
        return None

    def _with_defaults(self, match: Match) -> Match:
        return match._replace(
            severity=match.severity or self._matcher.severity or match.severity,
            fromPath=match.fromPath or self._matcher.from_path or match.fromPath,
        )


def _matched(before: Match, pattern: Pattern, line: str) -> Match | None:
    groups = pattern.expression.search(line)
    if groups is None:
        return None
    places = {name: at for name, at in pattern.groups.items() if getattr(before, name) is None}
    return before._replace(**{name: groups[at] for name, at in places.items()})
