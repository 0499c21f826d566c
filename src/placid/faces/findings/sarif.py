"""SARIF 2.1.0, as code scanning services read it."""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from placid import __version__
from placid.core.audit.audit import rule_named
from placid.core.audit.report import Report
from placid.core.audit.rule import Finding, Place, Rule, Severity
from placid.faces.findings.places import Positions

_LEVELS = {
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.NOTE: "note",
}
_SCORES = {Severity.HIGH: "8.0", Severity.MEDIUM: "5.0", Severity.LOW: "3.0", Severity.NOTE: "0.0"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

Json = dict[str, object]


def write(report: Report) -> str:
    """The report as a SARIF log of one run."""
    positions = Positions(report.repository)
    used = sorted({each.rule for each in report.findings})
    index = {name: number for number, name in enumerate(used)}
    driver: Json = {
        "name": "placid",
        "version": __version__,
        "rules": [_rule(rule_named(name)) for name in used],
    }
    run: Json = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(positions, each, index) for each in report.findings],
    }
    log: Json = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(log)).decode()


def _rule(rule: Rule) -> Json:
    first = rule.docs.strip().splitlines()[0] if rule.docs.strip() else rule.name
    return {
        "id": rule.name,
        "shortDescription": {"text": first},
        "help": {"text": rule.docs.strip() or first, "markdown": rule.docs.strip() or first},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.area.value], "security-severity": _SCORES[rule.severity]},
    }


def _result(positions: Positions, finding: Finding, index: dict[str, int]) -> Json:
    result: Json = {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [_location(positions, place) for place in finding.at[:1]],
        "relatedLocations": [
            {"id": number, **_location(positions, place)}
            for number, place in enumerate(finding.at[1:], 1)
        ],
        "partialFingerprints": {"placid/v1": finding.fingerprint},
    }
    if finding.fix is not None:
        changes: dict[str, list[Json]] = {}
        for edit in finding.fix.edits:
            replacement: Json = {
                "deletedRegion": _region(positions, edit.place),
                "insertedContent": {"text": edit.text},
            }
            changes.setdefault(edit.place.path, []).append(replacement)
        result["fixes"] = [
            {
                "description": {"text": finding.fix.title},
                "artifactChanges": [
                    {"artifactLocation": {"uri": quote(path)}, "replacements": replacements}
                    for path, replacements in changes.items()
                ],
            }
        ]
    return result


def _location(positions: Positions, place: Place) -> Json:
    artifact: Json = {"uri": quote(place.path), "uriBaseId": "%SRCROOT%"}
    return {"physicalLocation": {"artifactLocation": artifact, "region": _region(positions, place)}}


def _region(positions: Positions, place: Place) -> Json:
    start, end = positions.of(place)
    return {
        "startLine": start.line,
        "startColumn": start.col,
        "endLine": end.line,
        "endColumn": end.col,
    }
