"""Run rules over a repository and give what they say a name that survives.

A fingerprint holds the rule, the path, the text of the line that is underlined and how many equal
ones came before it; a line that moves keeps it, and two equal lines have two. Where the place hides
a secret the message stands for the line: a hash of a short password would give it away.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType

from placid.base.registry import Registry
from placid.core.audit import rules as folder
from placid.core.audit.model import Repository
from placid.core.audit.rule import (
    Area,
    Finding,
    Hit,
    Place,
    Rule,
    Severity,
    Unknown,
    rules,
)

_DIGITS = re.compile(r"[0-9]+")
_SPACE = re.compile(r"\s+")


def every_rule() -> Registry[Rule]:
    """All rules, imported."""
    for area in _areas():
        rules.load(area)
    return rules


def rule_named(name: str) -> Rule:
    """A rule by its name; its area is imported when it is not yet."""
    if name not in rules.names():
        area = name.partition("/")[0]
        for module in _areas():
            if _area_of(module).value == area:
                rules.load(module)
    return rules.get(name)


def areas_for(paths: Sequence[str], wanted: Sequence[str] = ()) -> list[Area]:
    """The areas whose rules could say something of these paths; of `wanted` alone if given."""
    asked = {name.partition("/")[0] for name in wanted}
    found: list[Area] = []
    for module in _areas():
        area = _area_of(module)
        concerns: Callable[[str], bool] = module.concerns
        if (not asked or area.value in asked) and any(map(concerns, paths)):
            found.append(area)
    return found


def rules_of(areas: Iterable[Area], wanted: Sequence[str] = ()) -> list[Rule]:
    """The rules of these areas, imported; of `wanted` (rules, areas) alone if given.

    Only these are imported: a repository without manifests does not wait for their rules.
    """
    chosen = set(areas)
    for module in _areas():
        if _area_of(module) in chosen:
            rules.load(module)
    names = set(wanted)
    return [
        rule
        for _, rule in rules
        if rule.area in chosen and (not names or {rule.name, rule.area.value} & names)
    ]


def _areas() -> Iterator[ModuleType]:
    for area in pkgutil.iter_modules(folder.__path__, folder.__name__ + "."):
        yield importlib.import_module(area.name)


def _area_of(module: ModuleType) -> Area:
    return Area(module.__name__.rpartition(".")[2].replace("_", "-"))


@dataclass(frozen=True, slots=True)
class Said:
    """What one rule said, before fingerprints; how bad it is unless the hit says so itself."""

    rule: str
    hit: Hit | Unknown
    severity: Severity | None = None


def ask(rule: Rule, repository: Repository, paths: Iterable[str]) -> Iterator[Said]:
    """What `rule` says of the repository, or (a path rule) of those of `paths` that it reads."""
    if rule.check is not None:
        yield from (Said(rule.name, hit, rule.severity) for hit in rule.check(repository))
    elif rule.check_path is not None and rule.reads is not None:
        within = None
        if paths is not repository.paths:
            within = paths if isinstance(paths, frozenset) else frozenset(paths)
        for path in repository.picked(rule.reads, rule.holds, within):
            for hit in rule.check_path(repository, path):
                yield Said(rule.name, hit, rule.severity)


def findings(repository: Repository, said: Iterable[Said]) -> list[Finding]:
    """The hits as findings, by path and place; equal ones once."""
    unique = {(each.rule, each.hit.at, each.hit.message): each for each in said}
    hits = sorted(unique.values(), key=lambda each: (each.hit.at, each.rule, each.hit.message))
    seen: Counter[tuple[str, ...]] = Counter()
    return [
        _finding(repository, each, each.hit, seen) for each in hits if isinstance(each.hit, Hit)
    ]


def _finding(
    repository: Repository, said: Said, hit: Hit, seen: Counter[tuple[str, ...]]
) -> Finding:
    from hashlib import sha256  # noqa: PLC0415  OpenSSL waits until there is a finding

    name, severity = said.rule, hit.severity
    if severity is None:
        severity = rule_named(name).severity if said.severity is None else said.severity
    line = _line(repository, hit.at[0]) if hit.at and not hit.hidden else ""
    key = (name, hit.at[0].path if hit.at else "", line or _DIGITS.sub("#", hit.message))
    seen[key] += 1
    digest = sha256("\0".join((*key, str(seen[key]))).encode("utf-8", "replace"))
    action = hit.action or hit.message
    return Finding(
        name,
        severity,
        hit.confidence,
        hit.message,
        hit.at,
        hit.fix,
        action,
        digest.hexdigest()[:20],
        hit.hidden,
    )


def _line(repository: Repository, place: Place) -> str:
    """The line where a place begins, without its indent; "" for a file as a whole."""
    text = repository.text(place.path)
    if text is None or place.span.end == 0:
        return ""
    start = text.rfind("\n", 0, place.span.start) + 1
    end = text.find("\n", place.span.start)
    return _SPACE.sub(" ", text[start : end if end >= 0 else len(text)]).strip()
