"""Which cache a key means, by GitHub's rules.

A cache belongs to its scope (a branch, tag or pull request), its version (made of the paths) and
its key. It is looked for in the scope of the run, then in the pull request's base branch, then in
the default branch. In each of them an exact match of the key wins, then the newest whose key begins
with it, then the same for each restore key in turn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from placid.base.errors import Problem
from placid.edge.pipeline.actions.caches.entry import Entry
from placid.edge.pipeline.actions.native import context
from placid.ports.pipeline import Use

_LONGEST, _MOST = 512, 10
_FORMAT = ("zstd-without-long", "1.0")  # what GitHub's versions are made of on Linux


class Wanted(NamedTuple):
    """What to look for. `scopes`: the first is the run's own, in which it saves."""

    key: str
    others: tuple[str, ...]
    version: str
    scopes: tuple[str, ...]


def lines(text: str) -> list[str]:
    """An input that is a list, as GitHub's cache reads it."""
    parts = (line.strip() for line in text.split("\n"))
    return ["!" + part[1:].lstrip() if part.startswith("!") else part for part in parts if part]


def wanted(use: Use) -> Wanted:
    """The keys of a use; Problem, in GitHub's words, when they cannot be used."""
    for name in ("key", "path"):
        if not use.inputs[name].strip():
            raise Problem(f"Input required and not supplied: {name}")
    key, others = use.inputs["key"].strip(), lines(use.inputs.get("restore-keys", ""))
    if len(others) + 1 > _MOST:
        raise Problem(f"Key Validation Error: Keys are limited to a maximum of {_MOST}.")
    for each in (key, *others):
        check_key(each)
    return Wanted(key, tuple(others), version(lines(use.inputs["path"])), scopes(use))


def check_key(key: str) -> None:
    """Problem for a key that GitHub would refuse."""
    if len(key) > _LONGEST:
        raise Problem(f"Key Validation Error: {key} cannot be larger than {_LONGEST} characters.")
    if "," in key:
        raise Problem(f"Key Validation Error: {key} cannot contain commas.")


def version(paths: Sequence[str]) -> str:
    """Caches of other paths are other caches, whatever their keys."""
    return hashlib.sha256("|".join([*paths, *_FORMAT]).encode()).hexdigest()


def scopes(use: Use) -> tuple[str, ...]:
    """Whose caches a run may read."""
    ref = context(use, "ref") or use.origin.ref
    base = context(use, "base_ref")
    default = context(use, "event", "repository", "default_branch")
    found = [ref or "refs/heads/main"]
    found += [f"refs/heads/{branch}" for branch in (base, default) if branch]
    return tuple(dict.fromkeys(found))


def choose(entries: Iterable[Entry], want: Wanted) -> Entry | None:
    """The cache that is meant; None when there is none."""
    known = [entry for entry in entries if entry.version == want.version]
    known.sort(key=lambda entry: entry.created, reverse=True)
    for scope in want.scopes:
        here = [entry for entry in known if entry.scope == scope]
        for key in (want.key, *want.others):
            exact = next((entry for entry in here if entry.key == key), None)
            found = exact or next((one for one in here if one.key.startswith(key)), None)
            if found is not None:
                return found
    return None


def exact(key: str, found: str) -> bool:
    """Whether a cache's key counts as a hit; case does not."""
    return key.casefold() == found.casefold()
