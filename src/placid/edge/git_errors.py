"""What git said on stderr, turned into a sentence, and into whether asking again may help.

Git has one exit code (128) for everything, so its words in the C locale are all there is to go by.
The first pattern that matches wins; what none matches is passed on in git's own words. Credentials
in URLs are cut out before anything else looks at the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from placid.base.errors import Problem, Unavailable

_CREDENTIALS = re.compile(r"(?<=://)[^/\s'\"@]*(?:@[^/\s'\"@]*)*(?=@)")


def without_credentials(text: str) -> str:
    """`text` with the user and password of every URL in it replaced by three stars."""
    return _CREDENTIALS.sub("***", text)


@dataclass(frozen=True, slots=True)
class _Case:
    pattern: str
    what: str
    fix: str
    again: bool = False


_CASES = (
    _Case(
        r"detected dubious ownership in repository at '(?P<at>[^']+)'",
        "git refuses to use {at}: it belongs to another user",
        "run the agent as the owner, or: git config --global --add safe.directory '{at}'",
    ),
    _Case(
        r"No space left on device|Disk quota exceeded",
        "the disk is full, git could not write",
        "free some space; nothing was lost, it is tried again",
        again=True,
    ),
    _Case(
        r"Unable to create '(?P<at>[^']+\.lock)': File exists",
        "another git command is at work ({at} exists)",
        "it is tried again; if no git command runs, remove that file",
        again=True,
    ),
    _Case(
        r"Permission denied \((?:publickey|password|keyboard)|Host key verification failed",
        "the SSH login at {where} was refused",
        "give this user an SSH key that may read the repository; try: ssh -T HOST",
    ),
    _Case(
        r"could not read (?:Username|Password)|Authentication failed|terminal prompts disabled"
        r"|HTTP Basic: Access denied|returned error: 40[13]",
        "{where} wants a login that placid does not have, or refuses the one it has",
        "store it with a git credential helper, or use an SSH URL with a key",
    ),
    _Case(
        r"returned error: 5\d\d|Could not resolve host|Couldn't connect|Connection refused"
        r"|Connection reset|timed out|No route to host|Network is unreachable|early EOF"
        r"|remote end hung up|Temporary failure in name resolution|unexpected disconnect"
        r"|Failed to connect|Connection closed by|Empty reply from server",
        "{where} did not answer",
        "it is tried again; check the network and the address",
        again=True,
    ),
    _Case(
        r"does not appear to be a git repository|[Rr]epository .*not found|not a git repository"
        r"|returned error: 404|cannot change to|No such file or directory",
        "there is no git repository at {where}",
        "check source.repository in placid.yaml, or run git init there",
    ),
    _Case(
        r"protected branch|GH006|GH013|pre-receive hook declined|denied to|not allowed to push"
        r"|You are not allowed",
        "{where} refuses the push: {said}",
        "let this user push to the branch, or set rollback: {{git: pull-request}}",
    ),
)


def problem(said: str, where: str) -> Problem:
    """The Problem (or Unavailable) that git's stderr `said` stands for, met at `where`."""
    said = without_credentials(said)
    for case in _CASES:
        if found := re.search(case.pattern, said):
            words = {"where": where, "said": _gist(said), **found.groupdict(default="")}
            kind = Unavailable if case.again else Problem
            return kind(case.what.format(**words), where=where, fix=case.fix.format(**words))
    return Problem(f"git failed: {_gist(said)}", where=where)


def _gist(said: str) -> str:
    """The lines that say why, without git's hints and progress."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    strong = [x for x in lines if re.match(r"(?:remote: )?(?:fatal|error|! ?\[)", x)]
    remote = [x.removeprefix("remote: ") for x in lines if x.startswith("remote: ")]
    return "; ".join((remote[:3] + strong[:2]) or lines[-2:]) or "it gave no reason"
