"""Annotations out of the commands error, warning and notice."""

from __future__ import annotations

from placid.formats.runnertext.lines import BLANKS, Parsed
from placid.formats.runnertext.notes import Level, Note, whole


def note_of_command(level: Level, parsed: Parsed, workspace: str = "") -> Note:
    """The annotation; a file below `workspace` is shown relative to it.

    Places that contradict each other are dropped as the runner drops them: columns without a line,
    columns of a range of lines, and ends that lie before their beginnings. An end alone is the
    beginning, too.
    """
    line, end_line = _whole(parsed, "line"), _whole(parsed, "endline")
    col, end_col = _whole(parsed, "col"), _whole(parsed, "endcolumn")
    line = line or end_line
    col = col or end_col
    if not line or end_line not in (0, line):
        col = end_col = 0
    if end_line and end_line < line:
        line = end_line = 0
    if end_col and end_col < col:
        col = end_col = 0
    file = parsed.property("file")
    below = workspace.rstrip("/") + "/"
    if workspace and file.startswith(below):
        file = file.removeprefix(below).lstrip("/")
    return Note(level, parsed.data, file, line, col, end_line, end_col, parsed.property("title"))


def _whole(parsed: Parsed, name: str) -> int:
    return whole(parsed.property(name).strip(BLANKS).removeprefix("+"))
