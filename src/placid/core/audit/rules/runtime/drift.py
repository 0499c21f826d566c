"""All files that name a version of the language agree on one.

Why: tests that pass on Python 3.12 say little of the image that runs 3.9, and a `go.mod` that asks
for 1.25 does not build in `golang:1.24`. Each of these files is edited alone, and nothing else
compares them.
Bad: `FROM node:18` in the Dockerfile, and `node-version: 22` as the only one in the pipeline
Good: the version that the image has is one of those the pipeline tests, and one that the manifest,
`.nvmrc` or `.tool-versions` allow
Known limits: an image is compared with the code that it copies, the pipeline only where a language
has one home in the repository; a matrix agrees when one of its versions does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import NamedTuple

from placid.core.audit.facts.runtimes import Kind, Statement, only_home, statements, within
from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Hit, Place, Severity, Unknown, rule
from placid.formats.runtimes import NAMES, PLACES, Said
from placid.formats.versions import Versions, agree

_EXACT = {Kind.MANIFEST}
_MOST = 6


class _Clash(NamedTuple):
    """Two that cannot agree; `sure` is off when one of them is not wholly known."""

    one: Statement
    other: Statement
    sure: bool


@rule("runtime/drift", Severity.MEDIUM, docs=__doc__ or "")
def drift(repository: Repository) -> Iterator[Hit | Unknown]:
    table = statements(repository)
    seen: set[tuple[Statement, Statement]] = set()
    for runtime in dict.fromkeys(each.runtime for each in table):
        own = [each for each in table if each.runtime == runtime]
        for folder in dict.fromkeys(folder for each in own for folder in each.about):
            here = _speaking_of(repository, own, runtime, folder)
            clashes = [each for each in _clashes(here) if (each.one, each.other) not in seen]
            seen |= {(each.one, each.other) for each in clashes}
            yield from _told(runtime, folder, clashes)


def _speaking_of(
    repository: Repository, own: list[Statement], runtime: str, folder: str
) -> list[Statement]:
    """What is said of the code in one folder: there, by pins above, by the pipeline."""
    home = only_home(repository, runtime)
    pins = [each for each in own if each.kind is Kind.PIN and within(folder, each.about[0])]
    nearest = max((len(each.about[0]) for each in pins), default=0)
    found = [each for each in own if each.kind is not Kind.PIN and folder in each.about]
    found += [
        each
        for each in pins
        if len(each.about[0]) == nearest and (each.about[0] == folder or home is not None)
    ]
    if home == folder:
        found += _pipeline(own, runtime)
    return found


def _pipeline(own: list[Statement], runtime: str) -> list[Statement]:
    """All that the workflows run, as one statement, since one version that agrees is enough."""
    runs = [each for each in own if each.kind is Kind.CI]
    if not runs:
        return []
    said: dict[str, Said] = {}
    for each in runs:
        for one in each.any_of:
            said.setdefault(one.text, one)
    paths = dict.fromkeys(each.path for each in runs)
    known = all(each.known for each in runs)
    first = Statement(runtime, Kind.CI, next(iter(paths)), (), tuple(said.values()), not known)
    return [replace(first, tests=any(each.tests for each in runs))]


def _clashes(here: list[Statement]) -> Iterator[_Clash]:
    for one, other in combinations(here, 2):
        kinds = {one.kind, other.kind}
        if kinds in ({Kind.MANIFEST}, {Kind.IMAGE}) and not _same_file_images(one, other):
            continue
        if _can_agree(one, other) is False:
            yield _Clash(one, other, one.known and other.known)


def _same_file_images(one: Statement, other: Statement) -> bool:
    return one.kind is Kind.IMAGE and one.path == other.path


def _can_agree(one: Statement, other: Statement) -> bool | None:
    """Whether any that may be meant by one agrees with any by the other."""
    exact = bool(_EXACT & {one.kind, other.kind})
    answers = {
        agree(_meant(left, exact), _meant(right, exact))
        for left in one.any_of
        for right in other.any_of
    }
    if True in answers or False not in answers:
        return True if True in answers else None
    return False


def _meant(said: Said, exact: bool) -> Versions | None:
    """Between two pins only the first numbers count."""
    if said.versions is None or exact:
        return said.versions
    return said.versions.coarse(PLACES.get(said.runtime, 2))


def _told(runtime: str, folder: str, clashes: list[_Clash]) -> Iterator[Hit | Unknown]:
    sure = sorted((each for each in clashes if each.sure), key=_severity, reverse=True)
    where = f"{folder}: " if folder else ""
    for each in [] if sure else clashes[:1]:
        at = (_place(each.one), _place(each.other))
        name = NAMES[runtime]
        yield Unknown(f"{where}whether {name} is one version cannot be told: {_both(each)}", at)
    if not sure:
        return
    sides = list(dict.fromkeys(side for each in sure for side in (each.one, each.other)))
    sides.sort(key=lambda side: side.kind is not Kind.IMAGE)
    said = "; ".join(map(_words, sides[:_MOST]))
    more = f"; and {len(sides) - _MOST} more" if len(sides) > _MOST else ""
    yield Hit(
        f"{where}{NAMES[runtime]} versions that cannot agree: {said}{more}",
        at=tuple(map(_place, sides)),
        action=f"choose one {NAMES[runtime]} version{f' for {folder}' if folder else ''}",
        severity=_severity(sure[0]),
        confidence=Confidence.MEDIUM if all(map(_untested, sure)) else Confidence.HIGH,
    )


def _severity(clash: _Clash) -> Severity:
    """An image that its manifest refuses, or that nothing tested, breaks the deploy."""
    kinds = {clash.one.kind, clash.other.kind}
    tested = (clash.one.tests or clash.other.tests) and clash.one.runtime != "go"
    high = Kind.IMAGE in kinds and (Kind.MANIFEST in kinds or tested)
    return Severity.HIGH if high else Severity.MEDIUM


def _untested(clash: _Clash) -> bool:
    """Whether it is only with a pipeline that runs no tests, but builds or publishes something."""
    sides = [each for each in (clash.one, clash.other) if each.kind is Kind.CI]
    return any(not each.tests for each in sides)


def _words(side: Statement) -> str:
    return f"{side.path} {side.kind.value} {side.text}"


def _both(clash: _Clash) -> str:
    return f"{_words(clash.one)}; {_words(clash.other)}"


def _place(side: Statement) -> Place:
    return Place(side.path, side.any_of[0].span)
