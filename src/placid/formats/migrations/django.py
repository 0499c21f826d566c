"""Django's migrations: the list `operations`; a model is told by app and name ("shop_order").

Django fills a new column itself and then takes the default away, so that a required column without
`db_default` is one that the previous release cannot insert into, whatever its `default`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from placid.formats.migrations.model import Change, Migration, Operation, Undo
from placid.formats.migrations.pythoncalls import (
    Source,
    argument,
    called,
    is_constant,
    parse,
    text_of,
)
from placid.formats.migrations.sql import operations as sql_operations

_Reader = Callable[[Source, ast.Call, str], Iterator[Operation]]
_NAMES = (
    "ArrayField BigIntegerField BinaryField BooleanField CharField DateField DateTimeField "
    "DecimalField DurationField EmailField FileField FilePathField FloatField ForeignKey "
    "GenericIPAddressField HStoreField ImageField IntegerField IPAddressField JSONField "
    "OneToOneField PositiveBigIntegerField PositiveIntegerField "
    "PositiveSmallIntegerField SlugField SmallIntegerField TextField TimeField URLField "
    "UUIDField"
)
_FIELDS = frozenset(_NAMES.split())


def read(text: str, app: str) -> Migration | None:
    """The migration in a module of an app; None for what is none."""
    source = parse(text) if "Migration" in text and "operations" in text else None
    listed = _listed(source) if source is not None else None
    if source is None or listed is None:
        return None
    found: list[Operation] = []
    for node in listed.elts:
        if isinstance(node, ast.Call):
            found += _operation(source, node, app)
    one_way = next((each for each in found if each.change is Change.ONE_WAY), None)
    return Migration(
        "django",
        tuple(found),
        Undo.MISSING if one_way else Undo.WRITTEN,
        one_way.span if one_way else None,
    )


def _listed(source: Source) -> ast.List | None:
    for node in source.tree.body:
        if isinstance(node, ast.ClassDef) and node.name == "Migration":
            for inner in node.body:
                if isinstance(inner, ast.Assign) and isinstance(inner.value, ast.List):
                    target = inner.targets[0]
                    if isinstance(target, ast.Name) and target.id == "operations":
                        return inner.value
    return None


def _operation(source: Source, call: ast.Call, app: str) -> Iterator[Operation]:
    name = called(call)[1]
    if name == "SeparateDatabaseAndState":
        inner = argument(call, 0, "database_operations")
        for each in inner.elts if isinstance(inner, ast.List) else ():
            if isinstance(each, ast.Call):
                yield from _operation(source, each, app)
    elif name in _READERS:
        yield from _READERS[name](source, call, app)


def _table(call: ast.Call, app: str, key: str = "model_name") -> str:
    return f"{app}_{text_of(argument(call, 0, key)).lower()}"


def _of_model(change: Change, key: str = "name") -> _Reader:
    def read_it(source: Source, call: ast.Call, app: str) -> Iterator[Operation]:
        new = text_of(argument(call, 1, "new_name"))
        detail = f"{app}_{new.lower()}" if new else ""
        yield Operation(change, _table(call, app, key), "", source.span(call), detail)

    return read_it


def _of_field(change: Change, key: str = "name") -> _Reader:
    def read_it(source: Source, call: ast.Call, app: str) -> Iterator[Operation]:
        column, new = text_of(argument(call, 1, key)), text_of(argument(call, 2, "new_name"))
        yield Operation(change, _table(call, app), column, source.span(call), new)

    return read_it


def _added(source: Source, call: ast.Call, app: str) -> Iterator[Operation]:
    field = argument(call, 2, "field")
    if not isinstance(field, ast.Call) or called(field)[1] not in _FIELDS:
        return  # makes no column, or is a field of the project's own, which may fill itself
    if is_constant(argument(field, -1, "null"), True) or argument(field, -1, "db_default"):
        return
    column = text_of(argument(call, 1, "name"))
    yield Operation(Change.ADD_REQUIRED, _table(call, app), column, source.span(call))


def _indexed(source: Source, call: ast.Call, app: str) -> Iterator[Operation]:
    yield Operation(Change.CREATE_INDEX, _table(call, app), "", source.span(call))


def _runs_python(source: Source, call: ast.Call, _app: str) -> Iterator[Operation]:
    if argument(call, 1, "reverse_code") is None:
        yield Operation(Change.ONE_WAY, "", "", source.span(call), "RunPython without reverse_code")


def _runs_sql(source: Source, call: ast.Call, _app: str) -> Iterator[Operation]:
    span = source.span(call)
    for each in sql_operations(text_of(argument(call, 0, "sql"))):
        yield each._replace(span=span)
    if argument(call, 1, "reverse_sql") is None:
        yield Operation(Change.ONE_WAY, "", "", span, "RunSQL without reverse_sql")


_READERS: dict[str, _Reader] = {
    "CreateModel": _of_model(Change.CREATE_TABLE),
    "DeleteModel": _of_model(Change.DROP_TABLE),
    "RenameModel": _of_model(Change.RENAME_TABLE, "old_name"),
    "RemoveField": _of_field(Change.DROP_COLUMN),
    "RenameField": _of_field(Change.RENAME_COLUMN, "old_name"),
    "AddField": _added,
    "AddIndex": _indexed,
    "RunPython": _runs_python,
    "RunSQL": _runs_sql,
}
