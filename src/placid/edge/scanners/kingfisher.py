"""kingfisher's findings: known kinds of secrets in the files of the tree, and in git's history.

    start(root, paths, history=...)  ->  Running.finish(repository)

It reads the folder, without what is no file of ours; what it finds elsewhere is dropped. Nothing
is validated or asked over the network. Its report comes redacted through a pipe: no secret is
in an argv, a file or a message, and places are marked as hidden. In a folder of tests, fixtures or
examples a secret is a guess. One that was committed and is no longer there still is in history.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from placid.base.yamltext import Span
from placid.core.audit.audit import Said
from placid.core.audit.masking import shown
from placid.core.audit.model import Repository
from placid.core.audit.rule import (
    Area,
    Confidence,
    Hit,
    Place,
    Rule,
    Severity,
    Unknown,
    rules,
)
from placid.edge.scanners.kingfisher_report import Match, Matches, age, kind
from placid.edge.scanners.kingfisher_report import place as place_of
from placid.edge.scanners.program import Ended, Program, installed

TREE = "secrets/committed-secret"
HISTORY = "secrets/secret-in-history"
OPTIONS = (
    *("scan", "--format", "json", "--quiet", "--no-validate", "--no-update-check"),
    *("--redact", "--no-dedup", "--no-binary", "--no-extract-archives"),
    *("--max-file-size", "20"),
)
_SLOW = ("betterleaks.kubernetes-secret-yaml", "betterleaks.aws-session-token")
"""They take 3.6 of the 6.6 s in which a new machine prepares the rules. `kubernetes/plain-secret`
tells the first; the second ends by itself, and the key that it belongs to is found."""
_UNKNOWN_RULE = "Unknown rule"
_NO_GIT = ("--exclude", "./.git")
LIMIT = 120.0
HISTORY_LIMIT = 1_800.0
_FOUND = 200
"""kingfisher's exit code when it found something."""
_MOST_EXCLUDED = 400
_FEW = 100
"""So many files are named one by one; more take longer than their folder does."""
_WHOLE_FILE = "secrets/env-file-in-repository"
_ALL = Span(0, 1 << 40)
_PRACTICE = re.compile(
    r"(?:^|[/_.-])(?:tests?|testing|spec|specs|testdata|fixtures?|__tests__|examples?|samples?"
    r"|mocks?|stubs?|demo|docs?|vendor|third_party|node_modules|cassettes)(?:[/_.-]|$)"
    r"|\.(?:example|sample|template|dist|snap|md|rst)$|_test\.\w+$",
    re.IGNORECASE,
)

_TREE_DOCS = f"""No file holds a secret: what reaches a repository is read by all who ever clone it.

Why: keys in public repositories are found and used within minutes, and a later commit does not take
them back. Found by kingfisher's rules for the tokens and keys of several hundred services.
Bad: `GITHUB_TOKEN=ghp_...` in a tracked file
Good: `GITHUB_TOKEN` from the environment or a secret store; its name in `.env.example`
Known limits: passwords without a known form are left to the other rules of this area; in tests,
examples and documentation a secret is taken for a sample, with little confidence.
See also `{HISTORY}`.
"""
_HISTORY_DOCS = f"""No commit of the history holds a secret, also not one that was removed later.

Why: `git log -p` shows it to everyone who has the repository. Only changing the secret helps.
Bad: a commit that adds a key, and one that removes it
Good: a changed key, and (when it matters) a history rewritten with git filter-repo
Asked for by `--history`, since it reads every commit. See also `{TREE}`.
"""


@dataclass(frozen=True, slots=True)
class Running:
    """kingfisher at work; `program` is None when it is not there."""

    history: bool
    program: Program | None
    needed: bool = True
    plain: Callable[[], Program] | None = None
    """Starts it again with all of its rules: another version may not know those we leave out."""

    def finish(self, repository: Repository, told: Iterable[Said] = ()) -> Iterator[Said]:
        """What it found, in the tree and (when asked) in the history.

        `told` is what our own rules said: a secret that one of them calls HIGH is not told twice.
        """
        if not self.needed:
            return
        if self.program is None:
            yield Said(TREE, Unknown("kingfisher is not installed, so no secrets were looked for"))
            return
        ended = self.program.ended()
        if ended.code != 0 and self.plain is not None and _UNKNOWN_RULE in ended.err:
            ended = self.plain().ended()
        try:
            matches = msgspec.json.decode(ended.out, type=Matches).findings
        except msgspec.DecodeError:
            yield Said(TREE, Unknown(f"kingfisher failed: {_reason(ended)}"))
            return
        if ended.code not in {0, _FOUND}:
            yield Said(TREE, Unknown(f"kingfisher did not finish: {_reason(ended)}"))
        ours = [each for each in matches if repository.text(each.finding.name)]
        in_tree = [each for each in ours if each.finding.git_metadata is None]
        yield from _in_tree(repository, in_tree, known(told))
        if self.history:
            past = [each for each in matches if each.finding.git_metadata is not None]
            yield from _in_history(repository, past, {each.finding.snippet for each in in_tree})


