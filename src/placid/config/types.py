"""What msgspec knows of the model's types, in the form that the reader and the schema ask for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from msgspec import Struct, inspect


def unfold(kind: inspect.Type) -> tuple[inspect.Type, str]:
    """The type without its annotations, and its unit ("" for none)."""
    unit = ""
    while isinstance(kind, inspect.Metadata):
        match kind:
            case inspect.Metadata(extra={"unit": str(name)}):
                unit = name
            case _:
                pass
        kind = kind.type
    return kind, unit


def described(kind: inspect.Type) -> str:
    """The description written for a field, "" for none."""
    while isinstance(kind, inspect.Metadata):
        match kind:
            case inspect.Metadata(extra_json_schema={"description": str(words)}):
                return words
            case _:
                kind = kind.type
    return ""


def optional(kind: inspect.UnionType) -> bool:
    """Whether None is among the types."""
    return any(isinstance(each, inspect.NoneType) for each in kind.types)


def struct(kind: inspect.Type) -> inspect.StructType | None:
    """The struct that a type is, may be, or holds as an entry."""
    bare, unit = unfold(kind)
    if isinstance(bare, inspect.DictType):
        return struct(bare.value_type)
    if isinstance(bare, inspect.UnionType):
        return next(filter(None, map(struct, bare.types)), None)
    return bare if isinstance(bare, inspect.StructType) and unit != "strategy" else None


@cache
def fields_of(struct: type[Struct]) -> inspect.StructType:
    """What msgspec knows of a struct, asked once."""
    known = inspect.type_info(struct)
    assert isinstance(known, inspect.StructType)
    return known


def homes(name: str, root: inspect.StructType, path: str = "") -> Iterator[str]:
    """The routes of every key called `name` below `root`, like "environments.<name>.listen"."""
    for field in root.fields:
        here = f"{path}{field.encode_name}"
        if field.encode_name == name:
            yield here
        inner = struct(field.type)
        if inner is not None:
            within = ".<name>." if isinstance(unfold(field.type)[0], inspect.DictType) else "."
            yield from homes(name, inner, here + within)
