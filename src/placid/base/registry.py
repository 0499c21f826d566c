"""One file in the right folder is a new strategy, target, signal or channel.

A `Registry` holds the named things of one kind. Importing the modules of a folder fills it; a name
taken twice is a bug and fails at once, an unknown name is a Problem that lists the known ones.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Generic, TypeVar

from placid.base.errors import Problem

T = TypeVar("T")


def nearest(name: str, known: list[str]) -> str | None:
    """The known name a person most likely meant, or None."""
    import difflib  # noqa: PLC0415  few names are wrong

    matches = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return matches[0] if matches else None


class Registry(Generic[T]):
    """The named things of one kind, filled by importing the modules of one folder."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._things: dict[str, T] = {}

    def add(self, name: str) -> Callable[[T], T]:
        """Register the decorated thing under `name`."""

        def keep(thing: T) -> T:
            if name in self._things:
                raise ValueError(f"two {self.kind}s are called {name!r}")
            self._things[name] = thing
            return thing

        return keep

    def load(self, folder: ModuleType) -> Registry[T]:
        """Import every module in `folder`, which registers what each one holds."""
        for module in sorted(m.name for m in pkgutil.iter_modules(folder.__path__)):
            importlib.import_module(f"{folder.__name__}.{module}")
        return self

    def get(self, name: str) -> T:
        """The thing called `name`; Problem with the known names when there is none."""
        if name in self._things:
            return self._things[name]
        known = sorted(self._things)
        guess = nearest(name, known)
        hint = f"did you mean {guess!r}? " if guess else ""
        raise Problem(
            f"no {self.kind} is called {name!r}", fix=f"{hint}use one of: {', '.join(known)}"
        )

    def names(self) -> list[str]:
        """Every known name, sorted."""
        return sorted(self._things)

    def __iter__(self) -> Iterator[tuple[str, T]]:
        return iter(sorted(self._things.items()))