def start(root: Path, paths: Sequence[str], *, history: bool = False) -> Running:
    """Begin to look at the folder `root`, of which `paths` count; `history`: every commit too."""
    if not paths:
        return Running(history, None, needed=False)
    binary = installed("kingfisher")
    if binary is None:
        return Running(history, None)
    argv = [binary, *OPTIONS]  # its reader of history would not see an excluded .git
    argv += ["--git-history", "full"] if history else ["--git-history", "none", *_NO_GIT]
    if len(paths) <= _FEW and not history:
        argv += ["--", *(f"./{path}" for path in paths)]
    else:
        for folder in _not_ours(root, paths):
            argv += ["--exclude", f"./{glob.escape(folder)}"]
        argv += ["--", "."]
    limit = HISTORY_LIMIT if history else LIMIT
    spared = [word for rule in _SLOW for word in ("--exclude-rule", rule)]
    fast = Program([*argv[:2], *spared, *argv[2:]], root, limit)
    return Running(history, fast, plain=lambda: Program(argv, root, limit))


def _not_ours(root: Path, paths: Sequence[str]) -> list[str]:
    """The folders below `root` that hold none of `paths`, the highest of each; some at most."""
    ours = {""}
    for path in paths:
        while (path := path.rpartition("/")[0]) not in ours:
            ours.add(path)
    found: list[str] = []
    for folder in sorted(ours):
        try:
            with os.scandir(root / folder) as entries:
                inside = [each.name for each in entries if each.is_dir(follow_symlinks=False)]
        except OSError:
            continue
        names = (f"{folder}/{name}" if folder else name for name in sorted(inside))
        found += (name for name in names if name not in ours and name != ".git")
    return found[:_MOST_EXCLUDED]


def known(told: Iterable[Said]) -> list[Place]:
    """Where our own rules found secrets for sure; a whole file when it should not be there."""
    places: list[Place] = []
    for each in told:
        hit = each.hit
        if not isinstance(hit, Hit) or not (hit.hidden or "secret" in each.rule):
            continue
        severity = rules.get(each.rule).severity if hit.severity is None else hit.severity
        if severity == Severity.HIGH and hit.confidence == Confidence.HIGH:
            whole = each.rule == _WHOLE_FILE
            places += (Place(at.path, _ALL) if whole else at for at in hit.at)
    return places


def _in_tree(repository: Repository, matches: Sequence[Match], told: list[Place]) -> Iterator[Said]:
    for match in sorted(matches, key=lambda each: "generic" in each.rule.id):
        path = match.finding.name
        place = place_of(repository, match.finding)
        if any(_meet(place, other) for other in told):
            continue
        told.append(place)
        text = repository.text(path) or ""
        secret = text[place.span.start : place.span.end]
        key = "private-key" in match.rule.id or "\n" in secret or match.finding.encoding
        what = kind(match) if key else f"{kind(match)} {shown(secret)}"
        practice = _PRACTICE.search(path) is not None
        yield Said(
            TREE,
            Hit(
                f"{what} is written in {path}",
                (place,),
                action="change these secrets, then take them out of the files",
                severity=Severity.MEDIUM if practice else Severity.HIGH,
                confidence=Confidence.LOW if practice else Confidence.HIGH,
                hidden=True,
            ),
        )


def _meet(one: Place, other: Place) -> bool:
    spans = one.span.start < other.span.end and other.span.start < one.span.end
    return one.path == other.path and spans


def _in_history(
    repository: Repository, matches: Sequence[Match], known: set[str]
) -> Iterator[Said]:
    """Each secret once, at the oldest commit; those that the tree still has were told already."""
    told = set(known)
    for match in sorted(matches, key=age):
        secret, origin = match.finding, match.finding.git_metadata
        if origin is None or secret.snippet in told:
            continue
        told.add(secret.snippet)
        path, commit = match.finding.name, origin.commit
        practice = _PRACTICE.search(path) is not None
        when = f" of {commit.date}" if commit.date else ""
        yield Said(
            HISTORY,
            Hit(
                f"{kind(match)} is in commit {commit.id[:12]}{when}: {path}:{secret.line}",
                (Place(path),),
                action="change the secrets that are in git's history",
                severity=Severity.MEDIUM if practice else Severity.HIGH,
                confidence=Confidence.LOW if practice else Confidence.HIGH,
                hidden=True,
            ),
        )


def _reason(ended: Ended) -> str:
    if ended.code is None:
        return "it took too long"
    lines = [line.strip() for line in ended.err.splitlines() if line.strip()]
    return lines[0] if lines else f"exit code {ended.code}"


for _name, _docs in ((TREE, _TREE_DOCS), (HISTORY, _HISTORY_DOCS)):
    rules.add(_name)(Rule(_name, Severity.HIGH, Area.SECRETS, _docs))
