"""Gemfile and Gemfile.lock: what `bundle install` refuses when it is frozen.

A Gemfile is Ruby. Only plain lines are read (`gem "name", "~> 1.2"`); what stands under a
condition, a loop or a method is passed over, since it may not run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from placid.base.yamltext import Span
from placid.formats.lockfiles.model import Locked, Stale, Wanted

_GEM = re.compile(r"\s*gem[ (]+(['\"])([\w.\-]+)\1((?:\s*,\s*(['\"])[^'\"\n]*\4)*)(.*)")
_STRING = re.compile(r"['\"]([^'\"]*)['\"]")
_RUBY = re.compile(r"ruby[ (]+(['\"][^'\"\n]*['\"](?:\s*,\s*['\"][^'\"\n]*['\"])*)")
_PLAIN_BLOCK = re.compile(r"\s*(group|platforms?|source|git|path|github)\b.*\bdo\s*(\|.*\|)?\s*$")
_OPENS = re.compile(r"^\s*(if|unless|case|def|begin|while|for|class|module)\b|\bdo\s*(\|.*\|)?\s*$")
_CLOSES = re.compile(r"\s*end\b")
_CONDITION = re.compile(r"\s(if|unless)\s")
_DEPENDENCY = re.compile(r"  ([\w.\-]+)(?: \(([^)\n]*)\))?(!)?")
_SPEC = re.compile(r"^    ([\w.\-]+) \(([^)\n]+)\)\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Gemfile:
    """`ruby` is the version that it demands, with its place."""

    wanted: tuple[Wanted, ...]
    ruby: Wanted | None


def read_gemfile(text: str) -> Gemfile:
    """Read a Gemfile."""
    wanted: list[Wanted] = []
    ruby: Wanted | None = None
    blocks: list[bool] = []
    start = 0
    for line in text.split("\n"):
        code = line.partition(" #")[0] if not line.lstrip().startswith("#") else ""
        if _CLOSES.match(code):
            del blocks[-1:]
        elif _OPENS.search(code):
            blocks.append(bool(_PLAIN_BLOCK.match(code)))
        elif all(blocks):
            gem, version = _GEM.match(code), _RUBY.match(code)
            if gem and not _CONDITION.search(gem[5]) and "\\" not in code:
                span = Span(start + len(code) - len(code.lstrip()), start + len(code.rstrip()))
                ranges = ", ".join(_STRING.findall(gem[3]))
                wanted.append(Wanted(gem[2], ranges, span))
            elif version:
                span = Span(start + version.start(1), start + version.end(1))
                ruby = Wanted("ruby", ", ".join(_STRING.findall(version[1])), span)
        start += len(line) + 1
    return Gemfile(tuple(wanted), ruby)


def locked_gems(lock: str) -> Iterator[Locked]:
    """The gems of a Gemfile.lock with their versions."""
    for name, version in _SPEC.findall(lock):
        yield Locked(name, version)


def _dependencies(lock: str) -> dict[str, str] | None:
    """The DEPENDENCIES section: names with their requirements."""
    head, found, tail = lock.replace("\r", "").partition("\nDEPENDENCIES\n")
    if not found or not head:
        return None
    matches = map(_DEPENDENCY.fullmatch, tail.partition("\n\n")[0].split("\n"))
    return {match[1]: match[2] or "" for match in matches if match}


def stale_gems(manifest: Gemfile, lock: str) -> Iterator[Stale]:
    """Gems that the lock does not list, or lists with another requirement."""
    listed = _dependencies(lock)
    if listed is None:
        return
    for wanted in manifest.wanted:
        if wanted.name not in listed:
            yield Stale(f"{wanted.name} is not in it", wanted.span, True)
        elif wanted.range and _parts(wanted.range) != _parts(listed[wanted.name]):
            have = listed[wanted.name] or "any version"
            yield Stale(f"{wanted.name} is {wanted.range} here and {have} in it", wanted.span, True)


def _parts(requirement: str) -> list[str]:
    """`1.2`, `= 1.2` and `=1.2` are one; the order says nothing."""
    parts = ("".join(part.split()) for part in requirement.split(","))
    return sorted(part.removeprefix("=") for part in parts if part and part != ">=0")
