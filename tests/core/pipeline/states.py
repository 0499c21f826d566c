"""Repositories as values."""

from __future__ import annotations

from placid.core.pipeline.repository import Commit, GitState, Person, remote_of

ADA = Person("Ada Lovelace", "7+ada@users.noreply.github.com")
FIRST = Commit(
    id="1" * 40,
    tree="a" * 40,
    parents=("0f" * 20,),
    author=ADA,
    committer=Person("Grace", "grace@example.com"),
    at="2026-01-02T03:04:05+02:00",
    message="Add the shop\n\nWith a till.",
    added=("shop.py",),
    modified=("README.md",),
)
SECOND = Commit(
    id="2" * 40,
    tree="b" * 40,
    parents=(FIRST.id,),
    author=ADA,
    committer=ADA,
    at="2026-01-02T03:04:06Z",
    message="Open it",
    removed=("old.py",),
)


def state(ref: str = "refs/heads/main", trunk: str = "main") -> GitState:
    """A push of two commits to a repository of octo's."""
    return GitState(
        head=SECOND,
        ref=ref,
        before="0f" * 20,
        base="0f" * 20,
        commits=(FIRST, SECOND),
        remote=remote_of("git@github.com:octo/hello.git", "x"),
        trunk=trunk,
        trunk_tip=SECOND.id if ref == f"refs/heads/{trunk}" else "3" * 40,
        actor=ADA,
    )
