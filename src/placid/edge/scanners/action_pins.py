"""The commits behind the tags of actions, asked of git, as fixes for `zizmor/unpinned-uses`.

    uses: actions/checkout@v4    ->    uses: actions/checkout@<commit> # v4

`git ls-remote` is asked once for each repository, some at a time, only when the network is allowed.
The tag stays as a comment, which update bots read. A branch is not pinned: to follow it may be what
is meant. The commit is the one that the tag names today, so nothing changes: the fix is safe.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from placid.base.yamltext import Span
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Place
from placid.edge.scanners.zizmor_report import Reported, places

_USES = re.compile(r"([A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+)(?:/[^@\s]*)?@([A-Za-z0-9_.+/-]+)")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_END = re.compile(r"[\"']?(?=[ \t]*(?:\r?\n|\Z)|[ \t]+#)")
_HOST = "https://github.com/"
_LIMIT = 20
_TOGETHER = 8


class _Use(NamedTuple):
    """An action as a workflow names it, and where its tag is written."""

    repository: str
    tag: str
    place: Place


def pins(repository: Repository, reported: Sequence[Reported]) -> dict[int, Fix]:
    """A fix for each finding (by its index) about a tag whose commit can be found."""
    uses: dict[int, _Use] = {}
    for index, each in enumerate(reported):
        found = _use(repository, each) if each.ident == "unpinned-uses" else None
        if found is not None:
            uses[index] = found
    commits = _commits(uses.values())
    return {
        index: _fix(repository, use, commits[use.repository, use.tag])
        for index, use in uses.items()
        if (use.repository, use.tag) in commits
    }


def _use(repository: Repository, reported: Reported) -> _Use | None:
    at = places(repository, reported)
    text = (repository.text(at[0].path) if at else None) or ""
    found = _USES.fullmatch(text, at[0].span.start, at[0].span.end) if at else None
    if found is None or _COMMIT.fullmatch(found[2]):
        return None
    return _Use(found[1], found[2], Place(at[0].path, Span(*found.span(2))))


def _commits(uses: Iterable[_Use]) -> dict[tuple[str, str], str]:
    """The commit of each (repository, tag) that could be found."""
    tags: defaultdict[str, set[str]] = defaultdict(set)
    for use in uses:
        tags[use.repository].add(use.tag)
    with ThreadPoolExecutor(_TOGETHER) as pool:
        answers = pool.map(_asked, sorted(tags), [tags[name] for name in sorted(tags)])
        return {
            (name, tag): commit
            for name, found in zip(sorted(tags), answers, strict=True)
            for tag, commit in found.items()
        }


def _asked(name: str, tags: Iterable[str]) -> Mapping[str, str]:
    refs = [f"refs/tags/{tag}{peeled}" for tag in sorted(tags) for peeled in ("", "^{}")]
    argv = ["git", "ls-remote", "--", f"{_HOST}{name}", *refs]
    try:
        ended = subprocess.run(
            argv,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LIMIT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return {}
    found: dict[str, str] = {}
    for line in sorted(ended.stdout.decode("utf-8", "replace").splitlines(), key=len):
        commit, _, ref = line.partition("\t")
        if _COMMIT.fullmatch(commit):  # the peeled ref is longer, so it comes last and counts
            found[ref.removeprefix("refs/tags/").removesuffix("^{}")] = commit
    return {tag: commit for tag, commit in found.items() if tag in tags}


def _environment() -> dict[str, str]:
    """Ours, without what aims git at another repository, and with nobody to ask."""
    theirs = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith(("GIT_CONFIG_", "GIT_SSL_", "GIT_EXEC_"))
    }
    return theirs | {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true", "LC_ALL": "C.UTF-8"}


def _fix(repository: Repository, use: _Use, commit: str) -> Fix:
    """The commit in place of the tag, and the tag as a comment where one can stand."""
    text = repository.text(use.place.path) or ""
    start, end = use.place.span
    closing = _END.match(text, end)
    if closing is None:
        edit = Edit(use.place, commit)
    else:
        whole = Place(use.place.path, Span(start, closing.end()))
        edit = Edit(whole, f"{commit}{closing[0]} # {use.tag}")
    return Fix(f"pin {use.repository} to the commit of {use.tag}", (edit,), safe=True)
