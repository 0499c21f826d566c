"""The divergence report: what GitHub would do that this machine does not, where, and what of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from placid.base.errors import Problem
from placid.base.yamltext.excerpt import lines_of, underline
from placid.core.pipeline.divergence import Difference
from placid.faces.running.style import Style


class Place(NamedTuple):
    """A difference with its place: `line` and `col` from 1."""

    difference: Difference
    path: str
    line: int
    col: int


def placed(differences: Sequence[Difference], source: str, path: str) -> list[Place]:
    """The differences of a workflow with the text `source`, with lines and columns."""
    lines = lines_of(source)
    return [Place(each, path, *lines.at(each.at.start)) for each in differences]


def divergence_text(places: Sequence[Place], style: Style, *, heavy_only: bool = False) -> str:
    """One line for each thing that differs, those that may change the result first."""
    shown = [each for each in places if each.difference.heavy or not heavy_only]
    return "\n".join(_lines(shown, style))


def _lines(places: Sequence[Place], style: Style) -> Iterator[str]:
    for group in _grouped(places):
        first = group[0]
        what, _, here, heavy = first.difference
        sign = style.paint("!", "yellow") if heavy else " "
        more = f" (and {len(group) - 1} more)" if len(group) > 1 else ""
        where = style.paint(f"{first.path}:{first.line}:{first.col}", "dim")
        yield f"{sign} {where}{more}  {style.paint(' '.join(what.split()), 'bold')}: {here}"


def _grouped(places: Sequence[Place]) -> list[list[Place]]:
    """Those that say the same, together."""
    found: dict[tuple[str, str, str], list[Place]] = {}
    for each in places:
        found.setdefault((each.path, each.difference.what, each.difference.here), []).append(each)
    return list(found.values())


def heavy_count(places: Sequence[Place]) -> str:
    """One sentence on those that may change the result, "" for none."""
    count = len(_grouped([each for each in places if each.difference.heavy]))
    if not count:
        return ""
    things = "1 thing" if count == 1 else f"{count} things"
    return f"{things} may end otherwise at GitHub:"


def refusal(places: Sequence[Place], source: str) -> Problem:
    """What `--strict` says; there is at least one heavy difference."""
    heavy = [each for each in places if each.difference.heavy]
    first = heavy[0]
    rest = len(heavy) - 1
    more = f" (and {rest} more)" if rest else ""
    return Problem(
        f"{first.difference.what}: {first.difference.here}{more}",
        where=f"{first.path}:{first.line}:{first.col}",
        fix="run without --strict to see how far it goes here",
        excerpt=underline(source, first.difference.at),
    )


def divergence_json(places: Sequence[Place]) -> list[Mapping[str, object]]:
    """For the JSON report."""
    return [
        {
            "what": each.difference.what,
            "path": each.path,
            "line": each.line,
            "col": each.col,
            "here": each.difference.here,
            "may_change_result": each.difference.heavy,
        }
        for each in places
    ]
