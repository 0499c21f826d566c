"""YAML files, read once. A file that is no YAML gives the documents before the fault."""

from __future__ import annotations

from placid.base.errors import Problem
from placid.base.yamltext import Document, compose_all
from placid.core.audit.model import Repository, path_fact


@path_fact
def documents(repository: Repository, path: str) -> tuple[Document, ...]:
    """The documents of a YAML file, without empty ones."""
    return tuple(each for each in _read(repository, path)[0] if each.root is not None)


def fault(repository: Repository, path: str) -> Problem | None:
    """Why the file is no YAML; None when it is."""
    return _read(repository, path)[1]


@path_fact
def _read(repository: Repository, path: str) -> tuple[tuple[Document, ...], Problem | None]:
    text = repository.text(path)
    if text is None:
        return (), Problem(f"{path} is not text")
    return compose_all(text, path)
