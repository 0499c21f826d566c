"""docs/reference/config.md, written from the model: every key, its kind, default and meaning."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from inspect import getdoc

import msgspec
from msgspec import NODEFAULT, Struct, inspect

from placid.config.model import Config, known_strategies
from placid.config.schema import written
from placid.config.types import described, struct, unfold

_HEAD = """\
# placid.yaml

Every key, with its default. Durations are written like `250ms`, `5s`, `2m`, `1h30m`; shares like
`1%` or `0.5%`. Paths start at the folder of placid.yaml. Unknown keys are errors. `placid config
schema` prints the same as a JSON schema, for editors. The least that deploys something:

```yaml
app: shop
service:
  run: python -m shop
```
"""
_UNITS = {
    "seconds": "duration",
    "percent": "percentage",
    "address": "host:port",
    "preview": "host:port",
    "file": "file",
    "certificate": "file",
    "host": "host name",
    "name": "name",
    "secret": "$VARIABLE",
    "path": "URL path",
    "store": "URL",
    "variable": "variable",
    "strategy": "strategy",
}
_PLAIN = (
    (inspect.BoolType, "true or false"),
    (inspect.IntType, "whole number"),
    (inspect.FloatType, "number"),
)


def reference() -> str:
    """The whole page as Markdown."""
    root = inspect.type_info(Config)
    assert isinstance(root, inspect.StructType)
    return "\n".join([_HEAD, *_sections(root, ""), *_strategies()]).rstrip() + "\n"


def _sections(kind: inspect.StructType, path: str) -> Iterator[str]:
    if path:
        yield f"## {path}\n"
    yield f"{getdoc(kind.cls) or ''}\n"
    yield from _table(kind)
    for field in kind.fields:
        inner = struct(field.type)
        if inner is not None:
            entry = ".<name>" if isinstance(unfold(field.type)[0], inspect.DictType) else ""
            yield from _sections(inner, f"{path}.{field.encode_name}{entry}".lstrip("."))


def _table(kind: inspect.StructType) -> Iterator[str]:
    yield "| key | kind | default | meaning |"
    yield "|---|---|---|---|"
    for field in kind.fields:
        cells = (f"`{field.encode_name}`", _kind(field.type), _default(field))
        yield f"| {' | '.join(cells)} | {described(field.type)} |"
    yield ""


def _kind(kind: inspect.Type) -> str:
    bare, unit = unfold(kind)
    if unit in _UNITS:
        return _UNITS[unit]
    match bare:
        case inspect.StructType():
            return "mapping"
        case inspect.DictType():
            return f"{_kind(bare.key_type)}: {_kind(bare.value_type)}"
        case inspect.ListType() | inspect.VarTupleType():
            return f"list of {_kind(bare.item_type)}"
        case inspect.UnionType():
            rest = [each for each in bare.types if not isinstance(each, inspect.NoneType)]
            return " or ".join(map(_kind, rest))
        case inspect.LiteralType():
            return ", ".join(f"`{value}`" for value in sorted(map(str, bare.values)))
        case _:
            return next((words for each, words in _PLAIN if isinstance(bare, each)), "text")


def _default(field: inspect.Field) -> str:
    value = written(field)
    if field.required:
        return "(required)"
    if isinstance(value, Struct) or value is NODEFAULT:
        return (
            "`production`, all defaults" if isinstance(field.default, type(NODEFAULT)) else "below"
        )
    if value is None or value in ("", [], {}):
        return ""
    return f"`{value}`" if isinstance(value, str) else f"`{msgspec.json.encode(value).decode()}`"


def _strategies() -> Iterator[str]:
    yield "## Strategies\n"
    for name, strategy in known_strategies():
        yield f"### {name}\n"
        module = sys.modules[strategy.plan.__module__]
        yield (
            f"{getdoc(module) or ''}\n".replace("\nWhy:", "\n- Why:")
            .replace("\nBad:", "\n- Bad:")
            .replace("\nGood:", "\n- Good:")
        )
        options = inspect.type_info(strategy.spec)
        if isinstance(options, inspect.StructType):
            yield f"Options: {getdoc(strategy.spec) or ''}\n"
            yield "| option | kind | default |"
            yield "|---|---|---|"
            for field in options.fields:
                yield f"| `{field.encode_name}` | {_kind(field.type)} | {_default(field)} |"
            yield ""
    yield "### Steps of your own\n"
    yield (
        "```yaml\nstrategy:\n  steps:\n    - scale: 2            # copies of the new release\n"
        "    - preview              # show it on the preview address\n"
        "    - shift: 10%           # its share of the traffic\n"
        "    - judge: 2m            # watch that long; on only if it is not worse\n"
        "    - approve: have a look # wait for `placid promote`\n"
        "    - shift: 100%          # the last share must be all\n"
        "    - judge: 2m\n    - scale: {old: 0}\n```\n"
    )
