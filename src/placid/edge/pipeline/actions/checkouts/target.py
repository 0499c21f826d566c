"""Which commit a checkout means, and under which names it lies in the workspace.

    input `ref`          here in the user's repository            in the workspace
    (none)               the run's own commit and ref             as below
    main                 branch main, else the tag                branch main, origin/main
    refs/heads/main      origin/main or the local branch          branch main, origin/main
    refs/tags/v1         the tag                                  the tag, detached
    refs/pull/7/merge    the run's own                            refs/remotes/pull/7/..., detached
    40 hex digits        that commit                              detached

Another branch than the run's own is taken as the remote is known to have it; where the remote has
none of that name the local branch stands in, as if it had been pushed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from placid.base.errors import Problem
from placid.edge.pipeline.actions.checkouts.gitting import Git
from placid.ports.pipeline import Origin

_BAD = r"\.\.|//|@\{|[\x00-\x20~^:?*\[\\\x7f]|/\.|\.lock(?:/|$)|[/.]$|^[-/.]"
_TRACKING = "refs/remotes/origin/"
_HEADS, _TAGS, _PULLS = "refs/heads/", "refs/tags/", "refs/pull/"


class Target(NamedTuple):
    """A commit to check out. `ref` is what was asked for, in full, "" for a bare commit.

    name    the ref in the workspace, which points at `tip` (a tag's own object)
    branch  the local branch, "" when HEAD is detached
    """

    commit: str
    ref: str = ""
    name: str = ""
    branch: str = ""
    tip: str = ""


def placed(ref: str, commit: str, tip: str = "") -> Target:
    """Where a full ref lies in the workspace."""
    tip = tip or commit
    lower = ref.lower()
    if lower.startswith(_HEADS):
        branch = ref[len(_HEADS) :]
        return Target(commit, ref, _TRACKING + branch, branch, tip)
    if lower.startswith(_PULLS):
        return Target(commit, ref, f"refs/remotes/pull/{ref[len(_PULLS) :]}", "", tip)
    return Target(commit, ref, ref, "", tip)


def sound(ref: str) -> str:
    """The ref when git would take it; Problem otherwise."""
    if re.search(_BAD, ref):
        raise Problem(f"{ref!r} is not a valid ref", fix="name a branch, a tag or a commit")
    return ref


def is_commit(text: str) -> bool:
    """Whether it is a commit's full id."""
    return len(text) in (40, 64) and all(letter in "0123456789abcdefABCDEF" for letter in text)


def full(ref: str) -> str:
    """GitHub's `ref` of some events is a bare branch name."""
    return ref if not ref or ref.startswith("refs/") else _HEADS + ref


class Source:
    """The user's repository as a place to look refs up in; nothing is written."""

    def __init__(self, origin: Origin, git: Git) -> None:
        self._origin, self._git = origin, git

    @cached_property
    def refs(self) -> Mapping[str, tuple[str, str]]:
        """Every ref: what it points at, and the commit behind that."""
        listed = self._git("for-each-ref", "--format=%(objectname) %(*objectname) %(refname)")
        found: dict[str, tuple[str, str]] = {}
        for line in listed.splitlines():
            tip, commit, name = line.split(" ", 2)
            found[name] = (tip, commit or tip)
        return found

    @cached_property
    def branches(self) -> Mapping[str, str]:
        """The branches as the remote would have them, and their commits."""
        local = self._below(_HEADS)
        remote = self._below(_TRACKING)
        remote.pop("HEAD", None)
        ours = full(self._origin.ref)
        own = {ours[len(_HEADS) :]: self._origin.commit} if ours.startswith(_HEADS) else {}
        return {**local, **remote, **own}

    @cached_property
    def tags(self) -> Mapping[str, tuple[str, str]]:
        """The tags by their full names; an annotated one has an object of its own."""
        return {name: both for name, both in self.refs.items() if name.startswith(_TAGS)}

    def _below(self, start: str) -> dict[str, str]:
        refs = self.refs.items()
        return {name[len(start) :]: tip for name, (tip, _) in refs if name.startswith(start)}

    def target(self, ref: str) -> Target:
        """What the input `ref` means; Problem when there is no such thing."""
        if not ref:
            return self._own()
        if is_commit(ref):
            return Target(ref.lower())
        ours = full(self._origin.ref)
        if ref in (ours, self._origin.ref) or f"{_HEADS}{ref}" == ours:
            return self._own()
        sound(ref)
        return self._named(ref) if ref.lower().startswith("refs/") else self._short(ref)

    def _own(self) -> Target:
        """The commit that the run is for."""
        ref, commit = sound(full(self._origin.ref)) if self._origin.ref else "", self._origin.commit
        tip = ""
        if ref.startswith(_TAGS):
            known = self.tags.get(ref, ("", ""))
            tip = known[0] if known[1] == commit else ""
        return placed(ref, commit, tip) if ref else Target(commit)

    def _named(self, ref: str) -> Target:
        if ref.lower().startswith(_HEADS):
            commit = self.branches.get(ref[len(_HEADS) :], "")
            if commit:
                return placed(ref, commit)
        elif ref in self.refs:
            tip, commit = self.refs[ref]
            return placed(ref, commit, tip)
        raise self._missing(ref)

    def _short(self, ref: str) -> Target:
        if ref in self.branches:
            return Target(
                self.branches[ref], ref, _TRACKING + ref, branch=ref, tip=self.branches[ref]
            )
        tag = self.tags.get(_TAGS + ref)
        if tag:
            return Target(tag[1], ref, _TAGS + ref, tip=tag[0])
        raise self._missing(ref)

    def _missing(self, ref: str) -> Problem:
        return Problem(
            f"A branch or tag with the name '{ref}' could not be found",
            where=str(self._origin.repository),
            fix="fetch it into this repository first: git fetch origin --tags",
        )
