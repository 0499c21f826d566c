"""What is left out of an audit: ignored with a reason, by a comment or by the settings; known from
before, by a baseline.

A comment counts on the line it stands on and on the next: `# placid: ignore[image/root-user] why`.
Several rules are parted by commas; an area alone means all of its rules. Without a reason it does
not count, and that is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from placid.base.yamltext import Span
from placid.base.yamltext.excerpt import Lines
from placid.core.audit.model import Repository
from placid.core.audit.rule import Finding, Place, Unknown

_COMMENT = re.compile(r"placid: ?ignore\[([^\]\n]*)\][ \t:-]*([^\n]*)")
_CLOSING = re.compile(r"\s*(?:-->|\*/)\s*$")


@dataclass(frozen=True, slots=True)
class Ignore:
    """Rules (names, areas or "*") that are ignored where a path matches; no globs: everywhere."""

    rules: tuple[str, ...]
    reason: str
    paths: tuple[str, ...] = ()

    def covers(self, rule: str, path: str) -> bool:
        """Whether a finding of `rule` in `path` is meant."""
        if not any(each in {rule, rule.partition("/")[0], "*"} for each in self.rules):
            return False
        return not self.paths or matches(path, self.paths)


@dataclass(frozen=True, slots=True)
class Settings:
    """What an audit is told: `fail_on` is a severity's name in small letters."""

    fail_on: str = "high"
    exclude: tuple[str, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    baseline: str = ".placid-baseline.json"
    kubernetes: str = ""


def matches(path: str, globs: Sequence[str]) -> bool:
    """Whether a path matches one of the globs: `docs/`, `*.yaml` (any folder), `k8s/**`."""
    name = path.rpartition("/")[2]
    for glob in globs:
        if glob.endswith("/") and (path.startswith(glob) or f"/{glob}" in f"/{path}"):
            return True
        if fnmatchcase(path, glob) or ("/" not in glob and fnmatchcase(name, glob)):
            return True
    return False


@dataclass(frozen=True, slots=True)
class Sorted:
    """Findings after ignoring: what is left, what is ignored, and ignores that lack a reason."""

    left: list[Finding]
    ignored: list[Finding]
    doubts: list[Unknown]


def sort_out(repository: Repository, found: Iterable[Finding], ignores: Sequence[Ignore]) -> Sorted:
    """Part findings into those that count and those that are ignored."""
    result = Sorted([], [], [])
    comments: dict[str, dict[int, Ignore]] = {}
    lines: dict[str, Lines] = {}
    for finding in found:
        path = finding.at[0].path if finding.at else ""
        if path not in comments:
            comments[path] = _comments(repository, path, result.doubts)
        near: list[Ignore | None] = []
        if comments[path]:
            if path not in lines:
                lines[path] = Lines(repository.text(path) or "")
            line = lines[path].at(finding.at[0].span.start)[0]
            near = [comments[path].get(number) for number in (line, line - 1)]
        covered = any(
            each is not None and each.covers(finding.rule, path) for each in (*near, *ignores)
        )
        (result.ignored if covered else result.left).append(finding)
    return result


def _comments(repository: Repository, path: str, doubts: list[Unknown]) -> dict[int, Ignore]:
    """The ignores written in a file, by line."""
    text = repository.text(path) or ""
    if "placid:" not in text:
        return {}
    found: dict[int, Ignore] = {}
    for comment in _COMMENT.finditer(text):
        rules = tuple(each.strip() for each in comment[1].split(",") if each.strip())
        reason = _CLOSING.sub("", comment[2]).strip()
        if reason and rules:
            found[text.count("\n", 0, comment.start()) + 1] = Ignore(rules, reason)
        else:
            words = "this ignore does not count: write the reason behind it"
            doubts.append(Unknown(words, (Place(path, Span(*comment.span())),)))
    return found
