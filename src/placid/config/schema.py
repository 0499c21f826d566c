"""The JSON schema of placid.yaml (draft 2020-12), for editors, made from the model alone."""

from __future__ import annotations

from msgspec import NODEFAULT, Struct, convert, inspect, to_builtins

from placid.base.units import DURATION, PERCENTAGE, duration, percentage
from placid.config.model import Chosen, Config, known_strategies
from placid.config.types import described, unfold

Schema = dict[str, object]

_PATTERNS = {
    "seconds": rf"^({DURATION}|0)$",
    "secret": r"^(\$[A-Za-z_][A-Za-z0-9_]*)?$",
    "path": r"^/\S*$",
    "name": r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$",
    "address": r"^.+:[0-9]{1,5}$",
    "preview": r"^(.+:[0-9]{1,5})?$",
}
_TEXT_OR_NUMBER = ["string", "number", "boolean"]


def schema() -> Schema:
    """What an editor needs to check and complete a placid.yaml."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "placid.yaml",
        **_of(inspect.type_info(Config)),
    }


def _of(kind: inspect.Type) -> Schema:
    bare, unit = unfold(kind)
    text = described(kind)
    return {**({"description": text} if text else {}), **_kind(bare, unit)}


def _kind(bare: inspect.Type, unit: str) -> Schema:
    if unit == "strategy":
        return _strategy()
    match bare:
        case inspect.StructType():
            return _object(bare)
        case inspect.DictType():
            names = _of(bare.key_type)
            values = _of(bare.value_type)
            least = {"minProperties": bare.min_length} if bare.min_length else {}
            kept: Schema = {"type": "object", "propertyNames": names, **least}
            return {**kept, "additionalProperties": values}
        case inspect.ListType() | inspect.VarTupleType():
            return {"type": "array", "items": _of(bare.item_type)}
        case inspect.UnionType():
            return {"anyOf": [_of(each) for each in bare.types]}
        case _:
            return _scalar(bare, unit)


def _scalar(bare: inspect.Type, unit: str) -> Schema:
    match bare:
        case inspect.NoneType():
            return {"type": "null"}
        case inspect.BoolType():
            return {"type": "boolean"}
        case inspect.LiteralType():
            return {"enum": sorted(map(str, bare.values))}
        case inspect.IntType():
            return {"type": "integer", **_bounds(bare)}
        case inspect.FloatType() if unit == "percent":
            number: Schema = {"type": "number", **_bounds(bare)}
            return {"anyOf": [{"type": "string", "pattern": rf"^{PERCENTAGE}$"}, number]}
        case inspect.FloatType() if unit == "seconds":
            zero = [] if bare.gt is not None else [{"const": 0}]
            text: Schema = {"type": "string", "pattern": _PATTERNS[unit]}
            return {"anyOf": [text, *zero]} if zero else text
        case inspect.FloatType():
            return {"type": "number", **_bounds(bare)}
        case _:
            pattern = {"pattern": _PATTERNS[unit]} if unit in _PATTERNS else {}
            return {"type": _TEXT_OR_NUMBER if unit == "text" else "string", **pattern}


def _bounds(bare: inspect.IntType | inspect.FloatType) -> Schema:
    bounds = {
        "minimum": bare.ge,
        "exclusiveMinimum": bare.gt,
        "maximum": bare.le,
        "exclusiveMaximum": bare.lt,
    }
    return {name: bound for name, bound in bounds.items() if bound is not None}


def _object(kind: inspect.StructType) -> Schema:
    properties: Schema = {}
    for field in kind.fields:
        default = written(field)
        shown = {} if isinstance(default, Struct) or default is NODEFAULT else {"default": default}
        properties[field.encode_name] = {**_of(field.type), **shown}
    required = [field.encode_name for field in kind.fields if field.required]
    made: Schema = {
        "type": "object" if required else ["object", "null"],
        "properties": properties,
        "additionalProperties": False,
    }
    return {**made, **({"required": required} if required else {})}


def written(field: inspect.Field) -> object:
    """The default of a field as a person would write it; NODEFAULT when there is none."""
    value: object = field.default
    if field.default_factory is not NODEFAULT:
        value = field.default_factory()
    if isinstance(value, Chosen):
        return value.name
    bare, unit = unfold(field.type)
    if isinstance(bare, inspect.UnionType) and isinstance(value, float):
        unit = next((unit for each in bare.types if (unit := unfold(each)[1])), "")
    if isinstance(value, float) and unit in ("seconds", "percent"):
        return duration(value) if unit == "seconds" else percentage(value)
    if isinstance(bare, inspect.VarTupleType) and unfold(bare.item_type)[1] == "percent":
        return [percentage(each) for each in convert(value, tuple[float, ...])]
    if isinstance(value, dict):
        return NODEFAULT if value else {}
    return value if isinstance(value, Struct) or value is NODEFAULT else to_builtins(value)


def _strategy() -> Schema:
    known = known_strategies()
    options: list[Schema] = [
        {
            "type": "object",
            "properties": {name: _of(inspect.type_info(strategy.spec))},
            "required": [name],
            "additionalProperties": False,
        }
        for name, strategy in known
    ]
    return {"anyOf": [{"enum": known.names()}, *options, _own_steps()]}


def _own_steps() -> Schema:
    share: Schema = {"type": ["string", "number"]}
    seconds: Schema = {"type": ["string", "integer"]}
    copies: Schema = {"type": "integer", "minimum": 0}
    sides: Schema = {"type": "object", "properties": {"old": copies, "new": copies}}
    steps: dict[str, Schema] = {
        "scale": {"anyOf": [copies, {**sides, "minProperties": 1, "maxProperties": 1}]},
        "shift": share,
        "judge": seconds,
        "approve": {"type": ["string", "boolean"]},
        "preview": {"const": True},
    }
    step: Schema = {
        "type": "object",
        "properties": steps,
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    return {
        "type": "object",
        "properties": {
            "steps": {
                "type": "array",
                "minItems": 1,
                "items": {"anyOf": [step, {"enum": ["approve", "preview"]}]},
            }
        },
        "required": ["steps"],
        "additionalProperties": False,
    }
