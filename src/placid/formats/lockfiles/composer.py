"""composer.json and composer.lock: what `composer install` refuses, or warns of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping

from placid.base.yamltext import Mapping as JsonMapping
from placid.base.yamltext import Scalar, Span
from placid.formats.jsontext import read_json
from placid.formats.lockfiles.model import Locked, Stale, Wanted
from placid.formats.lockfiles.packagejson import at
from placid.formats.tomltext import Table, array, table

_HASHED = ("name", "version", "require", "require-dev", "conflict", "replace", "provide")
_HASHED_TOO = ("minimum-stability", "prefer-stable", "repositories", "extra")


def read_composer(text: str) -> tuple[Wanted, ...] | None:
    """What a composer.json requires, the platform (php, ext-x) too; None when it is no JSON."""
    root = read_json(text)
    if not isinstance(root, JsonMapping):
        return None
    wanted: list[Wanted] = []
    for key, group in (("require", ""), ("require-dev", "dev")):
        found = at(root, key)
        for entry in found.entries if isinstance(found, JsonMapping) else ():
            if isinstance(entry.value, Scalar):
                span = Span(entry.key.span.start, entry.value.span.end)
                wanted.append(Wanted(entry.key.text.lower(), entry.value.text, span, group))
    return tuple(wanted)


def is_platform(name: str) -> bool:
    """Whether a name is no package: php, extensions, libraries of the system."""
    return "/" not in name


def locked_composer(lock: str) -> Iterator[Locked]:
    """The packages of a composer.lock with their versions."""
    for entry in _packages(lock):
        yield Locked(str(entry.get("name", "")).lower(), str(entry.get("version", "")))


def stale_composer(text: str, lock: str) -> Iterator[Stale]:
    """Packages that are not in the lock; else its hash of what composer.json said."""
    wanted, root = read_composer(text), _json(lock)
    if wanted is None or "packages" not in root:
        return
    names = {name for entry in _packages(lock) for name in _provided(entry)}
    missing = [each for each in wanted if not is_platform(each.name) and each.name not in names]
    for each in missing:
        yield Stale(f"{each.name} is not in it", each.span, True)
    kept = root.get("content-hash")
    if not missing and isinstance(kept, str) and kept != _content_hash(_json(text)):
        yield Stale("composer.json has changed since it was written", Span(0, 0), False)


def _packages(lock: str) -> Iterator[Table]:
    root = _json(lock)
    for key in ("packages", "packages-dev"):
        yield from map(table, array(root.get(key)))


def _provided(entry: Table) -> Iterator[str]:
    yield str(entry.get("name", "")).lower()
    for key in ("replace", "provide"):
        yield from (name.lower() for name in table(entry.get(key)))


def _content_hash(root: Mapping[str, object]) -> str:
    """As Composer takes it: the keys that matter, sorted at the top, as PHP writes JSON."""
    kept = {key: root[key] for key in (*_HASHED, *_HASHED_TOO) if key in root}
    platform = table(root.get("config")).get("platform")
    if platform is not None:
        kept["config"] = {"platform": platform}
    ordered = {key: _as_php(kept[key]) for key in sorted(kept)}
    text = json.dumps(ordered, separators=(",", ":")).replace("/", "\\/")
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _as_php(value: object) -> object:
    """PHP has one type for lists and tables, so that an empty table is an empty list."""
    if table(value):
        return {key: _as_php(each) for key, each in table(value).items()}
    if array(value):
        return [_as_php(each) for each in array(value)]
    return [] if value == {} else value


def _json(text: str) -> Table:
    try:
        return table(json.loads(text))
    except (ValueError, RecursionError):
        return {}
