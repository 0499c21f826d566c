"""Run rules over a repository and give what they say a name that survives.

A fingerprint holds the rule, the path, the text of the line that is underlined and how many equal
ones came before it; a line that moves keeps it, and two equal lines have two. Where the place hides
a secret the message stands for the line: a hash of a short password would give it away.
"""

from __future__ import annotations

import hashlib
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
from placid.core.audit.rule import Finding, Hit, Place, Rule, Unknown, rules

_DIGITS = re.compile(r"[0-9]+")
_SPACE = re.compile(r"\s+")


def every_rule() -> Registry[Rule]:
    """All rules, imported."""
    for area in _areas():
        rules.load(area)
    return rules


def rules_for(paths: Sequence[str], wanted: Sequence[str] = ()) -> list[Rule]:
    """The rules that could say something of these paths; of `wanted` (rules, areas) alone if given.

    Only their areas are imported: a repository without manifests does not wait for their rules.
    """
    areas = {name.partition("/")[0] for name in wanted}
    known: list[Rule] = []
    for module in _areas():
        area = module.__name__.rpartition(".")[2]
        if areas and area.replace("_", "-") not in areas:
            continue
        concerns: Callable[[str], bool] = module.concerns
        if any(map(concerns, paths)):
            rules.load(module)
            known += [rule for _, rule in rules if rule.area.value.replace("-", "_") == area]
    return [rule for rule in known if not wanted or {rule.name, rule.area.value} & set(wanted)]


def _areas() -> Iterator[ModuleType]:
    for area in pkgutil.iter_modules(folder.__path__, folder.__name__ + "."):
        yield importlib.import_module(area.name)


@dataclass(frozen=True, slots=True)
class Said:
    """What one rule said, before fingerprints."""

    rule: str
    hit: Hit | Unknown


def ask(rule: Rule, repository: Repository, paths: Iterable[str]) -> Iterator[Said]:
    """What `rule` says of the repository, or (a path rule) of those of `paths` that it reads."""
    if rule.check is not None:
        yield from (Said(rule.name, hit) for hit in rule.check(repository))
    elif rule.check_path is not None and rule.reads is not None:
        wanted = None if paths is repository.paths else frozenset(paths)
        among = rule.among(repository) if rule.among else repository.picked(rule.reads)
        for path in among:
            if wanted is None or path in wanted:
                yield from (Said(rule.name, hit) for hit in rule.check_path(repository, path))


def findings(repository: Repository, said: Iterable[Said]) -> list[Finding]:
    """The hits as findings, by path and place; equal ones once."""
    unique = {(each.rule, each.hit.at, each.hit.message): each for each in said}
    hits = sorted(unique.values(), key=lambda each: (each.hit.at, each.rule, each.hit.message))
    seen: Counter[tuple[str, ...]] = Counter()
    return [
        _finding(repository, each.rule, each.hit, seen)
        for each in hits
        if isinstance(each.hit, Hit)
    ]


def _finding(
    repository: Repository, name: str, hit: Hit, seen: Counter[tuple[str, ...]]
) -> Finding:
    rule = rules.get(name)
    severity = rule.severity if hit.severity is None else hit.severity
    line = _line(repository, hit.at[0]) if hit.at and not hit.hidden else ""
    key = (name, hit.at[0].path if hit.at else "", line or _DIGITS.sub("#", hit.message))
    seen[key] += 1
    digest = hashlib.sha256("\0".join((*key, str(seen[key]))).encode("utf-8", "replace"))
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
