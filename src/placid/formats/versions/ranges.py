"""Ranges as each ecosystem writes them. None: not a range that can be read (a tag, a URL).

npm       ^1.2 ~1.2 1.x 1.2 - 2 >=1 <2 ||        cargo   like npm, a bare version is ^, commas
python    >=3.8,<4 ~=3.8 ==3.8.* !=3.9 ===       poetry  python's, and ^ ~ 3.* || bare as exact
ruby      ~> 2.7, >= 2.7 (several with commas)   mix     ~> 1.14 or >= 2.0 and < 3.0
composer  ^8.1 ~8.1 8.* >=8 <9 || and commas
"""

from __future__ import annotations

import re
from collections.abc import Callable

from placid.formats.versions.sets import (
    EVERY,
    Interval,
    Versions,
    at_least,
    between,
    either,
    next_after,
    only,
    starting,
    together,
)
from placid.formats.versions.version import LOWEST, Version, numbers, trimmed, version

_COMPARATOR = re.compile(
    r"\s*(===|==|!=|~=|~>|>=|<=|=>|=<|\^|~|>|<|=)?\s*([vV]?[0-9xX*][0-9A-Za-z.*+\-_!]*)", re.ASCII
)
_WILD = re.compile(r"[vV]?((?:\d{1,9}\.)*)[xX*](?:\.[xX*])*", re.ASCII)
_HYPHEN = re.compile(r"\s*([\w.\-+]+)\s+-\s+([\w.\-+]+)\s*")
_LONGEST = 400

Bare = Callable[[tuple[int, ...], Version], Versions]


def npm(text: str) -> Versions | None:
    """A range of package.json."""
    return _any_of(text, "||", lambda part: _hyphen(part) or _every(part, _npm_bare))


def cargo(text: str) -> Versions | None:
    """A requirement of Cargo.toml, where a bare version is a caret."""
    return _every(text.replace(",", " "), lambda release, _: _caret(release))


def python(text: str) -> Versions | None:
    """A PEP 440 specifier set, with or without parentheses."""
    return _every(text.strip("() ").replace(",", " "), lambda _, exact: only(exact))


def poetry(text: str) -> Versions | None:
    """Poetry's ranges: PEP 440's and carets, tildes, alternatives."""
    return _any_of(text.replace("||", "|"), "|", python)


def ruby(text: str) -> Versions | None:
    """A gem requirement, several with commas."""
    return _every(text.replace(",", " "), lambda _, exact: only(exact), loose_tilde=True)


def composer(text: str) -> Versions | None:
    """A constraint of composer.json."""

    def one(part: str) -> Versions | None:
        plain = re.sub(r"@\w+", "", part.replace(",", " "))
        return _hyphen(plain) or _every(plain, lambda _, exact: only(exact), loose_tilde=True)

    return _any_of(text.replace("||", "|"), "|", one)


def mix(text: str) -> Versions | None:
    """A requirement of mix.exs."""
    return _any_of(
        text,
        " or ",
        lambda part: _every(
            part.replace(" and ", " "), lambda _, exact: only(exact), loose_tilde=True
        ),
    )


def prefix(text: str) -> Versions | None:
    """A pin or a floating tag: `3` and `3.12` are all of theirs, three numbers are one version."""
    exact, release = version(text), numbers(text)
    wild = _WILD.fullmatch(text.strip())
    if wild:
        return _wild(wild)
    if exact is None or release is None:
        return None
    return only(exact) if len(release) >= 3 or exact.stage else starting(release)


def minimum(text: str) -> Versions | None:
    """What go.mod says: this version or a newer one."""
    exact = version(text)
    return None if exact is None else at_least(exact)


def _any_of(text: str, mark: str, one: Callable[[str], Versions | None]) -> Versions | None:
    if len(text) > _LONGEST:
        return None
    return either(one(part.strip()) for part in text.split(mark))


def _every(text: str, bare: Bare, *, loose_tilde: bool = False) -> Versions | None:
    """All comparators, with nothing between them but spaces."""
    text = text.strip()
    if text in {"", "*", "x", "X"}:
        return EVERY
    if len(text) > _LONGEST:
        return None
    parts: list[Versions | None] = []
    at = 0
    while at < len(text):
        found = _COMPARATOR.match(text, at)
        if not found:
            return None
        parts.append(_one(found[1] or "", found[2], bare, loose_tilde))
        at = found.end()
        at += len(text[at:]) - len(text[at:].lstrip())
    return together(parts)


def _one(operator: str, written: str, bare: Bare, loose_tilde: bool) -> Versions | None:
    wild = _WILD.fullmatch(written)
    if wild:
        return _wild_compared(operator, wild)
    exact, release = version(written), numbers(written)
    if exact is None or release is None:
        return None
    if operator == "~=":
        return _compatible(release, exact) if len(release) > 1 else None
    if operator == "~>" or (operator == "~" and loose_tilde):
        return _compatible(release, exact)
    if operator in {"^", "~"}:
        high = _caret(release) if operator == "^" else starting(release[:2])
        return at_least(exact) & high
    return bare(release, exact) if not operator else _compared(operator, release, exact)


def _compared(operator: str, release: tuple[int, ...], exact: Version) -> Versions:
    if operator == "!=":
        return Versions((Interval(None, exact), Interval(exact, None, has_low=False)))
    if operator in {">=", "=>"}:
        return at_least(exact)
    if operator == "<":
        return between(None, exact if exact.stage else Version(exact.release, LOWEST))
    if operator in {"<=", "=<"}:
        return Versions((Interval(None, exact, has_high=True),))
    if operator == ">":
        return Versions((Interval(exact, None, has_low=False),))
    return only(exact)


def _wild_compared(operator: str, wild: re.Match[str]) -> Versions | None:
    """`>=1.x` and the like; `!=3.9.*` leaves all of 3.9 out."""
    release = _before_wild(wild)
    if not release:
        return EVERY
    held = starting(release)
    low, high = held.intervals[0].low, held.intervals[0].high
    if operator == "!=":
        return Versions((Interval(None, low), Interval(high, None)))
    if operator in {">=", "=>"}:
        return between(low, None)
    if operator in {"<", "<="}:
        return between(None, low if operator == "<" else high)
    return between(high, None) if operator == ">" else held


def _wild(wild: re.Match[str]) -> Versions:
    release = _before_wild(wild)
    return starting(release) if release else EVERY


def _before_wild(wild: re.Match[str]) -> tuple[int, ...]:
    return tuple(int(part) for part in wild[1].split(".") if part)


def _caret(release: tuple[int, ...]) -> Versions:
    """Up to the next change of the leftmost number that is not zero."""
    head = next((at for at, part in enumerate(release) if part), len(release) - 1)
    return between(Version(trimmed(release)), next_after(release[: head + 1]))


def _compatible(release: tuple[int, ...], exact: Version) -> Versions:
    """`~> 2.7.1` stays in 2.7, `~> 2.7` in 2, `~> 2` too."""
    return at_least(exact) & between(None, next_after(release[:-1] or release))


def _npm_bare(release: tuple[int, ...], exact: Version) -> Versions:
    return only(exact) if len(release) >= 3 else starting(release)


def _hyphen(text: str) -> Versions | None:
    found = _HYPHEN.fullmatch(text)
    low = version(found[1]) if found else None
    high, release = (version(found[2]), numbers(found[2])) if found else (None, None)
    if low is None or high is None or release is None:
        return None
    if len(release) < 3:
        return between(low, next_after(release))
    return Versions((Interval(low, high, has_high=True),))
