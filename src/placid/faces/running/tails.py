"""The end of a step's log file, for reports."""

from __future__ import annotations

from pathlib import Path

from placid.faces.running.style import Style
from placid.faces.running.wording import stored_text


def tail_of(path: Path, lines: int = 15, most: int = 16_384) -> list[str]:
    """The last lines of a log, without the group in front that says what is run."""
    try:
        with path.open("rb") as file:
            file.seek(max(path.stat().st_size - most, 0))
            found = file.read().decode("utf-8", "replace").split("\n")
    except OSError:
        return []
    if found[0].startswith("##[group]") and "##[endgroup]" in found:
        del found[: found.index("##[endgroup]")]
    shown = (stored_text(line, Style(unicode=False)) for line in found if line)
    return [line for line in shown if line is not None][-lines:]
