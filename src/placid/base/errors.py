"""Everything that can go wrong in a way a person can put right.

Problem            exit 2  the message says what, where, and how to fix it
+ Unavailable      retry   the other side did not answer; try again after `retry_after` seconds
+ Conflict         retry   someone else wrote first; read again and decide again
+ Problems         exit 2  several at once, one for each thing that is wrong in a file

Any other exception is a bug in placid: exit 3, with a report to paste.
"""

from __future__ import annotations

from collections.abc import Sequence


class Problem(Exception):
    """Something a person can fix, said in their words.

    `where` is a place ("placid.yaml:12:3", a path, a URL); `excerpt` the lines of the file with the
    wrong text underlined, ready to print; `fix` the next thing to do.
    """

    def __init__(
        self, what: str, *, where: str | None = None, fix: str | None = None, excerpt: str = ""
    ) -> None:
        super().__init__(what)
        self.what, self.where, self.fix, self.excerpt = what, where, fix, excerpt


class Problems(Problem):
    """All that is wrong with one thing, so that a person mends it in one go."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(p.what for p in problems))
        self.problems = tuple(problems)


class Unavailable(Problem):
    """The other side did not answer; asking again in `retry_after` seconds may work."""

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        fix: str | None = None,
        retry_after: float = 5.0,
    ) -> None:
        super().__init__(what, where=where, fix=fix)
        self.retry_after = retry_after


class Conflict(Problem):
    """Another writer got there first."""
