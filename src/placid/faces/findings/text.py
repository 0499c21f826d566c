"""For people on a terminal: what to do, worst first, each with its first place underlined.

Ten actions at most unless all are asked for. One act that mends forty places is one entry.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Span, underline
from placid.core.audit.audit import areas_for
from placid.core.audit.masking import showable
from placid.core.audit.report import Report
from placid.core.audit.rule import Area, Confidence, Finding, Severity
from placid.core.audit.summary import Action, actions, score
from placid.faces.findings.places import Positions, counted
from placid.faces.render import painted

_MOST, _PLACES, _FIRST = 10, 4, 3
_COLOURS = {
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "blue",
    Severity.NOTE: "plain",
}


def text(report: Report, colour: bool, everything: bool) -> str:
    """The report; without the last newline."""
    found = [
        each
        for each in report.findings
        if everything or (each.severity > Severity.NOTE and each.confidence > Confidence.LOW)
    ]
    todo = actions(found)
    positions = Positions(report.repository)
    shown = todo if everything else todo[:_MOST]
    blocks = ["\n".join(_action(report, positions, each, colour)) for each in shown]
    if everything and report.unknown:
        blocks.append("\n".join(_unknown(report, positions, colour)))
    blocks.append("\n".join(_end(report, todo, len(shown), colour)))
    return "\n\n".join(blocks)


def _action(report: Report, positions: Positions, action: Action, colour: bool) -> Iterator[str]:
    first = action.findings[0]
    level = painted(action.severity.name.lower(), _COLOURS[action.severity], colour)
    times = f" ({counted(len(action.findings), 'place')})" if len(action.findings) > 1 else ""
    title = action.title if len(action.findings) > 1 else first.message
    yield f"{level}: {title}{times} [{action.rule}]"
    yield from _place(report, positions, first, colour, told=title)
    for each in action.findings[1:_PLACES]:
        more = "" if each.message == first.message else f": {each.message}"
        yield f"  --> {positions.words(each.at[0])}{more}"
    if len(action.findings) > _PLACES:
        yield f"  --> and {len(action.findings) - _PLACES} more"
    if first.fix is not None:
        kind = "--fix" if first.fix.safe else "--fix --unsafe"
        yield f"{painted('fix', 'green', colour)} ({kind}): {first.fix.title}"
    elif action.title not in {title, first.message}:
        yield f"{painted('fix', 'green', colour)}: {action.title}"


def _place(
    report: Report, positions: Positions, finding: Finding, colour: bool, told: str
) -> Iterator[str]:
    place = finding.at[0]
    more = "" if finding.message == told else f": {finding.message}"
    yield f"  {painted('-->', 'blue', colour)} {positions.words(place)}{more}"
    body = showable(report.repository, place.path, report.everything)
    if body is not None and place.span != Span(0, 0):
        yield underline(body, place.span)
    for other in finding.at[1:]:
        yield f"  {painted('and', 'blue', colour)} {positions.words(other)}"
        body = showable(report.repository, other.path, report.everything)
        if body is not None and other.span != Span(0, 0):
            yield underline(body, other.span)


def _unknown(report: Report, positions: Positions, colour: bool) -> Iterator[str]:
    yield painted("not known:", "bold", colour)
    for each in report.unknown:
        where = ", ".join(positions.words(place) for place in each.at)
        yield f"  {where}{': ' if where else ''}{each.message}"


def _end(report: Report, todo: list[Action], shown: int, colour: bool) -> Iterator[str]:
    if len(todo) > shown:
        yield f"and {counted(len(todo) - shown, 'thing')} more to do: `placid check --all`"
    if not todo:
        yield painted("nothing to do", "green", colour)
    if len(todo) > _FIRST:
        yield painted("do first:", "bold", colour)
        yield from (f"  {n}. {each.title}" for n, each in enumerate(todo[:_FIRST], 1))
    used = areas_for(report.repository.paths)
    scores = [f"{area.value} {score(area, todo)}" for area in Area if area in used]
    if scores:
        yield f"score of 10: {', '.join(scores)}"
    yield _counts(report, todo)


def _counts(report: Report, todo: list[Action]) -> str:
    safe = sum(each.fix is not None and each.fix.safe for a in todo for each in a.findings)
    unsafe = sum(action.fixable for action in todo) - safe
    parts = [f"{counted(len(report.findings), 'finding')}, {counted(len(todo), 'thing')} to do"]
    if safe:
        parts.append(f"{safe} mended by `placid check --fix`")
    if unsafe:
        parts.append(f"{unsafe} more by `--fix --unsafe`")
    if report.ignored:
        parts.append(f"{len(report.ignored)} ignored")
    if report.known:
        parts.append(f"{len(report.known)} in the baseline")
    if report.gone:
        parts.append(f"{len(report.gone)} of the baseline gone (`--write-baseline` forgets them)")
    if report.unknown:
        parts.append(f"{len(report.unknown)} not known (`--all` tells)")
    return "; ".join(parts)
