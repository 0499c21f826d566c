"""The code that still names a column of a table, as far as that is certain.

Certain is: a statement of SQL on one line of code that names both, and a SQLAlchemy model with that
`__tablename__` that still has the column. A word that happens to be equal is not enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.core.audit.facts.objects import is_example
from placid.core.audit.model import Repository, fact
from placid.core.audit.rule import Place
from placid.formats.migrations import kind_of

_CODE = (".py", ".rb", ".js", ".ts", ".tsx", ".go", ".java", ".kt", ".php", ".rs", ".cs")
_SQL = r"\b(?:from|into|update|join)\s+[\"'`\[]?(?:\w{1,40}\.)?[\"'`\[]?"
_VERBS = re.compile(r"\bselect\b|\binsert\b|\bupdate\s+\S+\s+set\b|\bdelete\b", re.IGNORECASE)
_NO_CODE = re.compile(r"^\s*(?:#|//|\*|--)|migrat", re.IGNORECASE)
_TEST = re.compile(r"(?:^|/)(?:test_[^/]*|conftest\.py|[^/]*[._](?:test|spec)\.\w+)$")


@fact
def _code(repository: Repository) -> tuple[str, ...]:
    """The files with code that runs; migrations, tests and examples left out."""
    return tuple(
        path
        for path in repository.paths
        if path.endswith(_CODE)
        and not is_example(path)
        and not _TEST.search(path)
        and "migrat" not in path
        and kind_of(path) is None
    )


def users_of(repository: Repository, table: str, column: str) -> Place | None:
    """The first place that needs the column (or, without one, the table)."""
    if len(table) < 3 or not re.fullmatch(r"\w+", table + column):
        return None
    made_anew = not column and _makes_tables(repository)
    for path in _code(repository):
        text = repository.text(path) or ""
        if table in text and column in text:
            place = next(_uses(text, table, column, made_anew), None)
            if place is not None:
                return Place(path, place)
    return None


@fact
def _makes_tables(repository: Repository) -> bool:
    """Whether the code makes the tables of its models that are not there when it starts."""
    return any(".create_all(" in (repository.text(path) or "") for path in _code(repository))


def _uses(text: str, table: str, column: str, made_anew: bool) -> Iterator[Span]:
    if not made_anew:
        yield from _in_model(text, table, column)
    named = re.compile(rf"{_SQL}{table}\b", re.IGNORECASE)
    wanted = re.compile(rf"\b{column or table}\b")
    for found in named.finditer(text):
        start = text.rfind("\n", 0, found.start()) + 1
        end = text.find("\n", found.end())
        line = text[start : end if end >= 0 else len(text)][:1000]
        at = wanted.search(line)
        if at and _VERBS.search(line) and not _NO_CODE.search(line):
            yield Span(start + at.start(), start + at.end())


def _in_model(text: str, table: str, column: str) -> Iterator[Span]:
    model = re.search(rf"^([ \t]+)__tablename__\s*=\s*[\"']{table}[\"']", text, re.MULTILINE)
    if model is None:
        return
    if not column:
        yield Span(*model.span())
        return
    next_class = re.compile(r"^class ", re.MULTILINE).search(text, model.end())
    end = next_class.start() if next_class else len(text)
    field = re.compile(rf"^{model[1]}({column})\s*(?::[^=\n]+)?=", re.MULTILINE)
    found = field.search(text, model.end(), end)
    if found:
        yield Span(*found.span(1))
