"""Lock files that keep the ranges as they were written: any other range is out of step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from placid.base.yamltext import Span
from placid.formats.lockfiles.model import Stale
from placid.formats.lockfiles.packagejson import Package

_LINKED = ("workspace:", "link:", "file:")


def compared(
    package: Package, listed: Mapping[str, str], skipped: frozenset[str] = frozenset()
) -> Iterator[Stale]:
    """What package.json says otherwise than `listed`, the ranges in the lock."""
    names = {each.name for each in package.wanted}
    for wanted in package.wanted:
        if wanted.group == "peer" or wanted.name in skipped:
            continue
        have = listed.get(wanted.name)
        if have is None:
            if wanted.group != "optional" and not wanted.range.startswith(_LINKED):
                yield Stale(f"{wanted.name} is not in it", wanted.span, True)
        elif have not in {each.range for each in package.wanted if each.name == wanted.name}:
            what = f"{wanted.name} is {wanted.range} here and {have} in it"
            yield Stale(what, wanted.span, True)
    for name in sorted(listed.keys() - names - skipped):
        yield Stale(f"{name} is in it, and no longer wanted", Span(0, 0), True)
