"""JUnit XML: a test suite for each area, a failed test for each finding."""

from __future__ import annotations

import re
from xml.etree import ElementTree as Xml

from placid.core.audit.report import Report
from placid.core.audit.rule import Finding
from placid.core.audit.summary import area_of
from placid.faces.findings.places import Positions

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(report: Report) -> str:
    """The report as a `testsuites` document."""
    positions = Positions(report.repository)
    areas: dict[str, list[Finding]] = {}
    for finding in report.findings:
        areas.setdefault(area_of(finding.rule).value, []).append(finding)
    root = Xml.Element("testsuites", name="placid check", tests=str(len(report.findings)))
    for area, found in sorted(areas.items()):
        count = str(len(found))
        suite = Xml.SubElement(root, "testsuite", name=area, tests=count, failures=count)
        for each in found:
            _case(suite, positions, each)
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode", xml_declaration=True)


def _case(suite: Xml.Element, positions: Positions, finding: Finding) -> None:
    where = positions.words(finding.at[0])
    case = Xml.SubElement(suite, "testcase", name=_clean(where), classname=finding.rule)
    message = _clean(finding.message)
    kind = finding.severity.name.lower()
    failure = Xml.SubElement(case, "failure", message=message, type=kind)
    failure.text = "\n".join(_clean(positions.words(place)) for place in finding.at)


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
