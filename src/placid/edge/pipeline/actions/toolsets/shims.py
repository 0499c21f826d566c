"""A folder of links for PATH: one tool goes in front, not all that lies beside it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from placid.edge.pipeline.actions.toolsets.tool import Tool, architecture


def linked(tools: Path, name: str, tool: Tool, programs: Iterable[str]) -> Path:
    """`<tools>/<name>/<version>/<kind>/bin` with links to the programs beside the tool."""
    folder = tools / name / tool.version / architecture() / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    beside = os.path.dirname(tool.program)
    for program in programs:
        path = os.path.join(beside, program)
        if os.path.exists(path) and not os.path.lexists(folder / program):
            (folder / program).symlink_to(path)
    return folder
