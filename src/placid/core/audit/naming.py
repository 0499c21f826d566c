"""Files named by hand that are what they are by their content, not by where they lie.

A workflow is one only in `.github/workflows`, and an action only as `action.yml`; so a file that
reads like one is looked at under such a name, and spoken of under its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from placid.core.audit.rule import Finding, Place, Unknown

_WORKFLOW = re.compile(r"""^(?:on|"on"|'on')[ \t]*:""", re.MULTILINE)
_JOBS = re.compile(r"^jobs[ \t]*:", re.MULTILINE)
_ACTION = re.compile(r"^runs[ \t]*:", re.MULTILINE)
_USING = re.compile(r"^[ \t]+using[ \t]*:", re.MULTILINE)
_FOLDER = ".github/workflows/"


def proper_name(path: str, text: str) -> str:
    """The name under which a file is looked at; its own for what needs no other."""
    name = path.rpartition("/")[2]
    stem, _, ending = name.rpartition(".")
    if ending not in {"yml", "yaml"} or path.startswith(_FOLDER) or stem == "action":
        return path
    hinted = _WORKFLOW.search(text) or "runs-on:" in text or "/workflows/" in f"/{path}"
    if hinted and _JOBS.search(text):
        return f"{_FOLDER}{path.replace('/', '-')}"
    if _ACTION.search(text) and _USING.search(text):
        return f"{path.rpartition('.')[0]}/action.yml"
    return path


def spoken_of(finding: Finding, names: Mapping[str, str]) -> Finding:
    """The finding with the names that people know; `names` is from proper names to their own."""
    fix = finding.fix
    if fix is not None:
        edits = tuple(replace(edit, place=_place(edit.place, names)) for edit in fix.edits)
        fix = replace(fix, edits=edits)
    return replace(
        finding,
        message=_words(finding.message, names),
        action=_words(finding.action, names),
        at=tuple(_place(place, names) for place in finding.at),
        fix=fix,
    )


def doubted(unknown: Unknown, names: Mapping[str, str]) -> Unknown:
    """The same for what is unknown."""
    at = tuple(_place(place, names) for place in unknown.at)
    return Unknown(_words(unknown.message, names), at)


def _place(place: Place, names: Mapping[str, str]) -> Place:
    return Place(names.get(place.path, place.path), place.span)


def _words(text: str, names: Mapping[str, str]) -> str:
    for proper, own in names.items():
        text = text.replace(proper, own)
    return text
