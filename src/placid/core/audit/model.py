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
        self._picked: dict[Callable[[str], bool], tuple[str, ...]] = {}
        self.memo: dict[tuple[Hashable, ...], object] = {}

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self._present

    def picked(self, reads: Callable[[str], bool]) -> tuple[str, ...]:
        """The paths that `reads` says yes to; asked once, since many rules read the same files."""
        if reads not in self._picked:
            self._picked[reads] = tuple(filter(reads, self.paths))
        return self._picked[reads]

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
    key = (work.__module__, work.__qualname__)

    @wraps(work)
    def known(repository: Repository) -> T:
        if key not in repository.memo:
            repository.memo[key] = work(repository)
        found: T = repository.memo[key]  # type: ignore[assignment] # kept under the key of `work`
        return found

    return known


def path_fact(work: Callable[[Repository, str], T]) -> Callable[[Repository, str], T]:
    """Work out once for a file of a repository."""
    key = (work.__module__, work.__qualname__)

    @wraps(work)
    def known(repository: Repository, path: str) -> T:
        if (*key, path) not in repository.memo:
            repository.memo[(*key, path)] = work(repository, path)
        found: T = repository.memo[(*key, path)]  # type: ignore[assignment] # as above
        return found

    return known


def _decoded(data: bytes) -> str | None:
    encoding = _encoding(data)
    return None if b"\0" in data and encoding != "utf-16" else data.decode(encoding, "replace")


def _encoding(data: bytes) -> str:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "utf-16"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"
