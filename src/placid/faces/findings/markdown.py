"""Markdown for a comment on a pull request: what to do first, then each action folded away."""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.core.audit.report import Report
from placid.core.audit.summary import Action, actions
from placid.faces.findings.places import Positions, counted

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#@])")
_PLACES = 20


def write(report: Report) -> str:
    """The report as GitHub's Markdown."""
    todo = actions(report.findings)
    if not todo:
        return "**placid check**: nothing to do."
    positions = Positions(report.repository)
    found = counted(len(report.findings), "finding")
    lines = [
        f"**placid check**: {found}, {counted(len(todo), 'thing')} to do",
        "",
        "| severity | what to do | places | rule |",
        "| --- | --- | --- | --- |",
    ]
    for each in todo:
        cells = (each.severity.name.lower(), _plain(each.title), str(len(each.findings)), each.rule)
        lines.append(f"| {' | '.join(cells)} |")
    lines.append("")
    for each in todo:
        lines += _details(positions, each)
    return "\n".join(lines).rstrip()


def _details(positions: Positions, action: Action) -> Iterator[str]:
    yield f"<details><summary>{_plain(action.title)}</summary>"
    yield ""
    for finding in action.findings[:_PLACES]:
        where = ", ".join(f"`{positions.words(place).replace('`', '')}`" for place in finding.at)
        yield f"- {where}: {_plain(finding.message)}"
    if len(action.findings) > _PLACES:
        yield f"- and {len(action.findings) - _PLACES} more"
    yield ""
    yield "</details>"


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text.replace("\n", " "))
