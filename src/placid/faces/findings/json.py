"""JSON: all that is known, for programs."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from placid.core.audit.report import Report
from placid.core.audit.rule import Finding, Fix, Place, Unknown
from placid.faces.findings.places import Position, Positions


class Stretch(msgspec.Struct, frozen=True):
    """A place: columns count characters; `end` is left out."""

    path: str
    start: Position
    end: Position


class Line(msgspec.Struct, frozen=True):
    """One edit: put `text` where the stretch is."""

    path: str
    start: Position
    end: Position
    text: str


class Mend(msgspec.Struct, frozen=True):
    """A fix."""

    title: str
    safe: bool
    edits: list[Line]


class Found(msgspec.Struct, frozen=True):
    """A finding."""

    rule: str
    severity: str
    confidence: str
    message: str
    at: list[Stretch]
    fix: Mend | None
    action: str
    fingerprint: str


class Doubt(msgspec.Struct, frozen=True):
    """What could not be told."""

    message: str
    at: list[Stretch]


class Page(msgspec.Struct, frozen=True):
    """The whole."""

    findings: list[Found]
    unknown: list[Doubt]
    ignored: int
    known: int
    timing: Mapping[str, float]


def write(report: Report) -> str:
    """The report as one JSON object."""
    positions = Positions(report.repository)
    page = Page(
        [_found(positions, each) for each in report.findings],
        [_doubt(positions, each) for each in report.unknown],
        len(report.ignored),
        len(report.known),
        {name: round(seconds, 4) for name, seconds in report.timing.items()},
    )
    return msgspec.json.format(msgspec.json.encode(page)).decode()


def _stretch(positions: Positions, place: Place) -> Stretch:
    start, end = positions.of(place)
    return Stretch(place.path, start, end)


def _found(positions: Positions, finding: Finding) -> Found:
    return Found(
        finding.rule,
        finding.severity.name.lower(),
        finding.confidence.name.lower(),
        finding.message,
        [_stretch(positions, place) for place in finding.at],
        _mend(positions, finding.fix) if finding.fix else None,
        finding.action,
        finding.fingerprint,
    )


def _mend(positions: Positions, fix: Fix) -> Mend:
    edits = [Line(edit.place.path, *positions.of(edit.place), edit.text) for edit in fix.edits]
    return Mend(fix.title, fix.safe, edits)


def _doubt(positions: Positions, unknown: Unknown) -> Doubt:
    return Doubt(unknown.message, [_stretch(positions, place) for place in unknown.at])
