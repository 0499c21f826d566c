"""A key that means nothing where it stands: the nearest known name, or the place it belongs."""

from __future__ import annotations

from msgspec import inspect

from placid.base.registry import nearest
from placid.base.yamltext import Entry, Route
from placid.config.faults import Reading
from placid.config.model import Config
from placid.config.types import fields_of, homes

_SCHEMA = "run `placid config schema` to see every key"
_OTHER_NAMES = {
    "name": "app",
    "command": "run",
    "cmd": "run",
    "start": "run",
    "replicas": "copies",
    "instances": "copies",
    "dockerfile": "image",
    "healthcheck": "health",
    "port": "listen",
    "domain": "hosts",
    "host": "hosts",
    "repo": "repository",
    "database": "store",
    "branches": "branch",
    "environment": "environments",
    "env_file": "config",
    "variables": "env",
    "needs": "after",
    "depends_on": "after",
    "traffic": "shift",
    "weight": "shift",
}


def unknown_key(reading: Reading, entry: Entry, kind: inspect.StructType, route: Route) -> None:
    """Put down that `entry` has no such key in `kind`, with what was most likely meant."""
    name = entry.key.text
    known = [field.encode_name for field in kind.fields]
    folded = name.lower().replace("-", "_")
    other = _OTHER_NAMES.get(folded, "")
    guess = nearest(name.lower(), known) or (other if other in known else None)
    fix, hint = f"rename it, or {_SCHEMA}", f'did you mean "{guess}"?'
    if guess is None:
        places = list(homes(name, fields_of(Config)))
        hint = f"it belongs in {places[0]}" if places else f"known here: {', '.join(known)}"
        fix = f"move it there, or {_SCHEMA}" if places else f"remove it, or {_SCHEMA}"
        _forgive(reading, places)
    else:
        reading.bad.add((*route, guess))
    reading.fault((*route, name), entry.key.span, f'unknown key "{name}"', hint=hint, fix=fix)


def _forgive(reading: Reading, places: list[str]) -> None:
    """What the misplaced key would have given is not told missing as well."""
    for place in places[:1]:
        steps = place.split(".")
        reading.bad.update(tuple(steps[:depth]) for depth in range(1, len(steps) + 1))
