"""One version, ordered as every ecosystem orders it: release numbers, then pre-releases below.

`1.0.dev1 < 1.0a1 < 1.0-rc.1 < 1.0 = 1.0.0 < 1.0.post1`. What follows a `+` says nothing of order.
"""

from __future__ import annotations

import re
from typing import NamedTuple

LOWEST, BEFORE, FINAL, AFTER = -9, -1, 0, 1
"""Stages of one release; LOWEST sorts before any pre-release of it."""

_VERSION = re.compile(
    r"[vV=]{0,2}\s?(\d{1,9}(?:\.\d{1,9}){0,5})(?:[-_.]?([0-9A-Za-z][0-9A-Za-z.\-_]{0,60}))?"
    r"(?:\+[0-9A-Za-z.\-_]{0,80})?",
    re.ASCII,
)
_PART = re.compile(r"\d{1,18}|[a-z]+")
_LATER = re.compile(r"(post|rev|r(?!c)|p\d)")
_STAGES = {"dev": -3, "a": -2, "alpha": -2, "b": -1, "beta": -1, "c": 0, "rc": 0, "pre": 0}


class Version(NamedTuple):
    """`release` without trailing zeros; `rest` are the parts of a pre- or post-release."""

    release: tuple[int, ...]
    stage: int = FINAL
    rest: tuple[tuple[int, int, str], ...] = ()


def numbers(text: str) -> tuple[int, ...] | None:
    """The release numbers as written, trailing zeros kept: "v3.12.0-slim" gives (3, 12, 0)."""
    found = _VERSION.match(text.strip())
    return tuple(int(part) for part in found[1].split(".")) if found else None


def version(text: str) -> Version | None:
    """The version that `text` is, or None."""
    found = _VERSION.fullmatch(text.strip())
    if not found:
        return None
    release = trimmed(tuple(int(part) for part in found[1].split(".")))
    suffix = (found[2] or "").lower()
    if not suffix:
        return Version(release)
    stage = AFTER if _LATER.match(suffix) else BEFORE
    return Version(release, stage, tuple(_part(part) for part in _PART.findall(suffix)))


def trimmed(release: tuple[int, ...]) -> tuple[int, ...]:
    """Without trailing zeros, so that 1.0 and 1.0.0 are one."""
    end = len(release)
    while end > 1 and release[end - 1] == 0:
        end -= 1
    return release[:end]


def _part(text: str) -> tuple[int, int, str]:
    if text.isdigit():
        return (0, int(text), "")
    return (1, _STAGES.get(text, 1), "" if text in _STAGES else text)
