"""YAML files, read once. A file that is no YAML gives the documents before the fault.

The schemas that CustomResourceDefinitions carry are left out (their `spec` reads as empty): no rule
asks for them, and they are a third of the YAML of a large repository.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.base.errors import Problem
from placid.base.yamltext import Document, Span, compose_all
from placid.core.audit.model import Repository, path_fact

_DEFINITION = re.compile(r"\nkind: CustomResourceDefinition[ \t]*$", re.MULTILINE)
_SPEC = re.compile(r"\nspec:[ \t]*$", re.MULTILINE)
_NEXT = re.compile(r"\n[^\s#]")


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
    left_out = tuple(_left_out(text)) if "CustomResourceDefinition" in text else ()
    done, problem = compose_all(text, path, left_out)
    if problem and left_out:
        return compose_all(text, path)
    return done, problem


def _left_out(text: str) -> Iterator[Span]:
    """The `spec` of each definition that stands at the left margin."""
    at = 0
    for found in _DEFINITION.finditer(text):
        start = max(text.rfind("\n---", at, found.start()), at)
        end = text.find("\n---", found.end()) + 1 or len(text)
        spec = _SPEC.search(text, start, end)
        if spec:
            after = _NEXT.search(text, spec.end(), end)
            at = after.start() + 1 if after else end
            yield Span(spec.end(), at)
