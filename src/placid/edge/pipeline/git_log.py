"""Commits as `git log` prints them for a machine, with the paths that each one changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from placid.core.pipeline.repository import Commit, Person

_FIELDS = ("%H", "%T", "%P", "%an", "%ae", "%cn", "%ce", "%cI", "%D", "%m", "%B")
LOG = (
    "log",
    "-z",
    "--no-show-signature",
    "--encoding=UTF-8",
    "--decorate=full",
    "--format=" + "%x00".join(_FIELDS),
    "-m",
    "--first-parent",
    "--no-renames",
    "--no-relative",
    "--ignore-submodules=none",
    "--name-status",
)
"""What to ask; then which refs to name, a range or a revision, and "--"."""

EVERY_REF = ("--decorate-refs=HEAD", "--decorate-refs=refs/")
TAGS = ("--decorate-refs=refs/tags/",)
NO_REF = ("--decorate-refs=refs/none/",)
"""Which refs at a commit to name; branches by the thousand cost git a second."""


class Shown:
    """A commit as git shows it, with the refs at it and its side of a symmetric range."""

    def __init__(self, fields: Sequence[str], changes: Sequence[tuple[str, str]]) -> None:
        id, tree, parents, author, author_mail, committer, mail, at, refs, side, message = fields
        by: dict[str, list[str]] = {}
        for status, path in changes:
            by.setdefault(status, []).append(path)
        self.commit = Commit(
            id=id,
            tree=tree,
            parents=tuple(parents.split()),
            author=Person(author, author_mail),
            committer=Person(committer, mail),
            at=at.removesuffix("+00:00") + "Z" if at.endswith("+00:00") else at,
            message=message.rstrip("\n"),
            added=tuple(by.pop("A", ())),
            removed=tuple(by.pop("D", ())),
            modified=tuple(path for paths in by.values() for path in paths),
        )
        self.refs = tuple(refs.split(", ")) if refs else ()
        self.theirs = side == "<"


def shown(text: str) -> Iterator[Shown]:
    """The commits that `git log` with `LOG` printed."""
    words = text.split("\0")
    at, count = 0, len(_FIELDS)
    while at + count <= len(words):
        fields = words[at : at + count]
        at += count
        changes: list[tuple[str, str]] = []
        while at + 1 < len(words) and words[at].lstrip("\n")[:1] in tuple("ADMTUX"):
            changes.append((words[at].lstrip("\n"), words[at + 1]))
            at += 2
        yield Shown(fields, changes)
