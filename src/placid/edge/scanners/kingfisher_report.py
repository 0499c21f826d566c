"""kingfisher's JSON report: only what we read of it, and its lines and bytes as characters."""

from __future__ import annotations

import re

import msgspec

from placid.base.yamltext import Span
from placid.core.audit.model import Repository
from placid.core.audit.rule import Place

_KEY_END = re.compile(r"-----END [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----")
_WORD = re.compile(r"[\w+/=-]*")
_LONGEST_KEY = 20_000


class Kind(msgspec.Struct):
    """Which of kingfisher's rules it was."""

    id: str
    name: str


class Commit(msgspec.Struct):
    """The commit that brought it."""

    id: str
    date: str = ""


class Origin(msgspec.Struct):
    """Where in the history it is."""

    commit: Commit


class Secret(msgspec.Struct):
    """Where a secret is: a line from 1, bytes in it from 0, the last one included.

    snippet  its hash; equal for equal secrets
    """

    path: str
    snippet: str
    line: int
    column_start: int
    column_end: int
    encoding: str = ""
    git_metadata: Origin | None = None

    @property
    def name(self) -> str:
        """The path relative to the root."""
        return self.path.removeprefix("./")


class Match(msgspec.Struct):
    """One finding."""

    rule: Kind
    finding: Secret


class Matches(msgspec.Struct):
    """The whole report."""

    findings: list[Match] = []


def age(match: Match) -> tuple[str, str, str, int]:
    """What sorts matches, the oldest commit first."""
    origin = match.finding.git_metadata
    commit = origin.commit if origin else Commit("")
    return commit.date, commit.id, match.finding.path, match.finding.line


def kind(match: Match) -> str:
    """In words, like: a github pat, an aws access token."""
    words = match.rule.id.partition(".")[2] or match.rule.id
    name = re.sub(r"[-_.]+", " ", words).strip()
    return f"{'an' if name[:1] in 'aeiou' else 'a'} {name}"


def place(repository: Repository, secret: Secret) -> Place:
    """Its characters: to the end of the key it begins, or the whole word that encodes it."""
    text = repository.text(secret.name)
    data = repository.tree.read(secret.name).split(b"\n")
    if text is None or not 0 < secret.line <= len(data):
        return Place(secret.name)
    line = data[secret.line - 1]
    before = len(b"\n".join(data[: secret.line - 1]).decode("utf-8", "replace"))
    before += secret.line > 1
    start = before + len(line[: secret.column_start].decode("utf-8", "replace"))
    end = before + len(line[: secret.column_end + 1].decode("utf-8", "replace"))
    if text.startswith("-----BEGIN", start):
        closing = _KEY_END.search(text, start, start + _LONGEST_KEY)
        end = closing.end() if closing else end
    elif secret.encoding:
        start = max(text.rfind(blank, 0, start) for blank in " \t\n\"'=:") + 1
        word = _WORD.match(text, start)
        end = word.end() if word else end
    return Place(secret.name, Span(min(start, len(text)), min(max(start, end), len(text))))
