"""GitHub's workflow commands: each finding becomes an annotation of the run and of its line."""

from __future__ import annotations

from placid.core.audit.report import Report
from placid.core.audit.rule import Finding, Severity
from placid.faces.findings.places import Positions

_LEVELS = {
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
    Severity.NOTE: "notice",
}


def write(report: Report) -> str:
    """One command a line."""
    positions = Positions(report.repository)
    return "\n".join(_command(positions, each) for each in report.findings)


def _command(positions: Positions, finding: Finding) -> str:
    start, end = positions.of(finding.at[0])
    values = {
        "file": finding.at[0].path,
        "line": str(start.line),
        "endLine": str(end.line),
        "title": f"{finding.rule}",
    }
    if start.line == end.line:
        values |= {"col": str(start.col), "endColumn": str(end.col)}
    pairs = ",".join(f"{name}={_value(text)}" for name, text in values.items())
    return f"::{_LEVELS[finding.severity]} {pairs}::{_data(finding.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _value(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
