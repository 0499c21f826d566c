"""The repository as rules see it: names, texts, and facts worked out once.

A fact is a pure function of the repository (`@fact`) or of one of its files (`@path_fact`), kept
after its first use; rules share knowledge by asking for the same fact. What `@path_fact` gives
must pickle: it may have been worked out in another process.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import date
from functools import wraps
from typing import Protocol, TypeVar

T = TypeVar("T")


class Tree(Protocol):
    """The files that are looked at: those that git tracks, or those named by hand."""

    def names(self) -> Sequence[str]:
        """Every path, relative to the root, with forward slashes, sorted."""
        ...

    def read(self, name: str) -> bytes:
        """The bytes of one; b"" for what cannot be read (a broken link, a submodule)."""
        ...

    def ignored(self, name: str) -> bool | None:
        """Whether git would ignore a path, also one that is not there; None when unknown."""
        ...


class Repository:
    """A tree and what is known of it. `today` is for what ages."""

    def __init__(
        self,
        tree: Tree,
        today: date,
        *,
        whole: bool = True,
        definitions: Callable[[], bytes | None] = lambda: None,
    ) -> None:
        self.tree = tree
        self.today = today
        self.whole = whole
        """False when single files were named: nothing can be said of what is missing."""
        self.definitions = definitions
        """The JSON of the Kubernetes API of the version that is used; None when not at hand."""
        self.paths: tuple[str, ...] = tuple(tree.names())
        self._present = frozenset(self.paths)
        self._texts: dict[str, str | None] = {}
        self._picked: dict[tuple[object, ...], tuple[str, ...]] = {}
        self.memo: dict[tuple[Hashable, ...], object] = {}

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self._present

    def picked(
        self,
        reads: Callable[[str], bool],
        holds: Callable[[Repository, str], bool] | None = None,
        within: frozenset[str] | None = None,
    ) -> tuple[str, ...]:
        """The paths (`within` some) that `reads` says yes to, and whose content `holds` something.

        Asked once for each question, since many rules read the same files.
        """
        key = (reads, holds, within)
        if key not in self._picked:
            paths = filter(reads, self.paths if within is None else sorted(within))
            self._picked[key] = tuple(each for each in paths if holds is None or holds(self, each))
        return self._picked[key]

    def encoded(self, path: str, text: str) -> bytes:
        """The bytes of a file with a new text, in the encoding that the old one was read in."""
        return text.encode(_encoding(self.tree.read(path)) if self.has(path) else "utf-8")

    def text(self, path: str) -> str | None:
        """The text of a file; None when it is not there or no text (NUL bytes).

        UTF-8, with or without a mark; UTF-16 with one; what is neither is read byte by byte.
        """
        if path not in self._texts:
            self._texts[path] = _decoded(self.tree.read(path)) if path in self._present else None
        return self._texts[path]


def fact(work: Callable[[Repository], T]) -> Callable[[Repository], T]:
    """Work out once for a repository."""
    key = (work,)

    @wraps(work)
    def known(repository: Repository) -> T:
        memo = repository.memo
        if key not in memo:
            memo[key] = work(repository)
        found: T = memo[key]  # type: ignore[assignment] # kept under `work` itself
        return found

    return known


def path_fact(work: Callable[[Repository, str], T]) -> Callable[[Repository, str], T]:
    """Work out once for a file of a repository."""

    @wraps(work)
    def known(repository: Repository, path: str) -> T:
        memo, key = repository.memo, (work, path)
        try:
            found: T = memo[key]  # type: ignore[assignment] # as above
        except KeyError:
            found = memo[key] = work(repository, path)
        return found

    return known


def _decoded(data: bytes) -> str | None:
    if data[:2] in _MARKS:
        return data.decode("utf-16", "replace")
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _encoding(data: bytes) -> str:
    if data[:2] in _MARKS:
        return "utf-16"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


_MARKS = (b"\xff\xfe", b"\xfe\xff")
