"""From YAML nodes to the model, led by the model's own types, with every fault put down.

    struct <- mapping      list <- list      union <- what fits      scalar <- scalar and its unit

A value that cannot be read is `BROKEN`; a struct takes the field's default in its place and goes
on, so that the rest of the file is read too. Whoever asked looks at the faults before the values.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import inspect

from placid.base.yamltext import Entry, Mapping, Node, Route, Scalar, Sequence, Span
from placid.config.faults import Reading
from placid.config.scalars import BROKEN, Broken, label, read_scalar, what_is
from placid.config.types import described, optional, unfold
from placid.config.unknown import unknown_key


def read(reading: Reading, node: Node, kind: inspect.Type, route: Route) -> object:
    """The value of `node` as `kind`, or BROKEN with the faults put down in `reading`."""
    bare, unit = unfold(kind)
    if node.tag:
        reading.fault(route, node.span, f"the tag {node.tag} means nothing here", fix="remove it")
        return BROKEN
    if unit in reading.special:
        return reading.special[unit](reading, node, route)
    match bare:
        case inspect.StructType():
            return read_struct(reading, node, bare, route)
        case inspect.DictType():
            return _dict(reading, node, bare, route)
        case inspect.ListType() | inspect.VarTupleType():
            values = _list(reading, node, bare.item_type, route)
            return values if isinstance(bare, inspect.ListType) else _tuple(values)
        case inspect.UnionType():
            return _union(reading, node, bare, route)
        case _:
            return read_scalar(reading, node, kind, route)


def _tuple(values: list[object] | Broken) -> object:
    return values if isinstance(values, Broken) else tuple(values)


def read_struct(reading: Reading, node: Node, kind: inspect.StructType, route: Route) -> object:
    """A mapping as the struct; nothing at all is a mapping without keys."""
    if _nothing(node) and not any(field.required for field in kind.fields):
        return _built(kind, {})
    if not isinstance(node, Mapping) and not _nothing(node):
        keys = ", ".join(field.encode_name for field in kind.fields)
        what = f"{label(route)} must be a mapping, not {what_is(node)}"
        only = kind.fields[0].encode_name if len(kind.fields) == 1 else ""
        hint = f"write {{{only}: {node.text}}}" if only and isinstance(node, Scalar) else ""
        fix = f"write its keys as key: value; it takes {keys}"
        reading.fault(route, _shown(node), what, hint=hint, fix=fix)
        return BROKEN
    fields = {field.encode_name: field for field in kind.fields}
    values: dict[str, object] = {}
    entries = node.entries if isinstance(node, Mapping) else ()
    for entry in entries:
        name = entry.key.text
        if name in fields:
            values[fields[name].name] = read(
                reading, entry.value, fields[name].type, (*route, name)
            )
        else:
            unknown_key(reading, entry, kind, route)
    for field in kind.fields:
        if field.required and field.name not in values and reading.fine(*route, field.encode_name):
            _missing(reading, node, field, route)
    return _built(kind, values)


def _missing(reading: Reading, node: Node, field: inspect.Field, route: Route) -> None:
    name, meaning = field.encode_name, described(field.type).rstrip(".")
    if not meaning[1:2].isupper():
        meaning = meaning[:1].lower() + meaning[1:]
    span = reading.place(*route)
    first = node.entries[0].key.span if isinstance(node, Mapping) and node.entries else span
    inside = f" in {label(route)}" if route else ""
    reading.fault(
        (*route, name),
        span if route else first,
        f'the key "{name}" is missing{inside}',
        fix=f"add {name}: {meaning}",
    )


def _built(kind: inspect.StructType, values: dict[str, object]) -> object:
    """The struct, with defaults (or blanks) for what is missing or broken."""
    kept = {name: value for name, value in values.items() if value is not BROKEN}
    for field in kind.fields:
        if field.required and field.name not in kept:
            kept[field.name] = _blank(field.type)
    make: Callable[..., object] = kind.cls
    return make(**kept)


def _blank(kind: inspect.Type) -> object:
    bare, _ = unfold(kind)
    return _built(bare, {}) if isinstance(bare, inspect.StructType) else ""


def _dict(
    reading: Reading, node: Node, kind: inspect.DictType, route: Route
) -> dict[str, object] | Broken:
    if not isinstance(node, Mapping):
        what = f"{label(route)} must be a mapping, not {what_is(node)}"
        reading.fault(route, reading.place(*route), what, fix="write its entries as name: value")
        return BROKEN
    if not node.entries:
        reading.fault(route, node.span, f"{label(route)} is empty", fix="remove it, or fill it")
        return BROKEN
    values: dict[str, object] = {}
    for entry in node.entries:
        name = entry.key.text
        key = _key(reading, entry, kind.key_type, (*route, name))
        value = read(reading, entry.value, kind.value_type, (*route, name))
        if not isinstance(key, Broken) and not isinstance(value, Broken):
            values[name] = value
    return values


def _key(reading: Reading, entry: Entry, kind: inspect.Type, route: Route) -> object:
    """A key by its kind; numbers and the like count as the text they are written as."""
    key = entry.key
    text = Scalar(span=key.span, text=key.text, value=key.text)
    return read_scalar(reading, text, kind, route)


def _list(reading: Reading, node: Node, item: inspect.Type, route: Route) -> list[object] | Broken:
    if not isinstance(node, Sequence):
        hint = f"write [{node.text}]" if isinstance(node, Scalar) and _short(node) else ""
        what = f"{label(route)} must be a list, not {what_is(node)}"
        reading.fault(route, _shown(node), what, hint=hint, fix="write it as [first, second]")
        return BROKEN
    read_items = [read(reading, each, item, (*route, i)) for i, each in enumerate(node.items)]
    return [value for value in read_items if not isinstance(value, Broken)]


def _short(node: Scalar) -> bool:
    return 0 < len(node.text) < 40 and "\n" not in node.text


def _shown(node: Node) -> Span:
    """A mapping is shown by its first key alone."""
    return node.entries[0].key.span if isinstance(node, Mapping) and node.entries else node.span


def _union(reading: Reading, node: Node, kind: inspect.UnionType, route: Route) -> object:
    """Nothing is None where None is allowed; a mapping goes to the struct, all else to the rest."""
    if optional(kind) and _nothing(node):
        return None
    rest = [each for each in kind.types if not isinstance(each, inspect.NoneType)]
    structs = [each for each in rest if isinstance(unfold(each)[0], inspect.StructType)]
    if structs and (isinstance(node, Mapping) or len(rest) == 1):
        return read(reading, node, structs[0], route)
    return read(reading, node, next(each for each in rest if each not in structs), route)


def _nothing(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None and not node.tag
